// The form works without this script, for as many files as one request may have. With it, a folder of
// any size is sent a few photos at a time, waits where the site asks it to, and then leads to its page.
const form = document.getElementById("batch-form");
const text = form.dataset;
const sending = form.querySelector(".sending");
const said = sending.querySelector("p");
const bar = sending.querySelector("progress");
const button = form.querySelector("button");
const IN_A_REQUEST = 4;
const AT_A_TIME = 2;
const PHOTO = /\.(jpe?g|png|webp|hei[cf]|avif)$/i;

function chosen() {
  const files = [...form.querySelectorAll("input[name=photo]")].flatMap((input) => [...input.files]);
  // What else lies in a folder is not sent; a single file that was chosen is, to be told what it is.
  const photos = files.filter((file) => file.type.startsWith("image/") || PHOTO.test(file.name));
  return photos.length ? photos : files.slice(0, 1);
}

function body(files) {
  const data = new FormData();
  for (const name of ["csrfmiddlewaretoken", "name", "wardrobe"]) {
    const value = new FormData(form).get(name);
    if (value !== null) data.append(name, value);
  }
  for (const file of files) data.append("photo", file, file.name);
  return data;
}

async function post(address, files) {
  const response = await fetch(address, {
    method: "POST", body: body(files), headers: { Accept: "application/json" },
  });
  if (response.redirected) throw new Error();
  return response;
}

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

async function sendSome(address, files) {
  for (;;) {
    const response = await post(address, files);
    if (response.ok) return;
    const answer = await response.json();
    if (!answer.retry_after_s || answer.retry_after_s > 120) throw new Error(answer.sentence);
    said.textContent = text.pausing;
    await pause(answer.retry_after_s);
  }
}

async function sendAll(files) {
  const begun = await post(form.action, []);
  const batch = await begun.json();
  if (!begun.ok) throw new Error(batch.sentence);
  let next = 0;
  let sent = 0;
  const lane = async () => {
    while (next < files.length) {
      const chosen = files.slice(next, next + IN_A_REQUEST);
      next += chosen.length;
      const some = await Promise.all(chosen.map((file) => fitting(file, text)));
      await sendSome(batch.photos_url, some);
      sent += some.length;
      show(sent, files.length);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, lane));
  location.assign(batch.url);
}

// A ZIP goes in one request; XMLHttpRequest, because fetch does not tell how much was sent.
function sendZip(file) {
  return new Promise((resolve, reject) => {
    const data = body([]);
    data.append("archive", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) show(event.loaded, event.total, true);
    });
    request.addEventListener("load", () => {
      const answer = request.response;
      if (request.status === 201 && answer) resolve(location.assign(answer.url));
      else reject(new Error(answer?.sentence));
    });
    request.addEventListener("error", () => reject(new Error()));
    request.send(data);
  });
}

function show(sent, total, asPercent = false) {
  bar.value = sent / total;
  const far = asPercent ? `${Math.floor(100 * sent / total)} %` : `${sent} / ${total}`;
  said.textContent = `${text.sending}: ${far}`;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const zip = form.querySelector("input[name=archive]").files[0];
  const files = chosen();
  sending.hidden = false;
  if (!zip && !files.length) {
    said.textContent = text.nothing;
    return;
  }
  button.disabled = true;
  show(0, files.length || 1, Boolean(zip));
  try {
    await (zip ? sendZip(zip) : sendAll(files));
  } catch (error) {
    const known = error.message && !(error instanceof TypeError);
    said.textContent = known ? error.message : text.failed;
    button.disabled = false;
  }
});
