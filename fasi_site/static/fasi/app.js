// What makes the site an app: its service worker, the camera in the bar, menus that close by
// themselves. Everything works without it; the camera's button then leads to the upload page.
if ("serviceWorker" in navigator) {
  addEventListener("load", () => navigator.serviceWorker.register("/service-worker.js").catch(() => {}));
}

const snap = document.querySelector(".snap");
if (snap) {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = "image/*";
  input.capture = "environment";
  input.hidden = true;
  input.id = "snap";
  snap.after(input);
  snap.addEventListener("click", (event) => { event.preventDefault(); input.click(); });
  input.addEventListener("change", () => { if (input.files.length) taken(input.files[0]); });
}

// The upload page sends it: at once where this is that page, else when it is opened.
async function taken(file) {
  if (document.getElementById("upload")) {
    add([file]);
    return;
  }
  if (typeof uploadQueue === "undefined") await loaded(snap.dataset.queue);
  const id = [...crypto.getRandomValues(new Uint32Array(4))].join("-");
  const { owner } = snap.dataset;
  await uploadQueue.keep({ id, owner, file, wardrobe: "", chosen: Date.now(), single: true });
  location.assign(snap.href);
}

function loaded(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", resolve);
    script.addEventListener("error", reject);
    document.head.append(script);
  });
}

// What opens over the page closes by Esc, by a tap beside it, and when the focus leaves it.
const openPopups = () => [...document.querySelectorAll(".popup[open]")];
function closeOthers({ target }) {
  for (const popup of openPopups()) if (!popup.contains(target)) popup.open = false;
}
addEventListener("pointerdown", closeOthers);
addEventListener("focusin", closeOthers);
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const popup of openPopups()) {
    popup.open = false;
    popup.querySelector("summary").focus();
  }
});
