// The upload form works without this script. With it, photos can be dropped, pasted or taken from a
// folder, are sent as soon as they are chosen, a few at a time, and each says how it fares.
const form = document.getElementById("upload");
const drop = form.querySelector(".drop");
const list = document.getElementById("sent");
const text = form.dataset;
const AT_A_TIME = 3;
const waiting = [];
let sending = 0;

function add(files) {
  for (const file of files) {
    if (file.type && !file.type.startsWith("image/")) continue; // what else lies in a folder
    waiting.push({ file, row: row(file) });
  }
  next();
}

function row(file) {
  const item = document.createElement("li");
  const image = document.createElement("img");
  image.alt = "";
  image.width = image.height = 56;
  image.src = URL.createObjectURL(file);
  image.addEventListener("load", () => URL.revokeObjectURL(image.src));
  image.addEventListener("error", () => {
    const nothing = document.createElement("span"); // what cannot be shown has no broken picture
    nothing.className = "nothing";
    image.replaceWith(nothing);
  });
  const name = document.createElement("span");
  name.className = "name";
  name.textContent = file.name;
  const said = document.createElement("span");
  said.className = "said";
  said.textContent = text.waiting;
  const progress = document.createElement("progress");
  progress.max = 1;
  progress.value = 0;
  progress.setAttribute("aria-label", file.name);
  item.append(image, name, said, progress);
  list.prepend(item);
  return { item, name, said, progress };
}

function next() {
  while (sending < AT_A_TIME && waiting.length) {
    sending += 1;
    send(waiting.shift()).finally(() => { sending -= 1; next(); });
  }
}

// XMLHttpRequest, because fetch does not tell how much was sent.
function send({ file, row }) {
  return new Promise((resolve) => {
    const body = new FormData(form);
    body.delete("photo");
    body.append("photo", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    row.said.textContent = text.sending;
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) row.progress.value = 0.9 * event.loaded / event.total;
    });
    request.addEventListener("load", () => {
      const answer = request.response;
      if (request.status === 202 && answer) accepted(row, answer);
      else if (answer && answer.sentence) refused(row, answer.sentence, answer.reason);
      else if (request.responseURL.includes("/login/")) refused(row, text.signedOut);
      else refused(row, text.failed);
      resolve();
    });
    request.addEventListener("error", () => { refused(row, text.failed); resolve(); });
    request.send(body);
  });
}

function refused(row, sentence, reason = "failed") {
  row.item.className = "refused";
  row.item.dataset.reason = reason;
  row.progress.remove();
  row.said.textContent = sentence;
}

function accepted(row, answer) {
  const link = document.createElement("a");
  link.href = answer.url;
  link.textContent = row.name.textContent;
  row.name.replaceChildren(link);
  row.said.textContent = answer.seen_before ? text.known : text.looking;
  ask(row, answer);
}

async function ask(row, answer) {
  let state = { status: "queued", ask_again_ms: 1000 };
  try {
    const response = await fetch(answer.state_url, { headers: { Accept: "application/json" } });
    if (response.redirected) return refused(row, text.signedOut);
    if (response.ok) state = await response.json();
  } catch {
    // The connection is away: the photo is safe, so ask again.
  }
  if (state.status === "failed") return refused(row, state.sentence);
  if (state.status !== "done") return setTimeout(ask, state.ask_again_ms, row, answer);
  row.progress.remove();
  row.item.className = "done";
  row.said.textContent = state.sure ? state.style : `${state.style}, ${text.unsure}`;
}

for (const input of form.querySelectorAll("input[type=file]")) {
  input.addEventListener("change", () => { add(input.files); input.value = ""; });
}
for (const kind of ["dragenter", "dragover"]) {
  drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
}
for (const kind of ["dragleave", "drop"]) {
  drop.addEventListener(kind, () => drop.classList.remove("over"));
}
drop.addEventListener("drop", (event) => { event.preventDefault(); add(event.dataTransfer.files); });
document.addEventListener("paste", (event) => add(event.clipboardData.files));
form.querySelector(".folder").hidden = false;
form.querySelector("button").hidden = true;
