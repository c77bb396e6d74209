// Lets the service worker (offline.js) keep what a check without a network needs. Every page works without it.
const workers = navigator.serviceWorker; // none without https, and in some private windows
let alone = !workers?.controller; // no worker has seen what this page asked for at first
workers?.register("/offline.js").catch(() => {});

// Ask once more for what was asked while no worker was there to keep it. The browser mostly still has it.
export async function keep(paths) {
  if (!workers || !alone) return;
  const inControl = new Promise((resolve) => workers.addEventListener("controllerchange", resolve, { once: true }));
  if (!workers.controller) await inControl;
  alone = false;
  await Promise.all(paths.map((path) => fetch(path).catch(() => {})));
}
