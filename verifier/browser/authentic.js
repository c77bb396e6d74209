// Steps 2 and 3: is the issuer in the directory, and did a key sign that it publishes and has not lost? As in
// verifier/steps/authentic.py.

import { issuerOf, mayOwn } from "./directory.js";
import { Ask, Unreachable } from "./errors.js";
import { isCompromised, isSigned, keyOf } from "./keys.js";
import { claimedIssuer } from "./reader.js";

// The issuer that the token claims to be from, where the directory knows it; else null.
export function knownIssuer(token, directory, findings) {
  const claimed = claimedIssuer(token);
  if (claimed.startsWith("did:")) throw new Ask("did"); // none of ours
  const issuer = issuerOf(directory, claimed);
  if (issuer) findings.passed("known_issuer", { detail: directory.changed });
  else findings.notChecked("known_issuer", "unknown_issuer", { detail: claimed.slice(0, 200) });
  return issuer;
}

// Whether to go on: the signature is good, or good as far as the pinned keys can tell.
export async function isAuthentic(token, issuer, copies, findings) {
  let key;
  try {
    key = await keyOf(issuer, token, copies);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    findings.notChecked("signature", "keys_unavailable", { code: error.fault || "key_set_unreachable" });
    return false;
  }
  if (!key) {
    noKey(token.header.kid ?? "", issuer, findings);
    return false;
  }
  if (!(await isSigned(token, key))) {
    findings.failed("signature", "bad_signature");
    return false;
  }
  // Only now, so that an edited token is known to be one even while the issuer's keys are out of reach.
  await keyState(key.kid, issuer, copies, findings);
  return true;
}

// The issuer's names by language: the directory's, or what its platform publishes of it, once the signature was good.
export async function namesOf(issuer, copies) {
  if (Object.keys(issuer.listed_by).length === 0) return issuer.names;
  const published = await copies.keys(issuer).catch(() => ({}));
  return Object.keys(published.names ?? {}).length > 0 ? published.names : issuer.listed_by;
}

function noKey(kid, issuer, findings) {
  if (!kid) findings.failed("signature", "malformed_token", { code: "header_names_no_key" });
  else {
    const code = mayOwn(issuer, kid) ? {} : { code: "key_of_another_issuer" };
    findings.failed("signature", "unknown_key", { ...code, detail: kid.slice(0, 300) });
  }
}

async function keyState(kid, issuer, copies, findings) {
  try {
    // Which of its signatures the issuer confirms is asked by the hash of the token, and so by the server.
    if (await isCompromised(issuer, kid, copies)) throw new Ask("key_compromised");
    findings.passed("signature");
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    findings.notChecked("signature", "keys_unavailable", { code: "key_state_unknown" });
  }
}
