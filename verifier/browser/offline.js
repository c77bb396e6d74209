// The service worker: keeps what a check needs for when there is no network. Only the addresses named here are ever kept, and
// none of them holds a code, a token or a verdict. verifier/assets.py writes VERSION, LANGUAGES, SHELLS and ASSETS in front.
const SHELL = `shell-${VERSION}`; // pages, scripts, words: all of one version
const USED = "used-1"; // what issuers publish, as far as a check on this device has asked for it
const MOST_BYTES = 48_000_000; // of what was used; the shell is smaller than 2 MB
const LONGEST = 30 * 24 * 60 * 60 * 1000; // milliseconds that something stays which is not asked for anew
const PATIENCE = 3000; // milliseconds before what is kept takes the place of an answer that does not come
const CHANGING = ["/directory", "/keys", "/lists"];
const UNCHANGING = /^\/dictionaries\/[A-Z]+\/[0-9a-f]+$/;
const PAGE_OF_A_CODE = /^\/v\/[\w-]+\/?$/;
const TRADITIONAL = ["hant", "tw", "hk", "mo"];

addEventListener("install", (event) => event.waitUntil(keepShell().then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(leaveOnly([SHELL, USED]).then(() => clients.claim())));
addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (ASSETS.includes(pathname)) event.respondWith(kept(SHELL, pathname).then((found) => found ?? fetch(request)));
  else if (CHANGING.includes(pathname)) event.respondWith(newest(pathname + search));
  else if (UNCHANGING.test(pathname)) event.respondWith(unchanging(pathname));
});

// A page that needs nothing of the server comes from here, so that the server does not even see which code was scanned.
async function page(request) {
  const { pathname, searchParams, hash } = new URL(request.url);
  const shell = PAGE_OF_A_CODE.test(pathname) ? "/v" : SHELLS.includes(pathname) ? pathname : "/offline";
  const own = await kept(SHELL, `${shell}?lang=${spoken(searchParams.get("lang"))}`);
  if (own && (shell === "/v" ? hash : shell !== "/offline")) return own;
  return fetch(request).catch((error) => own ?? Promise.reject(error));
}

// The network's answer and, where there is none or none in time, what was kept of it before. A refusal is an answer too.
async function newest(path) {
  const answer = fetch(path).then(async (found) => {
    if (found.ok) await keep(path, found.clone());
    return found;
  });
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const first = await Promise.race([answer.catch(() => null), late]);
  return first ?? (await kept(USED, path)) ?? answer;
}

// What has its hash for a name needs no second question.
async function unchanging(path) {
  const before = await kept(USED, path);
  if (before) return before;
  const found = await fetch(path);
  if (found.ok) await keep(path, found.clone());
  return found;
}

async function kept(name, path) {
  return (await caches.open(name)).match(path, { ignoreVary: true });
}

// Keep an answer beside when that was and how large it is. Where a device has no room, nothing is kept and nothing breaks.
async function keep(path, answer) {
  try {
    const content = await answer.blob();
    const headers = { "Content-Type": content.type, "Kept-At": String(Date.now()), "Kept-Bytes": String(content.size) };
    const used = await caches.open(USED);
    await used.put(path, new Response(content, { headers }));
    await makeRoom(used);
  } catch (error) {
    console.warn(error);
  }
}

// The oldest goes first, and whatever nobody asked for in a month.
async function makeRoom(used) {
  const one = async (request) => {
    const { headers } = await used.match(request);
    return { request, at: Number(headers.get("Kept-At")), bytes: Number(headers.get("Kept-Bytes")) };
  };
  const all = await Promise.all((await used.keys()).map(one));
  let bytes = 0;
  for (const each of all.sort((first, second) => second.at - first.at)) {
    bytes += each.bytes;
    if (bytes > MOST_BYTES || each.at < Date.now() - LONGEST) await used.delete(each.request);
  }
}

async function keepShell() {
  const shell = await caches.open(SHELL);
  const pages = SHELLS.flatMap((path) => LANGUAGES.map((language) => `${path}?lang=${language}`));
  const one = async (path) => {
    const found = await fetch(path, { cache: "no-cache" });
    if (found.ok) await shell.put(path, found);
    else throw new Error(`${path}: ${found.status}`); // half a version is none: the one before stays
  };
  await Promise.all([...ASSETS, ...pages].map(one));
}

async function leaveOnly(names) {
  const others = (await caches.keys()).filter((name) => !names.includes(name));
  await Promise.all(others.map((name) => caches.delete(name)));
}

// As verifier/words.py chooses.
function spoken(asked) {
  for (const tag of [asked ?? "", ...navigator.languages]) {
    const [primary, ...rest] = tag.toLowerCase().split("-");
    if (primary === "en") return "en";
    if (primary !== "zh") continue;
    return rest.some((each) => TRADITIONAL.includes(each)) && !rest.includes("hans") ? "zh-Hant" : "zh-Hans";
  }
  return LANGUAGES[0];
}
