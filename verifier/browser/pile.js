// Hands in many files at once and shows what is told of each as it comes. Nothing is kept, and nothing looks complete that is not.
import { answer } from "./answer.js";
import { chosen, dropped } from "./gathered.js";
import { csvOf } from "./lines.js";
import { Table, element } from "./table.js";
import { told } from "./told.js";
import { Words } from "./words.js";

const LARGEST = 200 * 1024 * 1024; // bytes of all files together, as verifier/piles/uploads.py takes them
const MOST = 10_000; // files
const REFUSALS = { 400: "pile.refused", 408: "pile.too_slow", 413: "pile.too_large", 429: "page.too_often", 503: "page.busy" };
const A_MINUTE = 90; // seconds from which on minutes are told

const find = (selector) => document.querySelector(selector);
const [form, working, results, sieve, dialog] = [".pile", ".working", ".results", ".sieve", "dialog"].map(find);
const [area, hint, refusal, outcome] = [".drop", "#files-hint", ".refusal", ".outcome"].map(find);
const bar = working.querySelector("progress");
const { language, texts } = await read();
const words = new Words(texts);
const table = new Table(words, find("table.rows"), open);
let files = [];
let report = null; // the PDF, once all is told
let complete = false;

async function read() {
  const language = document.documentElement.lang;
  const texts = await (await fetch(`/words/${language}`)).json();
  return { language, texts: { ...texts, language } };
}

