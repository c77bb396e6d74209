// The browser's own inflater, within a limit: a few bytes may unpack to gigabytes.

import { Malformed } from "./errors.js";

// What comes of `parts` (arrays of bytes, one after the other) in a `format` of DecompressionStream. It refuses by itself a
// stream that is broken, that does not end, or that is followed by anything. Stops as soon as there are more than `most` bytes.
export async function inflated(format, parts, most, { broken, beyond }) {
  const inflater = new DecompressionStream(format); // an old browser that has none throws here, and decides nothing
  const reader = new Blob(parts).stream().pipeThrough(inflater).getReader();
  const pieces = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new Malformed(broken);
    });
    if (done) break;
    length += value.length;
    if (length > most) {
      reader.cancel().catch(() => {}); // nobody waits for the rest
      throw new Malformed(beyond);
    }
    pieces.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
