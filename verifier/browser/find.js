// Step 1: the token of a QR code, unpacked and read: verifier/steps/find.py.

import { codeOf } from "./claims.js";
import { parse, tagOf } from "./code.js";
import { serviceOf } from "./directory.js";
import { Ask, Malformed, Unreachable } from "./errors.js";
import { dictionaryNamed, unpack } from "./qr.js";
import { listed, read, registeredClaims } from "./reader.js";

const ACHIEVEMENTS = ["OpenBadgeCredential", "AchievementCredential"];
const FIRST_MODEL = "https://www.w3.org/2018/credentials/v1";

// The token that the digits hold, well-formed and of the code in the path; null where there is none.
export async function findToken(fragment, path, directory, copies, findings) {
  const code = parse(path);
  const digits = fragment.replace(/\s/g, ""); // mail programs break it into lines
  if (!/\p{N}/u.test(digits)) throw new Ask("no_digits"); // an anchor: the server looks the code up
  if (code === null) return void findings.notChecked("token", "mistyped_code");
  const tag = tagOf(code);
  if (!serviceOf(directory, tag)) return void findings.notChecked("token", "unknown_issuer", { detail: tag });
  try {
    const token = read(await unpack(digits, await copies.dictionary(tag, dictionaryNamed(digits))));
    checkClaims(token);
    if (codeOf(token.claims) !== code) throw new Malformed("code_of_another");
    findings.passed("token");
    return token;
  } catch (error) {
    if (error instanceof Malformed) findings.failed("token", "malformed_token", { code: error.fault });
    else if (error instanceof Unreachable) findings.notChecked("token", "dictionary_unavailable", { code: error.fault });
    else throw error;
    return null;
  }
}

function checkClaims({ header, claims }) {
  const [context] = listed(claims["@context"]);
  if (Object.hasOwn(claims, "vc") || context === FIRST_MODEL) throw new Ask("legacy"); // the first data model, in other words
  registeredClaims(claims, header.typ === "vc+jwt");
  // OB 3.0 §8.2: the same issuer signs other things too, which say nothing of a learner.
  if (!listed(claims.type).some((type) => ACHIEVEMENTS.includes(type))) throw new Malformed("not_an_achievement");
}
