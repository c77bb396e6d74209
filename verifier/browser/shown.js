// What a document shows beside what was signed, in words, as verifier/shown.py says it.
const MOST_PAIRS = 20;
const MOST_UNSIGNED = 6;
const MOST_TRACES = 10;
const LONGEST_DETAIL = 200; // characters of a stranger's document
const SPACE = /^[\s\x1c-\x1f\x85]$/u;
const HAN = String.raw`\u2e80-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}`;
const WORD = new RegExp(String.raw`(?:(?![${HAN}])[\p{L}\p{N}_])+|.`, "gsu"); // Han is marked by the character

export function shownIn(words, shown) {
  const pairs = shown.differences.filter((difference) => difference.signed);
  const unsigned = shown.differences.filter((difference) => !difference.signed && difference.shown).map((each) => each.shown);
  const traces = [...new Map(shown.traces.map((trace) => sentence(words, trace)).map((each) => [each.textContent, each])).values()];
  const limits = [[pairs, MOST_PAIRS], [unsigned, MOST_UNSIGNED], [traces, MOST_TRACES]];
  const unlisted = limits.reduce((sum, [found, most]) => sum + Math.max(0, found.length - most), 0);
  return {
    pairs: pairs.slice(0, MOST_PAIRS).map((difference) => pair(words, difference)),
    unsigned: unsigned.slice(0, MOST_UNSIGNED),
    more: unlisted ? words.say("verdict.more", { count: String(unlisted) }) : null,
    traces: traces.slice(0, MOST_TRACES),
  };
}

function pair(words, { field, signed, shown = "" }) {
  return {
    label: words.has(`label.${field}`) ? words.texts[`label.${field}`] : field,
    signed: shown ? marked(signed, shown) : [{ text: signed, differs: false }],
    shown: shown ? marked(shown, signed) : [],
  };
}

// The text in pieces by whether each word of it stands in the other. White space, which is no claim, never differs.
function marked(text, other) {
  const bare = (each) =>
    [...each].map((character, place) => [character.normalize("NFKC"), place, character]).filter(([, , as]) => !SPACE.test(as));
  const wanted = bare(text);
  const found = bare(other);
  const alike = matching(wanted.map(([character]) => character), found.map(([character]) => character));
  const unlike = new Set(wanted.filter((_, at) => !alike.has(at)).map(([, place]) => place));
  const pieces = [];
  let place = 0;
  for (const [word] of text.matchAll(WORD)) {
    const until = place + [...word].length;
    let differs = false;
    for (; place < until; place += 1) differs ||= unlike.has(place);
    if (pieces.at(-1)?.differs === differs) pieces.at(-1).text += word;
    else pieces.push({ text: word, differs });
  }
  return pieces;
}

// Which places of `one` stand in `other`: the longest run that both have, then what is left and right of it (as Python's difflib).
function matching(one, other) {
  const places = new Map();
  other.forEach((character, at) => places.set(character, [...(places.get(character) ?? []), at]));
  const alike = new Set();
  const left = [[0, one.length, 0, other.length]];
  while (left.length) {
    const [from, to, low, high] = left.pop();
    let [best, there, size] = [from, low, 0];
    let runs = new Map(); // the length of the run that ends at a place of `other`
    for (let at = from; at < to; at += 1) {
      const longer = new Map();
      for (const place of places.get(one[at]) ?? []) {
        if (place < low) continue;
        if (place >= high) break;
        const run = (runs.get(place - 1) ?? 0) + 1;
        longer.set(place, run);
        if (run > size) [best, there, size] = [at - run + 1, place - run + 1, run];
      }
      runs = longer;
    }
    if (!size) continue;
    for (let at = best; at < best + size; at += 1) alike.add(at);
    left.push([from, best, low, there], [best + size, to, there + size, high]);
  }
  return alike;
}

function sentence(words, { code, page, detail }) {
  let found = words.has(`trace.${code}`) ? words.say(`trace.${code}`) : words.say("trace.other", { code });
  if (detail) found = words.say("where.detail", { found, detail: [...detail].slice(0, LONGEST_DETAIL).join("") });
  return page ? words.say("where.page", { found, page: String(page) }) : found;
}
