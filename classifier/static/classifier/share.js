// The system's share sheet, copying a link, and printing. Without this script (or where the browser has no
// sheet) the card can be saved and the link stands in a field.
const page = document.documentElement;
page.classList.add("has-script");
if (navigator.share) page.classList.add("has-sheet");

document.addEventListener("click", (event) => {
  const sharing = event.target.closest("[data-share]");
  const copying = event.target.closest("[data-copy]");
  if (sharing) share(sharing);
  if (copying) copy(copying);
  if (event.target.closest("[data-print]")) print();
});

// The link where there is one, else the card itself. Whoever closes the sheet is asked nothing.
async function share(button) {
  const { title, url, card } = button.dataset;
  try {
    await navigator.share(url ? { title, url } : await withCard(title, card));
  } catch (error) {
    if (error.name !== "AbortError") location.assign(`${card}?download`);
  }
}

async function withCard(title, card) {
  const answer = await fetch(card);
  if (!answer.ok) throw new Error(answer.status);
  const file = new File([await answer.blob()], "my-style.jpg", { type: "image/jpeg" });
  if (!navigator.canShare || !navigator.canShare({ files: [file] })) throw new Error("no files");
  return { title, files: [file] };
}

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(field.value); // there on secure pages only
  } catch {
    field.focus();
    field.select();
    if (!document.execCommand("copy")) return; // selected, it is one key away
  }
  button.textContent = button.dataset.copied;
}