function say(key, values = {}) {
  return texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function take(gathered) {
  files = gathered;
  const size = files.reduce((sum, { file }) => sum + file.size, 0);
  const wrong = size > LARGEST ? "pile.too_large" : files.length > MOST ? "pile.too_many" : "";
  if (wrong) files = [];
  refuse(wrong);
  area.classList.toggle("chosen", files.length > 0);
  const megabytes = new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(Math.max(size / 1024 / 1024, size && 0.1));
  hint.textContent = files.length ? say("pile.chosen", { count: files.length, megabytes }) : say("pile.files_hint");
}

function refuse(key) {
  refusal.textContent = key ? say(key) : "";
}

async function handIn() {
  if (!files.length) return refuse("pile.none");
  refuse("");
  const body = new FormData();
  for (const { path, file } of files) body.append("file", file, path);
  const [applicants] = find("#applicants").files;
  if (applicants) body.append("applicants", applicants);
  const stopping = new AbortController();
  working.querySelector(".stop").onclick = () => stopping.abort();
  show(working);
  bar.removeAttribute("value");
  working.querySelector(".done").textContent = say("pile.sending");
  let answered;
  try {
    const asked = `/api/piles?lang=${language}${find("#report").checked ? "&report=true" : ""}`;
    answered = await fetch(asked, { method: "POST", body, signal: stopping.signal });
  } catch {
    return giveBack(stopping.signal.aborted ? "" : "pile.not_reached");
  }
  if (!answered.ok) return giveBack(REFUSALS[answered.status] ?? "page.fault");
  await listen(answered.body, stopping.signal);
}

// The form again, with what was chosen, and why.
function giveBack(why) {
  show(form);
  refuse(why);
  form.querySelector("button").focus();
}

async function listen(body, stopped) {
  let items = 0;
  let done = 0;
  let ended = null;
  const began = performance.now();
  try {
    for await (const line of told(body)) {
      if (line.type === "began") items = line.items;
      if (line.type === "row") {
        if (!done) show(working, results);
        done += 1;
        table.add({ same_as: [], ...line });
        tell(done, items, (performance.now() - began) / 1000);
      }
      if (line.type === "ended") ended = line;
    }
  } catch {
    // that it broke off is told below, as where the stream just ends
  }
  complete = Boolean(ended) && done === items;
  report = complete ? ended.report ?? null : null;
  const how = complete ? "pile.ended" : stopped.aborted ? "pile.stopped" : "pile.broken_off";
  if (!done && !complete) return giveBack(stopped.aborted ? "" : "pile.not_reached");
  const missing = complete && !report && find("#report").checked ? ` ${say("pile.no_report")}` : "";
  outcome.textContent = say(how, { done, items, seconds: complete ? Math.max(1, Math.round(ended.seconds)) : 0 }) + missing;
  outcome.classList.add(complete ? "complete" : "incomplete");
  show(results);
  for (const each of results.querySelectorAll(".csv, .another, .no-proof")) each.hidden = false;
  results.querySelector(".pdf").hidden = !report;
  find("#results").focus();
}

// Counts are shown as they come; a screen reader is told at each tenth.
function tell(done, items, seconds) {
  Object.assign(bar, { max: items, value: done });
  const left = Math.ceil((seconds / done) * (items - done));
  const time = left > A_MINUTE ? say("pile.minutes", { count: Math.ceil(left / 60) }) : say("pile.seconds", { count: left });
  working.querySelector(".done").textContent = `${say("pile.done", { done, items })} · ${time}`;
  if (Math.floor((10 * done) / items) > Math.floor((10 * (done - 1)) / items)) outcome.textContent = say("pile.done", { done, items });
  count();
}

function count() {
  for (const choice of sieve.elements.kind) choice.parentElement.querySelector("output").textContent = table.count(choice.value);
}

function sift() {
  const found = table.sift({ kind: sieve.elements.kind.value, text: sieve.querySelector("#search").value.trim() });
  sieve.querySelector(".found").textContent = found ? say("pile.found", { count: found }) : say("pile.nothing");
}

function open(row) {
  const title = element("h2", { id: "opened" }, element("bdi", {}, row.item));
  const close = element("button", { type: "button", class: "second" }, say("pile.close"));
  close.addEventListener("click", () => dialog.close());
  const why = row.verdict ? answer(texts, row.verdict) : element("p", { class: "not-yet" }, texts[`unopened.${row.problem.code}`] ?? row.problem.detail);
  dialog.replaceChildren(title, why, close);
  dialog.setAttribute("aria-labelledby", "opened");
  // Where the focus goes is what a screen reader says next, after the dialog's name.
  const first = why.querySelector("h1") ?? why;
  for (const [attribute, value] of Object.entries({ tabindex: "-1", autofocus: "" })) first.setAttribute(attribute, value);
  dialog.showModal();
  dialog.scrollTop = 0;
}

function show(...parts) {
  for (const part of [form, working, results]) part.hidden = !parts.includes(part);
  if (parts.length === 1 && parts[0] === working) find("#working").focus();
}

function save(content, type, ending) {
  const name = `${say(complete ? "pile.file_name" : "pile.file_name_incomplete")}-${new Date().toISOString().slice(0, 10)}.${ending}`;
  const link = element("a", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}

const carriesFile = (event) => event.dataTransfer?.types.includes("Files");
addEventListener("dragover", (event) => {
  if (carriesFile(event)) event.preventDefault(); // or the browser would open the file and leave the page
});
addEventListener("drop", async (event) => {
  if (!carriesFile(event)) return;
  event.preventDefault();
  if (form.hidden) return;
  try {
    take(await dropped(event.dataTransfer));
    for (const input of [find("#files"), find("#folder")]) input.value = "";
  } catch {
    refuse("pile.unreadable");
  }
});
for (const [input, other] of [[find("#files"), find("#folder")], [find("#folder"), find("#files")]]) {
  input.addEventListener("change", () => {
    other.value = "";
    take(chosen(input.files));
  });
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  handIn();
});
sieve.addEventListener("submit", (event) => event.preventDefault());
sieve.addEventListener("input", sift);
results.querySelector(".csv").addEventListener("click", () => save(csvOf(words, table.all()), "text/csv", "csv"));
results.querySelector(".pdf").addEventListener("click", () => save(Uint8Array.from(atob(report), (byte) => byte.charCodeAt(0)), "application/pdf", "pdf"));
find(".not-yet").remove();
show(form);
