// What a person needs of verified claims in our own form: verifier/claims.py, credential/document.py, credential/wording.py.
//
// Translations and partners stand in the achievement version, which is not to be had here; the signed texts are all there.

import { parse, printed } from "./code.js";
import { Ask } from "./errors.js";
import { isObject } from "./reader.js";

const HASH = /^sha256\$[0-9a-f]{64}$/;
const LONGEST_SALT = 300;
const MOST_IDENTIFIERS = 4;
const MODULE = "ext:ModuleScore"; // the ResultType of a course within the achievement
const RESULTS = new Map([["PerformanceLevel", "level"], ["ext:LearningHours", "hours"], ["RawScore", "score"]]);

// The shape of what our issuer signs: for each member what it must be. Other members are allowed.
const text = (value) => typeof value === "string";
const flag = (value) => typeof value === "boolean";
const number = (value) => typeof value === "number";
const list = (each) => (value) => Array.isArray(value) && value.every(each);
const object = (needed, optional = {}) => (value) =>
  isObject(value) &&
  Object.entries(needed).every(([name, is]) => Object.hasOwn(value, name) && is(value[name])) &&
  Object.entries(optional).every(([name, is]) => !Object.hasOwn(value, name) || is(value[name]));

const TYPE = { type: list(text) };
const RESULT_DESCRIPTION = object({ id: text, name: text, resultType: text }, TYPE);
const ALIGNMENT = object(
  { targetName: text, targetUrl: text },
  { ...TYPE, targetFramework: text, targetCode: text, targetType: text },
);
const ACHIEVEMENT = object(
  {
    id: text, achievementType: text, name: text, description: text, inLanguage: text, version: text,
    criteria: object({}, { id: text, narrative: text }),
  },
  { ...TYPE, creditsAvailable: number, tag: list(text), alignment: list(ALIGNMENT), resultDescription: list(RESULT_DESCRIPTION) },
);
const IDENTITY = object({ hashed: flag, identityType: text, identityHash: text }, { type: text, salt: text });
const SUBJECT = object(
  { id: text, identifier: list(IDENTITY), achievement: ACHIEVEMENT },
  {
    ...TYPE, activityStartDate: text, activityEndDate: text, creditsEarned: number,
    result: list(object({ resultDescription: text, value: text }, TYPE)),
  },
);
const STATUS = object(
  { id: text, statusListIndex: text, statusListCredential: text },
  { type: text, statusPurpose: text },
);
const CREDENTIAL = object(
  {
    id: text, name: text, issuer: object({ id: text, name: text }, { ...TYPE, url: text }), validFrom: text, awardedDate: text,
    credentialSubject: SUBJECT, relatedResource: list(object({ id: text, digestSRI: text })), credentialStatus: STATUS,
    iss: text, jti: text, sub: text, nbf: Number.isInteger,
  },
  {
    ...TYPE, "@context": list(text), validUntil: text, evidence: list(object({ id: text }, { ...TYPE, name: text })),
    credentialSchema: list(object({}, { id: text, type: text })), exp: Number.isInteger,
  },
);

// The code in URL form where the credential's id ends with one, else null.
export function codeOf({ id }) {
  return text(id) ? parse(id.split("/").at(-1)) : null;
}

// As the server's verdict gives them. Throws Ask for the claims of another make.
export function signedClaims(claims) {
  if (!CREDENTIAL(claims)) throw new Ask("another_make");
  const { credentialSubject: subject, validUntil } = claims;
  const { achievement, activityStartDate: began, activityEndDate: ended } = subject;
  const inOwnLanguage = (said) => Object.fromEntries([[achievement.inLanguage, said]]);
  const signed = {
    id: claims.id,
    code: printed(codeOf(claims)),
    names: namesOf(subject),
    identifiers: identifiersOf(subject),
    achievement: inOwnLanguage(achievement.name),
    issuer_name: claims.issuer.name,
    facts: factsOf(subject),
    period: began && ended ? `${began}/${ended}` : undefined,
    modules: modulesOf(subject).map(([name, score]) => [inOwnLanguage(name), score]),
    skills: (achievement.tag ?? []).map(inOwnLanguage),
    awarded: claims.awardedDate,
    valid_from: claims.validFrom,
    valid_until: validUntil,
  };
  return Object.fromEntries(Object.entries(signed).filter(([, value]) => value?.length !== 0 && value !== undefined));
}

// The learner's names as signed. Hashed identifiers are not names.
function namesOf({ identifier }) {
  return identifier.filter((each) => each.identityType === "name" && !each.hashed).map((each) => each.identityHash);
}

// The hashes of the learner's e-mail addresses, by which who knows one finds that it is theirs.
function identifiersOf({ identifier }) {
  const hashed = identifier.filter(({ identityType, hashed, identityHash, salt = "" }) =>
    identityType === "emailAddress" && hashed && HASH.test(identityHash) && salt.length <= LONGEST_SALT);
  return hashed.slice(0, MOST_IDENTIFIERS).map(({ identityHash: hash, salt = "" }) => ({ type: "emailAddress", hash, salt }));
}

// The results that a certificate shows, each with its key: level, hours, score and credits.
function factsOf({ achievement, result = [], creditsEarned }) {
  const kinds = new Map((achievement.resultDescription ?? []).map((each) => [each.id, each.resultType]));
  const found = new Map(result.map((each) => [RESULTS.get(kinds.get(each.resultDescription)), each.value]));
  const shown = [...RESULTS.values()].filter((key) => found.get(key)).map((key) => [key, found.get(key)]);
  if (creditsEarned !== undefined) shown.push(["credits", String(Number(creditsEarned.toPrecision(6)))]);
  return shown;
}

// The courses within the achievement that have a score.
function modulesOf({ achievement, result = [] }) {
  const scores = new Map(result.map((each) => [each.resultDescription, each.value]));
  const modules = (achievement.resultDescription ?? []).filter((each) => each.resultType === MODULE);
  return modules.filter(({ id }) => scores.get(id)).map(({ id, name }) => [name, scores.get(id)]);
}
