// Tells whether a typed e-mail address is one that was hashed into the credential. Nothing of it leaves this page, nothing is kept.
const ADDRESS = /^[^@\s]{1,64}@[^@\s]+\.[^@\s]+$/;

// Lets a form (as in templates/verifier/verdict.html) answer; until then it is hidden.
export function askPerson(form) {
  if (!globalThis.crypto?.subtle) return; // browsers have it only on pages that came over https
  const identifiers = JSON.parse(form.dataset.identifiers);
  const input = form.querySelector("input");
  const told = form.querySelector(".told");
  const say = (what) => {
    const said = form.querySelector(`.${what}`).cloneNode(true);
    told.replaceChildren(...said.childNodes);
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const typed = input.value;
    const found = await matches(typed.trim(), identifiers);
    if (input.value === typed) say(found === null ? "none" : found ? "matches" : "differs");
  });
  input.addEventListener("input", () => told.replaceChildren()); // the answer was about another address
  form.hidden = false;
}

// Whether one of the identifiers is this address; null when it is no address.
async function matches(typed, identifiers) {
  const plain = typed.normalize("NFKC"); // as it is typed with a Chinese keyboard: ＠
  if (!ADDRESS.test(plain)) return null;
  const ways = new Set([plain.toLowerCase(), plain, typed]); // ours are in small letters; others hash as it was given
  const hashes = await Promise.all(
    [...ways].flatMap((address) => identifiers.map(async ({ hash, salt }) => hash === (await hashed(address, salt)))),
  );
  return hashes.includes(true);
}

// `sha256$` and hex(SHA-256(address ‖ salt)) (OB 3.0 §B.1.12).
async function hashed(address, salt) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(address + salt));
  return `sha256$${[...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

for (const form of document.querySelectorAll("form.person")) askPerson(form);
