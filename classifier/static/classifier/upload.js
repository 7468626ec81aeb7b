// The upload form works without this script; with it, photos can be dropped, the form says what was
// chosen, and it is sent once.
const form = document.getElementById("upload");
const drop = form.querySelector(".drop");
const input = form.querySelector("input[type=file]");
const title = form.querySelector(".drop-title");
const button = form.querySelector("button");

input.addEventListener("change", () => {
  const { files } = input;
  if (files.length === 1) title.textContent = files[0].name;
  if (files.length > 1) title.textContent = title.dataset.chosen.replace("%d", files.length);
});

for (const kind of ["dragenter", "dragover"]) {
  drop.addEventListener(kind, () => drop.classList.add("over"));
}
for (const kind of ["dragleave", "drop"]) {
  drop.addEventListener(kind, () => drop.classList.remove("over"));
}

form.addEventListener("submit", () => {
  button.textContent = button.dataset.busy;
  button.disabled = true;
});

// A page that comes back from the browser's memory must not still say that it is sending.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});
