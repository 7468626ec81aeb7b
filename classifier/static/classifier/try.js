// The form works without this script. With it, a photo that was chosen, dropped or pasted is sent at
// once, smaller where it is over the site's limits.
const form = document.getElementById("try");
const input = form.querySelector("input[type=file]");
const drop = form.querySelector(".drop");
const title = form.querySelector(".drop-title");
const asked = title.textContent;

async function send(file) {
  title.textContent = form.dataset.sending;
  form.classList.add("sending");
  const photo = await fitting(file, form.dataset);
  if (photo !== input.files[0]) {
    const chosen = new DataTransfer();
    chosen.items.add(photo);
    input.files = chosen.files;
  }
  form.submit();
}

input.addEventListener("change", () => { if (input.files.length) send(input.files[0]); });
for (const kind of ["dragenter", "dragover"]) {
  drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
}
for (const kind of ["dragleave", "drop"]) {
  drop.addEventListener(kind, () => drop.classList.remove("over"));
}
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  if (event.dataTransfer.files.length) send(event.dataTransfer.files[0]);
});
document.addEventListener("paste", (event) => {
  if (event.clipboardData.files.length) send(event.clipboardData.files[0]);
});
// Whoever comes back finds the form as it was.
addEventListener("pageshow", () => {
  title.textContent = asked;
  form.classList.remove("sending");
});
form.querySelector("button").hidden = true;
