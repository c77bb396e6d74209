// Draws the page anew when a file of a design was written, and says in the gallery why a picture cannot be drawn.
const says = document.querySelector("#says");
const pause = (seconds) => new Promise((resume) => setTimeout(resume, seconds * 1000));

// Errors of pictures do not bubble, so they are caught on their way down.
document.addEventListener("error", async ({ target }) => {
  const place = target.closest("li")?.querySelector(".wrong");
  if (!place) return;
  const answer = await fetch(target.src).catch(() => null);
  if (!answer || answer.ok) return;
  place.textContent = await answer.text();
  place.hidden = false;
}, true);

async function drawAnew(version) {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  document.querySelector("#drawn").replaceWith(page.querySelector("#drawn")); // the form keeps what is being typed
  document.body.dataset.version = version;
  const time = new Date().toLocaleTimeString("zh-CN");
  says.textContent = document.querySelector("section.wrong") ? `${time} 画不出来 Cannot be drawn` : `${time} 已重新绘制 Drawn anew`;
}

for (;;) {
  await pause(1);
  try {
    const version = await (await fetch("/version")).text();
    if (version !== document.body.dataset.version) await drawAnew(version);
    else if (says.dataset.lost) says.textContent = "";
    delete says.dataset.lost;
  } catch {
    if (!says.dataset.lost) says.textContent = "预览已停止 The preview has stopped";
    says.dataset.lost = "yes";
  }
}
