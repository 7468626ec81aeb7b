// The upload form works without this script. With it, photos can be dropped, pasted or taken from a
// folder, are sent as soon as they are chosen, a few at a time, and each says how it fares. A single
// photo leads to its own page as soon as it is accepted, several become cards here. What the line
// loses is sent again by itself; what is left when the page closes, when it is opened again.
const form = document.getElementById("upload");
const drop = form.querySelector(".drop");
const list = document.getElementById("sent");
const far = document.getElementById("how-far");
const text = form.dataset;
const AT_A_TIME = 3;
const STALLED_MS = 60000;
const LONGEST_PAUSE_S = 60;
const waiting = [];
const pending = new Set();
let sending = 0;
let all = 0;

function add(files) {
  const others = [];
  const single = files.length === 1 && !pending.size;
  for (const file of files) {
    if (file.type && !file.type.startsWith("image/")) { others.push(file.name); continue; }
    const chosen = Date.now() + waiting.length / 1000;
    const wardrobe = new FormData(form).get("wardrobe") || "";
    const entry = { id: newId(), owner: text.owner, file, wardrobe, chosen };
    uploadQueue.keep(entry);
    enqueue(entry, single);
  }
  if (others.length) notPhotos(others);
  next();
}

// crypto.randomUUID is for secure pages only.
const newId = () => [...crypto.getRandomValues(new Uint32Array(4))].join("-");

function enqueue(entry, single = false) {
  all += 1;
  pending.add(entry.id);
  waiting.push({ entry, row: row(entry.file), tries: 0, single });
  showHowFar();
}

function showHowFar() {
  far.hidden = all < 2;
  far.textContent = text.far.replace("{done}", all - pending.size).replace("{all}", all);
}

function settled(entry) {
  pending.delete(entry.id);
  uploadQueue.forget(entry.id);
  showHowFar();
}

function notPhotos(names) {
  const item = document.createElement("li");
  item.className = "refused";
  item.dataset.reason = "not_photos";
  const said = document.createElement("span");
  said.className = "said";
  const more = names.length > 5 ? ` … +${names.length - 5}` : "";
  said.textContent = `${text.notPhotos} ${names.slice(0, 5).join(", ")}${more}`;
  item.append(said);
  list.prepend(item);
}

function picture(source) {
  const image = document.createElement("img");
  image.alt = "";
  image.width = image.height = 56;
  image.src = source;
  return image;
}

function row(file) {
  const item = document.createElement("li");
  const image = picture(URL.createObjectURL(file));
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
    const job = waiting.shift();
    uploadQueue.alone(job.entry.id, () => send(job))
      .then((ours) => { if (ours === false) setTimeout(elsewhere, 2000, job); })
      .finally(() => { sending -= 1; next(); });
  }
}

// Another tab is sending it: it goes on here if that one was closed.
async function elsewhere(job) {
  const left = await uploadQueue.left(text.owner);
  if (left.some((entry) => entry.id === job.entry.id)) {
    waiting.push(job);
    next();
  } else {
    settled(job.entry);
    job.row.item.remove();
  }
}

// XMLHttpRequest, because fetch does not tell how much was sent.
async function send(job) {
  const { entry, row } = job;
  const photo = await fitting(entry.file, text);
  return new Promise((resolve) => {
    const body = new FormData(form);
    body.delete("photo");
    body.set("wardrobe", entry.wardrobe);
    body.append("photo", photo, photo.name);
    const request = new XMLHttpRequest();
    let watch = setTimeout(() => request.abort(), STALLED_MS);
    const alive = () => { clearTimeout(watch); watch = setTimeout(() => request.abort(), STALLED_MS); };
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    row.said.textContent = text.sending;
    request.upload.addEventListener("progress", (event) => {
      alive();
      if (event.lengthComputable) row.progress.value = 0.9 * event.loaded / event.total;
    });
    request.addEventListener("loadend", () => {
      clearTimeout(watch);
      answered(job, request);
      resolve();
    });
    request.send(body);
  });
}

function answered(job, request) {
  const { entry, row } = job;
  const answer = request.response;
  if (request.status === 202 && answer) {
    settled(entry);
    if (job.single && !pending.size) location.assign(answer.url);
    accepted(row, answer);
  } else if (request.responseURL.includes("/login/")) {
    refused(row, text.signedOut); // it stays in the queue for when they are back
  } else if (!request.status || request.status >= 500 || request.status === 429) {
    // The line, the server or a rate: a pause mends it. A quota of the day has no such hope.
    const pause_s = (answer && answer.retry_after_s) || 2 ** job.tries;
    if (answer && request.status === 429 && pause_s > LONGEST_PAUSE_S) {
      settled(entry);
      refused(row, answer.sentence, answer.reason);
    } else {
      again(job, Math.min(pause_s, LONGEST_PAUSE_S));
    }
  } else {
    settled(entry);
    refused(row, (answer && answer.sentence) || text.failed, answer && answer.reason);
  }
}

function again(job, pause_s) {
  job.tries += 1;
  const { row } = job;
  row.progress.value = 0;
  row.item.dataset.reason = "network";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link";
  button.textContent = text.tryAgain;
  row.said.replaceChildren(`${text.failed} `, button);
  const now = () => {
    clearTimeout(timer);
    removeEventListener("online", now);
    delete row.item.dataset.reason;
    row.said.textContent = text.waiting;
    waiting.push(job);
    next();
  };
  const timer = setTimeout(now, 1000 * pause_s);
  button.addEventListener("click", now);
  addEventListener("online", now);
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
  const nothing = row.item.querySelector(".nothing");
  if (nothing) nothing.replaceWith(picture(answer.thumb_url)); // the site can show every format
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

addEventListener("beforeunload", (event) => {
  if (pending.size) event.preventDefault();
});

uploadQueue.left(text.owner).then((entries) => {
  // A single one that was just taken or shared leads to its page, as if it was chosen here.
  const single = entries.length === 1 && !pending.size && entries[0].single;
  for (const entry of entries) if (!pending.has(entry.id)) enqueue(entry, single);
  next();
});
