// Lets a file be dropped anywhere on the page and shows which one was chosen. The form works without this.
const area = document.querySelector(".drop");
const input = area.querySelector("input");
const hint = area.querySelector(".hint");
const first = hint.textContent;
let depth = 0; // dragenter and dragleave also come for every child that is crossed

function show() {
  const [file] = input.files;
  const tooLarge = Boolean(file) && file.size > Number(area.dataset.largest);
  if (tooLarge) input.value = "";
  area.classList.toggle("chosen", Boolean(file) && !tooLarge);
  area.classList.toggle("refused", tooLarge);
  hint.textContent = !file ? first : tooLarge ? area.dataset.tooLarge : `${file.name} · ${area.dataset.chosen}`;
}

function hover(on) {
  area.classList.toggle("over", on);
  if (on) hint.textContent = area.dataset.drop;
  else show();
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
  if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
  hover(false);
});
input.addEventListener("change", show);
show(); // a browser that goes back keeps the chosen file
