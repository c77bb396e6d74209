import "./keep.js";

// Finds a QR code with the camera: reads it here where the browser can, else sends pictures to our own server (verifier/scan.py).
const LONGEST_SIDE = 1280; // points of a picture that is sent
const QUALITY = 0.8;
const EACH = 500; // ms from one look to the next
const AFTER_A_REFUSAL = 5000; // ms
const AT_MOST = 2 * 60 * 1000; // ms that the camera stays on
const WHY = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "noCamera",
  OverconstrainedError: "noCamera",
  NotReadableError: "busy",
  AbortError: "busy",
};

const view = document.querySelector(".scan");
const [button, video, told, form] = ["button", "video", ".told", "form"].map((name) => view.querySelector(name));
const canvas = document.createElement("canvas");
document.querySelector(".not-yet").hidden = true; // that scripts are needed
const reader = await ownReader();
let running = null; // the AbortController of the scan under way

// The browser's own reader where it knows QR codes.
async function ownReader() {
  try {
    const known = await BarcodeDetector.getSupportedFormats();
    return known.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
  } catch {
    return null; // there is none, or none that works
  }
}

async function start() {
  const { mediaDevices } = navigator;
  if (!mediaDevices) return say(isSecureContext ? "noCamera" : "notSecure");
  const scan = new AbortController();
  running = scan;
  button.textContent = view.dataset.stop;
  say("asking");
  try {
    const wanted = { facingMode: "environment", width: { ideal: LONGEST_SIDE } };
    await show(await mediaDevices.getUserMedia({ audio: false, video: wanted }), scan);
  } catch (error) {
    if (!scan.signal.aborted) stop(WHY[error.name] ?? "busy");
    return;
  }
  if (scan.signal.aborted) return; // while the permission was waited for
  say("looking");
  const timer = setTimeout(stop, AT_MOST, "ended");
  scan.signal.addEventListener("abort", () => clearTimeout(timer));
  const text = await look(scan.signal);
  if (text === null) return;
  stop("found");
  open(text);
}

async function show(stream, { signal }) {
  const close = () => {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
    video.hidden = true;
  };
  if (signal.aborted) return close();
  signal.addEventListener("abort", close);
  const [track] = stream.getVideoTracks();
  track.addEventListener("ended", () => stop("stopped")); // unplugged, or the permission was taken back
  video.classList.toggle("mirrored", track.getSettings().facingMode !== "environment"); // or one moves the wrong way
  video.srcObject = stream;
  video.hidden = false;
  await video.play();
}

function stop(why) {
  running?.abort();
  running = null;
  button.textContent = view.dataset.start;
  say(why);
}

// The text of the first QR code that is seen, or null when the scan was stopped. One picture is under way at a time.
async function look(signal) {
  while (!signal.aborted) {
    const began = performance.now();
    let pause = EACH;
    try {
      const text = video.videoWidth ? await (reader ? readHere() : readThere(signal)) : null;
      if (signal.aborted) break;
      if (text) return text;
      say("looking");
    } catch {
      if (signal.aborted) break;
      say("noReading");
      pause = AFTER_A_REFUSAL;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, began + pause - performance.now())));
  }
  return null;
}

async function readHere() {
  const texts = (await reader.detect(video)).map((found) => found.rawValue).filter(Boolean);
  return texts.find(ownPage) ?? texts[0];
}

async function readThere(signal) {
  const shrunk = Math.min(1, LONGEST_SIDE / Math.max(video.videoWidth, video.videoHeight));
  canvas.width = Math.round(video.videoWidth * shrunk);
  canvas.height = Math.round(video.videoHeight * shrunk);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  const picture = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  const answer = await fetch("/scan/frame", { method: "POST", body: picture, signal });
  if (answer.status === 204) return null;
  if (!answer.ok) throw new Error(answer.statusText);
  return (await answer.json()).text;
}

// The page of a code at this very verifier, without the host; null for every other text.
function ownPage(text) {
  if (!URL.canParse(text)) return null;
  const { origin, pathname, search, hash } = new URL(text);
  const own = origin === location.origin && /^\/v\/[0-9A-Za-z-]+$/.test(pathname) && !search && /^(#\d+)?$/.test(hash);
  return own ? `${pathname}?lang=${document.documentElement.lang}${hash}` : null;
}

// Our own page opens, and verifies. Everything else the server judges as if it had been pasted: we follow no address.
function open(text) {
  const own = ownPage(text);
  if (own) return location.assign(own);
  form.elements.text.value = text;
  form.submit();
}

function say(what) {
  const text = view.dataset[what];
  if (told.textContent !== text) told.textContent = text; // what is said again is not to be read out again
}

button.addEventListener("click", () => (running ? stop("stopped") : start()));
addEventListener("keydown", (event) => event.key === "Escape" && running && stop("stopped"));
addEventListener("pagehide", () => running && stop("stopped"));
addEventListener("pageshow", (event) => event.persisted && stop("stopped")); // back from the result
document.addEventListener("visibilitychange", () => document.hidden && running && stop("stopped"));

view.querySelector(reader ? ".here" : ".sent").hidden = false;
view.hidden = false;
