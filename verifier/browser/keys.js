// The keys of known issuers, and what they signed: verifier/published/keys.py, credential/proof.py.

import { mayOwn } from "./directory.js";
import { Ask, Malformed } from "./errors.js";

const P256 = { name: "ECDSA", namedCurve: "P-256" };
const ES256 = { name: "ECDSA", hash: "SHA-256" };

// The issuer's own key that the token names, as a JWK: pinned, or published. null when the issuer has no such key.
// Throws Unreachable; or Ask for a key that the copy at hand does not know, for the issuer may have made it since.
export async function keyOf(issuer, { header }, copies) {
  if (header.jwk) throw new Ask("embedded_key");
  const kid = header.kid ?? "";
  const named = (keys) => keys.find((key) => key.kid === kid) ?? null;
  const pinned = named(issuer.keys);
  if (pinned || !issuer.publishes_keys || !mayOwn(issuer, kid)) return pinned;
  const published = named((await copies.keys(issuer)).keys);
  if (!published && kid) throw new Ask("unknown_key");
  return published;
}

// Whether that key signed the token. The algorithm is the key's, never the header's; other keys than ours are not tried.
export async function isSigned({ header, signature, signed }, { kty, crv, x, y }) {
  if (kty !== "EC" || crv !== "P-256") throw new Ask("unsupported_algorithm");
  if (header.alg !== "ES256") return false;
  const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, P256, false, ["verify"]);
  return crypto.subtle.verify(ES256, key, signature, signed);
}

// Whether the issuer said that somebody else may have this key. One that publishes no keys cannot say so.
export async function isCompromised(issuer, kid, copies) {
  return issuer.publishes_keys && (await copies.keys(issuer)).compromised.includes(kid);
}

// Throws unless a key of the issuer signed the status list, and is not known to be compromised.
export async function requireSoundSignature(issuer, list, copies) {
  const key = await keyOf(issuer, list, copies);
  const sound = key && (await isSigned(list, key)) && !(await isCompromised(issuer, key.kid, copies));
  if (!sound) throw new Malformed("status_bad_signature");
}
