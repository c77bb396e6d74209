import "/browser/keep.js";

// Takes a file that is dropped or pasted anywhere, shows which one was chosen and that it is being sent. The form works without this.
const form = document.querySelector(".hand-in");
const area = form.querySelector(".drop");
const [input, photo] = form.querySelectorAll("input[type=file]");
const hint = area.querySelector(".hint");
const text = form.querySelector("textarea");
const button = form.querySelector("button");
const status = form.querySelector(".sending");
const first = hint.textContent;
const atRest = status.textContent;
let depth = 0; // dragenter and dragleave also come for every child that is crossed

function show() {
  const file = input.files[0] ?? photo.files[0];
  const tooLarge = Boolean(file) && file.size > Number(area.dataset.largest);
  if (tooLarge) input.value = photo.value = "";
  area.classList.toggle("chosen", Boolean(file) && !tooLarge);
  area.classList.toggle("refused", tooLarge);
  hint.textContent = !file ? first : tooLarge ? area.dataset.tooLarge : `${file.name} · ${area.dataset.chosen}`;
}

function take(files) {
  photo.value = "";
  input.files = files;
  show();
}

function hover(on) {
  area.classList.toggle("over", on);
  if (on) hint.textContent = area.dataset.drop;
  else show();
}

function send(on) {
  form.classList.toggle("busy", on);
  button.setAttribute("aria-disabled", String(on)); // truly disabled, it would lose the focus
  status.textContent = on ? status.dataset.sending : atRest;
}

const carriesFile = (event) => event.dataTransfer?.types.includes("Files");

addEventListener("dragenter", (event) => {
  if (carriesFile(event) && ++depth === 1) hover(true);
});
addEventListener("dragleave", (event) => {
  if (carriesFile(event) && --depth === 0) hover(false);
});
addEventListener("dragover", (event) => {
  if (carriesFile(event)) event.preventDefault(); // or the browser would open the file and leave the page
});
addEventListener("drop", (event) => {
  if (!carriesFile(event)) return;
  event.preventDefault();
  depth = 0;
  if (event.dataTransfer.files.length) take(event.dataTransfer.files);
  hover(false);
});
addEventListener("paste", (event) => {
  const { files } = event.clipboardData;
  if (files.length) take(files);
  else if (event.target !== text) text.value = event.clipboardData.getData("text/plain");
  else return; // into the field it goes by itself
  event.preventDefault();
  button.focus();
});
input.addEventListener("change", () => {
  photo.value = "";
  show();
});
photo.addEventListener("change", () => {
  input.value = "";
  show();
});
form.addEventListener("submit", (event) => {
  if (form.classList.contains("busy")) event.preventDefault(); // pressed again while the first is under way
  else send(true);
});
addEventListener("pageshow", () => {
  send(false); // a browser that goes back shows the page as it was left
  show(); // and keeps the chosen file
});
