// Whether two names are one person's, as verifier/piles/names.py tells it; tests/spellings.py is tried on both.

// What people write between the parts of a name, or leave out.
const BETWEEN = /[\s\x1c-\x1f\x85\-‐‑'’.·•‧・･∙⋅]+/g;
const DOTS = /[·•‧・･∙⋅]/g;
const HAN = /[\u3400-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]+/gu;
const WORDS = /(?:(?![\u3400-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}])[\p{L}\p{Nl}\p{No}])+/gu;
const MOST_SPELLINGS = 20; // nobody writes one name in so many ways

// Whether a credential was handed in under names that are not one person's: `name`, and all the `names` that it came under.
export function clash(name, names) {
  const others = [...new Set(names)].filter((other) => other !== name);
  return others.length > MOST_SPELLINGS || others.some((other) => name && other && !sameName(name, other));
}

// Whether two spellings are one name: after NFKC, without case, spaces and middle dots; in two scripts, in either.
export function sameName(one, other) {
  const known = spellings(one);
  return spellings(other).some((spelling) => known.includes(spelling));
}

function spellings(name) {
  const whole = name.normalize("NFKC");
  const han = plain((whole.replace(DOTS, "").match(HAN) ?? []).join(""));
  const letters = plain((whole.match(WORDS) ?? []).join(""));
  return [plain(whole), ...(han && letters ? [han, letters] : [])].filter(Boolean);
}

// What Python calls casefold; of whatever else that folds, this makes the same names alike.
function plain(name) {
  return name.normalize("NFKC").replace(BETWEEN, "").toLowerCase().replaceAll("ß", "ss").replaceAll("ς", "σ");
}
