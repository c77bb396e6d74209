// The strict reader, which stands before any cryptography: credential/reader.py. What passes here has exactly one meaning.
//
// JSON.parse is lenient where a credential must not be: of a member that is named twice it keeps the last, and it rounds
// integers beyond 2^53. So the text is looked through as well, by its brackets, names and numbers.

import { Ask, Malformed } from "./errors.js";

export const LONGEST_STATUS_TOKEN = 1024 * 1024; // characters
const LONGEST_TOKEN = 16 * 1024;
const DEEPEST = 32;
const LARGEST_INTEGER = 2n ** 53n;
const HEADER = new Set(["alg", "kid", "typ", "cty", "jwk"]);
const TYPES = [undefined, "JWT", "vc+jwt"];
const OTHER_FORMATS = new Map([["vc+sd-jwt", "sd_jwt"], ["dc+sd-jwt", "sd_jwt"], ["vp+jwt", "presentation"]]);
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }); // a BOM stays, and JSON.parse then refuses it
const BRACKET = /"[^"\\]*(?:\\.?[^"\\]*)*"?|[[\]{}]/gs; // a string that does not end goes on to the end
const PIECE = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}:]|-?\d[\d.eE+-]*/gs;
const MOMENT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:Z|([+-])(\d\d):(\d\d))?$/;

export const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

// A compact JWS taken apart: `header` and `claims` as parsed, `signed` the bytes that the `signature` is over.
// Throws Malformed with a fault, or Ask where it is something else than a credential as we make them.
export function read(text, longest = LONGEST_TOKEN) {
  if (text.length > longest) throw new Malformed("token_too_long");
  const segments = text.split(".");
  if (segments.length !== 3) throw new Malformed("token_not_three_parts");
  const [headerBytes, payload, signature] = segments.map(decoded);
  const header = readJson(headerBytes);
  checkHeader(header);
  const claims = readJson(payload);
  if (Object.hasOwn(claims, "vp") || listed(claims.type).includes("VerifiablePresentation")) throw new Ask("presentation");
  const signed = new TextEncoder().encode(`${segments[0]}.${segments[1]}`);
  return { header, claims, signature, signed };
}

// The issuer that a token says it is from, or "" when it names none.
export function claimedIssuer({ claims: { issuer } }) {
  const named = isObject(issuer) ? issuer.id : issuer;
  return typeof named === "string" ? named : "";
}

function checkHeader(header) {
  if (OTHER_FORMATS.has(header.typ)) throw new Ask(OTHER_FORMATS.get(header.typ));
  const members = Object.entries(header);
  if (members.some(([name]) => !HEADER.has(name))) throw new Malformed("header_not_allowed");
  const texts = members.every(([name, value]) => name === "jwk" ? isObject(value) : typeof value === "string");
  if (!texts || header.alg === undefined) throw new Malformed("header_incomplete");
  if (!TYPES.includes(header.typ) || (header.cty ?? "vc") !== "vc") throw new Malformed("header_typ");
}

// Check that `iss`, `jti`, `sub`, `nbf` and `exp` say what the credential's own properties say (OB 3.0 §8.2.2): else two
// readers could believe two different things. With `optional` one of the two may be missing (VC-JOSE-COSE §3.1.3).
export function registeredClaims(claims, optional) {
  const { credentialSubject: subject, issuer } = claims;
  const oneSubject = isObject(subject) || (optional && Array.isArray(subject));
  if (!oneSubject || !(isObject(issuer) || typeof issuer === "string")) throw new Malformed("claims_missing");
  const expected = {
    iss: isObject(issuer) ? issuer.id : issuer,
    jti: claims.id,
    sub: isObject(subject) ? subject.id : null,
    nbf: seconds(claims.validFrom),
    exp: seconds(claims.validUntil),
  };
  for (const name of Object.keys(expected)) {
    const said = claims[name] ?? null;
    const own = expected[name] ?? null;
    const ofItsKind = said === null || typeof said === (name === "nbf" || name === "exp" ? "number" : "string");
    if (optional && ofItsKind && (said === null || own === null)) continue;
    if (said !== own || !ofItsKind) throw new Malformed("claims_disagree");
  }
  if (!expected.iss || !(optional || (expected.jti && expected.nbf !== null))) throw new Malformed("claims_missing");
}

