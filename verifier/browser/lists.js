// A credential's entry in a status list, and the list at its address: verifier/published/lists.py, credential/status.py.

import { Malformed } from "./errors.js";
import { inflated } from "./inflating.js";
import { requireSoundSignature } from "./keys.js";
import { LONGEST_STATUS_TOKEN, claimedIssuer, decoded, isObject, read, seconds } from "./reader.js";

export const SKEW = 5 * 60; // seconds between the clocks of issuer and reader
const REVOCATION = "revocation";
const FEWEST_BYTES = 16 * 1024; // so that one bit tells little about one person (Bitstring Status List §6.1)
const MOST_BYTES = 4 * 1024 * 1024; // of an inflated list

// Where a credential's bit stands: the list's address, not yet known to be its issuer's, and the index (§2.1).
export function entryOf(entry) {
  if (entry.type !== "BitstringStatusListEntry") throw new Malformed("status_not_supported");
  if (entry.statusPurpose !== REVOCATION || (Object.hasOwn(entry, "statusSize") && entry.statusSize !== 1)) {
    throw new Malformed("status_not_supported");
  }
  if (!/^[0-9]{1,10}$/.test(entry.statusListIndex)) throw new Malformed("status_index_out_of_range");
  return { url: entry.statusListCredential, index: Number(entry.statusListIndex) };
}

// The issuer's list at `url`, valid now: its bits, and when the issuer signed it. Whoever handed it over is not believed.
export async function listAt(issuer, url, copies, now) {
  const list = readList((await copies.list(issuer, url)).trim());
  if (claimedIssuer(list) !== issuer.id) throw new Malformed("status_other_issuer");
  await requireSoundSignature(issuer, list, copies);
  const { id, type, credentialSubject: subject, validFrom, validUntil } = list.claims;
  const isList = Array.isArray(type) && type.includes("BitstringStatusListCredential");
  if (id !== url || !isList) throw new Malformed("status_other_list");
  if (!isObject(subject) || subject.statusPurpose !== REVOCATION) throw new Malformed("status_other_purpose");
  const moment = now.getTime() / 1000;
  if (momentOf(validFrom) > moment + SKEW) throw new Malformed("status_from_future");
  if (momentOf(validUntil) <= moment) throw new Malformed("status_expired");
  return { bits: await bitsOf(subject.encodedList), asOf: validFrom };
}

// Whether the bit is set. Index 0 is the left-most bit of the first byte (§3.2).
export function isSet(bits, index) {
  if (index >= bits.length * 8) throw new Malformed("status_index_out_of_range");
  return Boolean(bits[index >> 3] & (0x80 >> (index & 7)));
}

async function bitsOf(text) {
  if (typeof text !== "string" || !text.startsWith("u")) throw new Malformed("status_malformed");
  const packed = malformed(() => decoded(text.slice(1)));
  const faults = { broken: "status_malformed", beyond: "status_list_bomb" };
  const bits = await inflated("gzip", [packed], MOST_BYTES, faults);
  if (bits.length < FEWEST_BYTES) throw new Malformed("status_list_too_short");
  return bits;
}

function readList(text) {
  return malformed(() => read(text, LONGEST_STATUS_TOKEN));
}

function momentOf(text) {
  const moment = malformed(() => seconds(text));
  if (moment === null) throw new Malformed("status_malformed");
  return moment;
}

// What the strict reader says of a list is no fault of the credential's own.
function malformed(reading) {
  try {
    return reading();
  } catch (error) {
    throw error instanceof Malformed ? new Malformed("status_malformed") : error;
  }
}
