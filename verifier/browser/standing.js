// Steps 4 and 5: is the credential in force by its own dates, and does its issuer say that it still stands? As in
// verifier/steps/standing.py.

import { mayFetch } from "./directory.js";
import { Malformed, Unreachable } from "./errors.js";
import { SKEW, entryOf, isSet, listAt } from "./lists.js";
import { seconds } from "./reader.js";

// Step 4: is `now` between its dates, give or take what the clocks of issuer and reader may differ by?
export function inForce(claims, now, findings) {
  const moment = now.getTime() / 1000;
  const ends = claims.exp ?? seconds(claims.validUntil); // where both are there, they are the same moment
  if (claims.nbf > moment + SKEW) findings.failed("in_force", "not_yet_valid", { detail: claims.validFrom });
  else if (ends !== null && ends <= moment) findings.failed("in_force", "expired", { detail: claims.validUntil });
  else findings.passed("in_force");
}

// Step 5: does a signed list of its issuer's, valid now, say that it was not revoked?
export async function status(claims, issuer, copies, now, findings) {
  try {
    const { url, index } = entryOf(claims.credentialStatus);
    if (!mayFetch(issuer, url)) throw new Malformed("status_elsewhere");
    const { bits, asOf } = await listAt(issuer, url, copies, now);
    if (isSet(bits, index)) revoked(asOf, findings);
    else findings.passed("status", { as_of: asOf });
  } catch (error) {
    if (!(error instanceof Malformed || error instanceof Unreachable)) throw error;
    findings.notChecked("status", "status_unavailable", { code: faultOf(error) });
  }
}

// Why, and whether another credential takes its place, the issuer says to whoever names this one: it is not asked from here.
function revoked(asOf, findings) {
  findings.revocation = {};
  findings.failed("status", "revoked", { as_of: asOf });
}

// That keys cannot be had is a fault of keys; here, the list cannot be had.
function faultOf({ fault }) {
  return fault && fault !== "key_set_unreachable" ? fault : "status_unreachable";
}
