// A verdict as an element that shows what templates/verifier/verdict.html shows, in the same classes. Every text goes in as text.
import { askPerson } from "./person.js";
import { worded } from "./worded.js";
import { Words } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const LONG = 14; // characters: a longer text is set smaller
const TICK = "M15 27l8 8 15-17";
const CROSS = "M17.5 17.5l17 17m0-17l-17 17";
const QUESTION = "M19.5 20.5c0-8.5 13-8.5 13 0 0 5-6.5 5.5-6.5 10.5M26 38.5v.01";
const DASH = "M17 26h18";
const SHAPES = { valid: TICK, passed: TICK, invalid: CROSS, failed: CROSS, unchecked: QUESTION, not_checked: DASH };

let drawn = 0; // answers on this page, each with ids of its own

// `texts` is what /words/LANG gives, with its `language` beside it; `verdict` as the API answers it. Whoever shows it sees to
// it that a screen reader says the verdict.
export function answer(texts, verdict) {
  const words = new Words(texts);
  const told = worded(words, verdict);
  drawn += 1;
  const whole = element("div", { class: "answer" });
  whole.append(
    element(
      "section",
      { class: `verdict ${verdict.verdict}` },
      symbol(verdict.verdict),
      element("h1", {}, told.word),
      element("p", { class: "means" }, told.means),
      element("p", { class: "next" }, told.next),
    ),
    ...(verdict.document.shows === "differs" ? [differences(words, verdict, told)] : []),
    ...claims(words, verdict, told),
    steps(words, told),
    technical(words, verdict),
  );
  return whole;
}

function differences(words, verdict, { shown }) {
  const elsewhere = verdict.reason === "leads_elsewhere";
  const part = section(words, "differences", elsewhere ? "verdict.elsewhere" : "verdict.differences", "differences");
  if (shown.traces.length) {
    if (!elsewhere) part.append(element("h3", {}, words.say("verdict.traces")));
    part.append(traces(shown, "traces"));
  }
  if (shown.pairs.length) part.append(element("p", {}, words.say("verdict.differences_means")));
  part.append(...shown.pairs.map((pair) => besides(words, pair)));
  if (shown.unsigned.length) {
    const listed = shown.unsigned.map((text) => element("li", {}, element("bdi", {}, text)));
    part.append(element("h3", {}, words.say("verdict.unsigned")), element("ul", { class: "unsigned" }, ...listed));
  }
  if (shown.more) part.append(element("p", { class: "hint" }, shown.more));
  return part;
}

// A signed value and what the document says in its place.
function besides(words, { label, signed, shown }) {
  const seen = shown.length ? marked(words, shown) : element("em", {}, words.say("verdict.not_shown"));
  const side = (name, title, value) =>
    element("div", { class: name }, element("dt", {}, words.say(title)), element("dd", {}, value));
  const both = [side("signed", "verdict.signed", marked(words, signed)), side("seen", "verdict.shown", seen)];
  return element("div", { class: "pair" }, element("h3", {}, label), element("dl", {}, ...both));
}

// A text whose differing words are marked: by colour, by a line and, for who hears the page, by a word.
function marked(words, pieces) {
  const heard = () => element("span", { class: "heard" }, `${words.texts["verdict.differs"]} `);
  return element("bdi", {}, ...pieces.map(({ text, differs }) => (differs ? element("mark", {}, heard(), text) : text)));
}

function claims(words, verdict, told) {
  if (!told.rows.length) {
    return verdict.verdict === "invalid" ? [element("p", { class: "aside" }, words.say("verdict.no_claims"))] : [];
  }
  const byEye = verdict.verdict === "valid" && verdict.document.shows === "not_compared";
  const title = byEye ? "verdict.claims_compare" : verdict.verdict === "valid" ? "verdict.claims" : "verdict.claims_doubt";
  const part = section(words, "claims", title);
  if (told.compare) part.append(element("p", { class: "compare" }, told.compare));
  if (told.warning) part.append(element("p", { class: "warning" }, told.warning));
  const large = byEye || verdict.document.shows === "differs" ? "claims large" : "claims";
  part.append(element("dl", { class: large }, ...told.rows.map(row)));
  if (verdict.verdict !== "invalid" && verdict.credential.identifiers?.length) part.append(person(words, verdict));
  return [part];
}

