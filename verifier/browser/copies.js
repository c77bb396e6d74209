// The verifier's own copies of what known issuers publish: no issuer ever sees who looks at which credential, and no address
// that is asked for here holds a code or a token. A service worker may answer in the network's place.

import { Ask, Unreachable } from "./errors.js";
import { dictionaryId } from "./qr.js";

const KEYS_FOR = 24 * 60 * 60; // seconds: offline for as long as a status list is valid
const DIRECTORY_FOR = 7 * 24 * 60 * 60; // seconds: whoever was struck off it since is not known any more
const SKEW = 5 * 60;

export class Copies {
  #fetch;
  #now;
  #keys = new Map();

  constructor(fetch, now) {
    this.#fetch = fetch;
    this.#now = now;
  }

  async directory() {
    try {
      return await this.#get("/directory", "json", "", DIRECTORY_FOR);
    } catch (error) {
      throw new Ask(error.fault || "directory_unavailable");
    }
  }

  // The dictionary of that name as bytes. It is checked, for the name is its hash.
  async dictionary(tag, id) {
    const found = await this.#get(`/dictionaries/${tag}/${id}`, "arrayBuffer", "dictionary_unreachable");
    const dictionary = new Uint8Array(found);
    if ((await dictionaryId(dictionary)) !== id) throw new Unreachable("dictionary_malformed");
    return dictionary;
  }

  // The keys that an issuer publishes, which of them were compromised, and what its platform calls it. Asked for once.
  keys({ id }) {
    if (!this.#keys.has(id)) this.#keys.set(id, this.#freshKeys(id));
    return this.#keys.get(id);
  }

  // The text of a signed status list, of which nothing is believed yet.
  async list({ id }, url) {
    return this.#get(`/lists?${new URLSearchParams({ issuer: id, url })}`, "text");
  }

  async #freshKeys(issuer) {
    const found = await this.#get(`/keys?${new URLSearchParams({ issuer })}`, "json");
    const age = (this.#now - Date.parse(found.as_of)) / 1000;
    // A set that was kept for too long does not know which keys were stolen since.
    if (!(age <= KEYS_FOR && age >= -SKEW)) throw new Unreachable("key_set_unreachable");
    return found;
  }

  // The body in one of the forms of a Response. `otherwise` is the fault where it is of no use.
  // What a service worker kept for longer than so many seconds is none.
  async #get(path, form, otherwise = "", longest = Infinity) {
    const answer = await had(this.#fetch, path);
    const kept = answer.headers.get("Kept-At");
    if (kept && this.#now - Number(kept) > longest * 1000) throw new Unreachable(otherwise);
    return answer[form]().catch(() => Promise.reject(new Unreachable(otherwise)));
  }
}

// The verifier's answer. Throws Unreachable: for the fault that the answer names, which is the issuer's, else for our own.
export async function had(fetch, path) {
  const answer = await fetch(path).catch(() => null);
  if (answer?.ok) return answer;
  if (answer?.status === 429) throw new Unreachable("too_often");
  const { code } = (await answer?.json().catch(() => null)) ?? {};
  throw new Unreachable(typeof code === "string" ? code : "verifier_unreachable");
}
