// The public number of a credential, such as WG-7K4M-9QXT-2D8H-C5RF: credential/code.py, docs/format.md section 5.

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford: no I, L, O, U
const LENGTH = 16;
const LONGEST = 64;
// White space as Python knows it, and every kind of hyphen.
const LEFT_OUT = /[\s\x1c-\x1f\x85\-\u2010-\u2015\u2212]/g;

// The code in URL form from what stands in an address or an id; null where it is none, or was mistyped.
export function parse(text) {
  if ([...text].length > LONGEST) return null;
  const plain = text.normalize("NFKC").replace(LEFT_OUT, "").toUpperCase();
  const tag = plain.slice(0, -LENGTH);
  const number = plain.slice(-LENGTH).replaceAll("O", "0").replace(/[IL]/g, "1");
  if (!/^[A-Z]{2,6}$/.test(tag) || [...number].some((character) => !ALPHABET.includes(character))) return null;
  const values = [...tag].map((letter) => letter.charCodeAt(0) - 65);
  values.push(...[...number].map((character) => ALPHABET.indexOf(character)));
  return values.reduce((sum, value) => timesX(sum) ^ value, 0) === 0 ? `${tag}-${number}` : null;
}

// Groups of four, as on a certificate.
export function printed(code) {
  const [tag, number] = code.split("-");
  return [tag, ...number.match(/.{4}/g)].join("-");
}

export const tagOf = (code) => code.split("-")[0];

// In GF(32), modulo x^5 + x^2 + 1.
function timesX(value) {
  const doubled = value << 1;
  return doubled & 32 ? doubled ^ 0b100101 : doubled;
}
