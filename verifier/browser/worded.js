// A verdict in words, as verifier/answer.py puts it. Adds nothing that the verdict does not say.
import { shownIn } from "./shown.js";

const GATES = 3; // token, issuer, signature: where one of them did not let pass, no claims are shown and no step was reached
const HAN = /[\u3400-\u9fff\u{20000}-\u{10ffff}]/u;

export function worded(words, verdict) {
  const { credential: signed, issuer } = verdict;
  const names = signed?.names ?? [];
  const [reason, known] = [reasonOf(words, verdict), knownOf(words, verdict)];
  const unnamed = verdict.verdict === "valid" && !names.length;
  const { shows } = verdict.document;
  return {
    word: words.say(`word.${verdict.verdict}`),
    means: words.say(`reason.${reason}.means`, known),
    next: words.say(`reason.${reason}.${unnamed ? "next_unnamed" : "next"}`, known),
    warning: warning(words, signed, issuer),
    compare: verdict.verdict === "valid" ? words.say(`compare.${shows}`) : null,
    rows: signed && issuer ? [...rows(words, signed, issuer)] : [],
    shown: shownIn(words, verdict.document),
    steps: verdict.steps.map((step, place) => found(words, verdict, place, step)),
    checkedAt: words.say("verdict.checked_at", { time: words.time(verdict.checked_at) }),
  };
}

// What the verdict means, in the one sentence or two that `worded` has for it.
export const meansIn = (words, verdict) => words.say(`reason.${reasonOf(words, verdict)}.means`, knownOf(words, verdict));

// What the words of a reason may name.
function knownOf(words, verdict) {
  const { credential: signed, issuer } = verdict;
  return {
    issuer: issuer ? words.of(issuer.name) : "",
    name: signed?.names?.[0] ?? "",
    date: words.day(turningPoint(verdict)),
    format: formatOf(words, verdict),
    host: hostOf(words, verdict),
  };
}

// The reason that there are words for: more exactly by what a step found, else that of the verdict's word.
function reasonOf(words, verdict) {
  if (!words.has(`reason.${verdict.reason}.means`)) return verdict.verdict;
  const codes = verdict.steps.map((step) => step.code).filter(Boolean);
  if (verdict.document.traces.length && !verdict.document.differences.length) codes.push("traces_alone");
  const exact = codes.flatMap((code) => [`${verdict.reason}.${code}`, `${verdict.verdict}.${code}`]);
  return exact.find((each) => words.has(`reason.${each}.means`)) ?? verdict.reason;
}

// The date that an expired credential or one not yet valid turns on.
function turningPoint({ credential, reason }) {
  return credential?.[reason === "expired" ? "valid_until" : "valid_from"] ?? "";
}

// What a format is called that could not be checked.
function formatOf(words, verdict) {
  const named = verdict.steps.find((step) => step.code && step.detail);
  if (!named) return words.texts["format.other"];
  return words.has(`format.${named.code}`) ? words.texts[`format.${named.code}`] : named.detail;
}

// Where what was handed in leads, when that is elsewhere; what it looks like stands behind a ≠ and is left out.
function hostOf(words, verdict) {
  const leads = verdict.document.traces.filter((trace) => ["look_alike_host", "qr_elsewhere"].includes(trace.code));
  return (leads.find((trace) => trace.detail)?.detail ?? words.texts["note.another_site"]).split(" ≠ ", 1)[0];
}

function warning(words, signed, issuer) {
  if (!signed || !issuer) return null;
  if (!Object.keys(signed.achievement ?? {}).length) return words.say("verdict.foreign");
  const name = signed.issuer_name ?? "";
  return Object.values(issuer.name).includes(name) ? null : words.say("note.other_name", { name });
}

function* rows(words, signed, issuer) {
  const row = (key, texts, { entries = [], note = null } = {}) => ({ key, label: words.texts[`label.${key}`], texts, entries, note });
  const ours = (text) => [{ language: words.language, text }];
  const { names = [], achievement = {}, facts = [], modules = [], skills = [], partners = [] } = signed;

  yield row("issuer", inOrder(words, issuer.name), { note: standing(words, issuer) });
  yield row("name", names.map(textOf), { note: names.length ? null : words.say("note.no_name") });
  if (Object.keys(achievement).length) yield row("achievement", inOrder(words, achievement));
  if (signed.valid_from) {
    yield row("issued", ours(words.day(signed.valid_from)));
    yield row("expires", ours(signed.valid_until ? words.day(signed.valid_until) : words.texts["note.forever"]));
  }
  if (signed.period) yield row("period", ours(signed.period.split("/").map((moment) => words.day(moment)).join(" – ")));
  for (const [key, value] of facts) yield row(key, [textOf(value)]);
  if (modules.length) {
    yield row("transcript", [], { entries: modules.map(([name, value]) => ({ texts: inOrder(words, name), value })) });
  }
  for (const [key, listed] of Object.entries({ skills, partners })) {
    if (listed.length) yield row(key, [], { entries: listed.map((each) => ({ texts: inOrder(words, each), value: "" })) });
  }
  yield signed.code ? row("code", [textOf(signed.code)]) : row("id", [textOf(signed.id)]);
  if (signed.legacy) yield row("form", [], { note: words.say("note.legacy") });
}

// Since when the directory knows the issuer, and whether it knows a platform in its place.
function standing(words, issuer) {
  const date = words.day(issuer.since);
  const platform = words.of(issuer.listed_by ?? {});
  return Object.keys(issuer.listed_by ?? {}).length ? words.say("note.listed_by", { platform, date }) : words.say("note.since", { date });
}

// What the issuer says of the revocation: since when and why.
function revocation(words, { revocation: said }) {
  if (!said?.since) return null;
  const date = words.day(said.since);
  return said.reason ? words.say("as_of.revoked_because", { date, reason: said.reason }) : words.say("as_of.revoked", { date });
}

const textOf = (text) => ({ language: HAN.test(text) ? "zh-Hans" : "", text });

// The text in the reader's language first; what reads the same is said once.
function inOrder(words, texts) {
  const said = new Map();
  for (const language of words.byNearness(texts)) if (!said.has(texts[language])) said.set(texts[language], language);
  return [...said].map(([text, language]) => ({ language, text }));
}

function found(words, verdict, place, step) {
  const passed = verdict.steps.slice(0, Math.min(place, GATES)).every((earlier) => earlier.result === "passed");
  const reached = passed || verdict.credential !== null || step.result === "failed";
  const told = reached && words.has(`finding.${step.code}`);
  return {
    step: step.step,
    result: step.result,
    text: words.texts[told ? `finding.${step.code}` : `step.${step.step}.${reached ? step.result : "not_reached"}`],
    note: reached ? note(words, verdict, step) : null,
  };
}

function note(words, verdict, step) {
  if (step.step === "known_issuer" && step.detail && !step.code) {
    if (step.result === "passed") return words.say("as_of.known_issuer", { date: words.day(step.detail) });
    return words.say("as_of.claimed", { detail: step.detail });
  }
  if (step.step === "status" && step.as_of) {
    return revocation(words, verdict) ?? words.say("as_of.status", { time: words.time(step.as_of) });
  }
  const { shows } = verdict.document;
  if (step.step === "document" && (verdict.verdict === "valid" || shows !== "not_compared")) return words.say(`shows.${shows}`);
  return null;
}