// The question whether an e-mail address is the learner's.
function person(words, { credential, issuer }) {
  const title = element("h3", { id: `person-${drawn}` }, words.say("person.title"));
  const means = element("p", { id: `person-means-${drawn}` }, words.say("person.means"));
  const quiet = { autocomplete: "off", autocapitalize: "none", spellcheck: "false", "aria-describedby": means.id };
  const input = element("input", { type: "text", inputmode: "email", maxlength: "320", ...quiet });
  const named = { issuer: words.of(issuer.name) };
  const form = element(
    "form",
    { class: "person", hidden: "", "aria-labelledby": title.id, "data-identifiers": JSON.stringify(credential.identifiers) },
    title,
    means,
    element("label", { class: "field" }, words.say("person.label"), input),
    element("button", { type: "submit", class: "second" }, words.say("person.button")),
    element("p", { class: "told", role: "status" }),
    ...["matches", "differs", "none"].map((said) => element("p", { class: said, hidden: "" }, words.say(`person.${said}`, named))),
  );
  askPerson(form);
  return form;
}

function row({ key, label, texts, entries, note }) {
  const value = element("dd", {}, ...said(texts));
  if (entries.length) {
    const one = (entry) =>
      element(
        "li",
        {},
        element("span", {}, ...said(entry.texts)),
        ...(entry.value ? [element("bdi", { class: "value" }, entry.value)] : []),
      );
    value.append(element("ul", entries[0].value ? { class: "scores" } : {}, ...entries.map(one)));
  }
  if (note) value.append(element("small", { class: "note" }, note));
  return element("div", { class: key }, element("dt", {}, label), value);
}

// A signed text, each language marked and isolated; the translations small below it.
function said(texts) {
  return texts.flatMap(({ language, text }, place) => {
    const own = language ? { lang: language } : {};
    if (place) return [" ", element("small", {}, element("bdi", own, text))];
    return [element("bdi", [...text].length > LONG ? { class: "long", ...own } : own, text)];
  });
}

function steps(words, told) {
  const part = section(words, "steps", "verdict.steps");
  const one = (found) => {
    const says = element("div", {}, element("p", {}, found.text));
    if (found.step === "document" && told.shown.traces.length) says.append(traces(told.shown));
    if (found.note) says.append(element("small", {}, found.note));
    return element("li", { class: found.result }, symbol(found.result), says);
  };
  part.append(element("ol", { class: "steps" }, ...told.steps.map(one)), element("p", { class: "hint" }, told.checkedAt));
  return part;
}

function technical(words, verdict) {
  const whole = element("code", {}, JSON.stringify(verdict, null, 2));
  return element(
    "details",
    {},
    element("summary", {}, words.say("verdict.technical")),
    element("p", {}, words.say("verdict.reason", { reason: verdict.reason })),
    element("pre", { tabindex: "0", lang: "en" }, whole),
  );
}

function traces(shown, name) {
  const listed = shown.traces.map((trace) => element("li", {}, trace.cloneNode(true))); // they stand in two places
  return element("ul", name ? { class: name } : {}, ...listed);
}

function section(words, id, title, name) {
  const heading = element("h2", { id: `${id}-${drawn}` }, words.say(title));
  return element("section", { "aria-labelledby": heading.id, ...(name ? { class: name } : {}) }, heading);
}

// One symbol for each verdict and result, so that colour never stands alone.
function symbol(of) {
  const round = { "stroke-linecap": "round", "stroke-linejoin": "round" };
  return element(
    "svg",
    { class: "symbol", viewBox: "0 0 52 52", "aria-hidden": "true", fill: "none", stroke: "currentColor", ...round },
    element("circle", { cx: "26", cy: "26", r: "24", "stroke-width": "3" }),
    element("path", { d: SHAPES[of], "stroke-width": "4.5" }),
  );
}

function element(name, attributes, ...children) {
  const drawing = ["svg", "circle", "path"].includes(name);
  const made = drawing ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}