// The seconds since 1970 of a dateTime with a time zone; null when there is no moment. Python reads many more spellings than
// the one that we write and any reader takes alike: of those, the server says what they are.
export function seconds(moment) {
  if (moment === null || moment === undefined) return null;
  if (typeof moment !== "string") throw new Malformed("claims_date");
  const found = MOMENT.exec(moment);
  if (!found) throw new Ask("claims_date");
  const zoned = moment.endsWith("Z") || found[7] !== undefined;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number);
  const [ahead, hours, minutes] = [found[7] === "-" ? -1 : 1, Number(found[8] ?? 0), Number(found[9] ?? 0)];
  if (hour === 24 || minutes > 59 || year < 100) throw new Ask("claims_date"); // readers differ in what these are
  const when = new Date(Date.UTC(year, month - 1, day, hour, minute, second)); // the 30th of February becomes the 2nd of March
  const asWritten = when.getUTCMonth() === month - 1 && when.getUTCDate() === day && when.getUTCHours() === hour;
  if (!zoned || !asWritten || minute > 59 || second > 59 || hours > 23) throw new Malformed("claims_date");
  return when.getTime() / 1000 - ahead * (hours * 3600 + minutes * 60);
}

// One JSON object, read so that no two parsers could disagree about it (RFC 8259 §4 warns of each case).
export function readJson(bytes) {
  let text, parsed;
  try {
    text = UTF8.decode(bytes);
  } catch {
    throw new Malformed("token_not_json");
  }
  refuseDepth(text);
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Malformed("token_not_json");
  }
  refuseDoubleMeaning(text);
  if (!isObject(parsed)) throw new Malformed("token_not_json");
  return parsed;
}

// Before the parser sees it, as recursive ones would fall. Brackets within strings are not counted.
function refuseDepth(text) {
  let depth = 0;
  for (const [piece] of text.matchAll(BRACKET)) {
    if (piece === "[" || piece === "{") depth += 1;
    else if (piece === "]" || piece === "}") depth -= 1;
    if (depth > DEEPEST) throw new Malformed("token_too_deep");
  }
}

// `text` is known to be JSON, so whatever stands before a colon is the name of a member.
function refuseDoubleMeaning(text) {
  const open = []; // the names of each object that is open; an array has none
  let before = "";
  for (const [piece] of text.matchAll(PIECE)) {
    if (piece === "{" || piece === "[") open.push(new Set());
    else if (piece === "}" || piece === "]") open.pop();
    else if (piece === ":") {
      const name = JSON.parse(before); // \u006e is n
      if (open.at(-1).has(name)) throw new Malformed("token_duplicate_member");
      open.at(-1).add(name);
    } else if (piece.startsWith('"')) refuseLoneSurrogate(piece);
    else refuseInexact(piece);
    before = piece;
  }
}

function refuseLoneSurrogate(string) {
  if (string.includes("\\u") && /\p{Surrogate}/u.test(JSON.parse(string))) throw new Malformed("token_not_json");
}

function refuseInexact(number) {
  const whole = /^-?\d+$/.test(number);
  const size = whole && number.length <= 17 ? BigInt(number.replace("-", "")) : null;
  const exact = whole ? size !== null && size <= LARGEST_INTEGER : Number.isFinite(Number(number));
  if (!exact) throw new Malformed("token_number_out_of_range");
}

// Base64url without padding, in its one canonical spelling (RFC 7515 §2, RFC 4648 §3.5).
export function decoded(segment) {
  const plain = segment.replaceAll("-", "+").replaceAll("_", "/");
  if (/[^\w-]/.test(segment) || plain.length % 4 === 1) throw new Malformed("token_not_base64url");
  const binary = atob(plain);
  if (btoa(binary).replace(/=+$/, "") !== plain) throw new Malformed("token_not_base64url");
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

// Its counterpart, for what is as short as a token.
export function encoded(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

// A text or an array, as a `type` may be written.
export const listed = (value) => (Array.isArray(value) ? value : [value]);
