// The page behind a QR code: what stands behind the # is verified here. It is sent nowhere but by the buttons that say so.
import { answer } from "./answer.js";
import { had } from "./copies.js";
import { keep } from "./keep.js";
import { verify } from "./verify.js";

const PAGE = /^\/v\/([\w-]+)\/?$/;
const PRINTED = /^([A-Z]{2,6})-?([0-9A-Z]{4})-?([0-9A-Z]{4})-?([0-9A-Z]{4})-?([0-9A-Z]{4})$/;
const part = (id) => document.getElementById(id);
// The verdict goes into an element that has stood there as a status from the beginning, or a screen reader would not say it.
const [number, checking, verdict, found, byNumber] = ["number", "checking", "verdict", "answer", "by-number"].map(part);
const title = document.title;
const { lang } = document.documentElement;
const code = PAGE.exec(location.pathname)?.[1] ?? "";
let latest = 0; // another QR code can be opened on the same page while one is being checked

async function check() {
  const digits = location.hash.slice(1);
  const asked = new Set();
  let kept = false;
  const copy = async (path) => {
    asked.add(path);
    const copied = await fetch(path);
    kept ||= !path.startsWith("/dictionaries") && copied.headers.has("Kept-At");
    return copied;
  };
  const mine = ++latest;
  show({ checking: digits !== "", byNumber: digits === "" });
  keepInLinks();
  if (!digits) return;
  const told = await decided(digits, copy);
  if (mine !== latest) return;
  if (told.verdict) {
    const drawn = answer(told.words, told.verdict);
    document.title = `${drawn.querySelector("h1").textContent} · ${title}`;
    verdict.replaceChildren(...(kept ? [copyOf("kept")] : []), drawn.querySelector(".verdict"));
    found.replaceChildren(drawn, copyOf("on-device"), ways());
  } else {
    const undecided = copyOf("undecided");
    undecided.querySelector("bdi").textContent = told.ask;
    for (const means of undecided.querySelectorAll("[data-ask]")) means.hidden = means.dataset.ask !== told.ask;
    undecided.querySelector("p").hidden = Boolean(undecided.querySelector("[data-ask]:not([hidden])"));
    verdict.replaceChildren(undecided);
    found.replaceChildren(ways());
  }
  show({ number: !told.verdict, found: true });
  keep([...asked]);
}

// The verdict with the words to say it in, or why there is none. What goes wrong here says nothing of the certificate.
async function decided(digits, copy) {
  try {
    const [told, words] = await Promise.all([
      verify(digits, code, { fetch: copy, now: new Date() }),
      had(fetch, `/words/${lang}`).then((said) => said.json()),
    ]);
    return { ...told, words: { ...words, language: lang } };
  } catch (error) {
    console.warn(error);
    return { ask: error.fault || "browser_fault" };
  }
}

function show(shown) {
  number.hidden = !(shown.number ?? true);
  byNumber.hidden = !shown.byNumber;
  checking.hidden = !shown.checking;
  if (shown.found) return;
  verdict.replaceChildren();
  found.replaceChildren();
  document.title = title;
}

function ways() {
  const made = copyOf("ways");
  const form = made.querySelector("form");
  const address = `${location.origin}/v/${code}`;
  form.addEventListener("submit", () => (form.elements.text.value = address + location.hash));
  made.querySelector("a").href = `${address}/check?lang=${lang}`;
  return made;
}

// In another language it is the same certificate; the fragment stays in the address, to be passed on.
function keepInLinks() {
  for (const link of document.querySelectorAll(".languages a")) link.hash = location.hash;
}

const copyOf = (id) => part(id).content.firstElementChild.cloneNode(true);

// What the kept page of any code leaves open.
const groups = PRINTED.exec(code.toUpperCase());
const line = number.querySelector(".number");
if (groups && !line.textContent) {
  line.append(...groups.slice(1).flatMap((group, i) => (i ? ["-", document.createElement("wbr"), group] : [group])));
}

addEventListener("hashchange", check);
await check();
