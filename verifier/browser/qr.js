// The digits behind the # of a QR code, back to the token, bit for bit: credential/qr.py, docs/qr.md.

import { Ask, Malformed } from "./errors.js";
import { inflated } from "./inflating.js";
import { encoded, readJson } from "./reader.js";

const MOST_DIGITS = 3854; // looked at first: to read a number takes the square of its length
const LONGEST_DICTIONARY = 32 * 1024; // bytes: as far back as DEFLATE can reach
const LONGEST_TEXT = 12_220; // bytes: no token that is read would have more
const LINE_FEED = 10;

// The dictionary that the digits name, in hex.
export function dictionaryNamed(digits) {
  return hex(bytesOf(digits).subarray(1, 9));
}

// What a dictionary is called: the first 8 bytes of its SHA-256, in hex. "" for one that is longer than any may be.
export async function dictionaryId(dictionary) {
  if (dictionary.length > LONGEST_DICTIONARY) return "";
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", dictionary)).subarray(0, 8));
}

// The token that the digits hold, of which nothing is believed yet. Throws Malformed, or Ask for another version.
export async function unpack(digits, dictionary) {
  const data = bytesOf(digits);
  if (hex(data.subarray(1, 9)) !== (await dictionaryId(dictionary))) throw new Malformed("qr_other_dictionary");
  const text = await inflatedWith(dictionary, data.subarray(73));
  const end = text.indexOf(LINE_FEED);
  if (end < 0) throw new Malformed("qr_not_two_parts");
  const header = text.subarray(0, end);
  if (readJson(header).alg !== "ES256") throw new Malformed("qr_not_es256");
  return [header, text.subarray(end + 1), data.subarray(9, 73)].map(encoded).join(".");
}

// What the number says behind its first byte 0x01: version, name of the dictionary, signature and something compressed.
function bytesOf(digits) {
  if (digits.length > MOST_DIGITS) throw new Malformed("qr_too_long");
  if (!/^[1-9][0-9]*$/.test(digits)) throw new Malformed("qr_not_digits");
  const number = BigInt(digits).toString(16);
  const pairs = (number.length % 2 ? `0${number}` : number).match(/../g);
  const bytes = Uint8Array.from(pairs, (pair) => parseInt(pair, 16));
  if (bytes[0] !== 1 || bytes.length < 75) throw new Malformed("qr_cut_off");
  if (bytes[1] !== 1) throw new Ask("qr_version");
  return bytes.subarray(1);
}

// A browser's inflater takes no dictionary, so it is given it as output: one stored block in front (RFC 1951 §3.2.4).
async function inflatedWith(dictionary, deflated) {
  const size = dictionary.length;
  const stored = new Uint8Array([0, size & 255, size >> 8, ~size & 255, (~size >> 8) & 255]);
  const faults = { broken: "qr_not_deflate", beyond: "qr_text_too_long" };
  const whole = await inflated("deflate-raw", [stored, dictionary, deflated], size + LONGEST_TEXT, faults);
  return whole.subarray(size);
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
