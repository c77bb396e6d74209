// The procedure of verifier/verify.py in the browser, for our own QR codes alone:
//
// 1. Unpack the token from the digits behind the #, and read it.
// 2. Is its issuer in the directory?
// 3. Is it signed by a key that this issuer publishes?
// 4. Is it in force now, by its own dates?
// 5. Does a signed status list say that it still stands?
// 6. There is no document to compare, and the address leads to this very page. Whoever reads another one asks the server.
//
// What cannot surely be decided here is left to the server, which is asked when a person says so: never `valid` unless the
// server would say it too. A step that could not be made leaves the verdict `unchecked`: silence is never consent.

import { isAuthentic, knownIssuer, namesOf } from "./authentic.js";
import { signedClaims } from "./claims.js";
import { Copies } from "./copies.js";
import { Ask } from "./errors.js";
import { findToken } from "./find.js";
import { Findings } from "./findings.js";
import { inForce, status } from "./standing.js";

// `digits` is what stands behind the #, `code` what stands in the path. `fetch(path)` gives the verifier's own copies, `now` a
// Date. Gives `{verdict}` in the form of the server's JSON, or `{ask: why}` where the browser does not decide. Throws nothing.
export async function verify(digits, code, { fetch, now }) {
  const findings = new Findings();
  try {
    if (!globalThis.crypto?.subtle || !globalThis.DecompressionStream) throw new Ask("browser_cannot");
    await procedure(digits, code, new Copies(fetch, now), findings, now);
    return { verdict: findings.verdict(now) };
  } catch (error) {
    if (error instanceof Ask) return { ask: error.fault };
    console.error(error);
    return { ask: "browser_failed" };
  }
}

async function procedure(digits, code, copies, findings, now) {
  const directory = await copies.directory();
  const token = await findToken(digits, code, directory, copies, findings); // 1
  const issuer = token && knownIssuer(token, directory, findings); // 2
  if (!token || !issuer || !(await isAuthentic(token, issuer, copies, findings))) return; // 3
  const { id, since, listed_by } = issuer;
  const listed = Object.keys(listed_by).length > 0;
  findings.issuer = { id, name: await namesOf(issuer, copies), since, ...(listed && { listed_by }) };
  findings.credential = signedClaims(token.claims);
  inForce(token.claims, now, findings); // 4
  await status(token.claims, issuer, copies, now, findings); // 5
  findings.neutral("document"); // 6
}
