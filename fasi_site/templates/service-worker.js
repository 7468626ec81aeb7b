// Keeps static files and the offline page, and nothing of a person: no page, no photo, no answer of
// the API. Photos that are shared to the app go into the queue of the upload page (upload-queue.js).
const CACHE = "fasi-{{ version }}";
const OFFLINE = "{{ offline|escapejs }}";
const SHARE_TARGET = "{{ share_target|escapejs }}";
const FILES = [{% for file in files %}"{{ file|escapejs }}", {% endfor %}OFFLINE];
// The name of such a file has the sum of its content, so it never changes.
const UNCHANGING = /^\/static\/.*\.[0-9a-f]{12}\.[a-z0-9]+$/;

addEventListener("install", (event) => {
  const kept = FILES.map((file) => new Request(file, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(kept)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  event.waitUntil(caches.keys()
    .then((names) => names.filter((name) => name.startsWith("fasi-") && name !== CACHE))
    .then((old) => Promise.all(old.map((name) => caches.delete(name))))
    .then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== location.origin) return;
  if (request.method === "POST" && address.pathname === SHARE_TARGET && request.mode === "navigate") {
    event.respondWith(shared(request));
  } else if (request.method === "GET" && UNCHANGING.test(address.pathname)) {
    event.respondWith(unchanging(request));
  } else if (request.method === "GET" && request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  }
});

async function unchanging(request) {
  const cache = await caches.open(CACHE);
  const known = await cache.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok && answer.type === "basic") cache.put(request, answer.clone());
  return answer;
}

// They have no owner yet: whoever is signed in, or signs in now, sends them from the upload page.
async function shared(request) {
  const form = await request.formData();
  const photos = form.getAll("photo").filter((each) => each instanceof File && each.size);
  const database = await opened();
  await Promise.all(photos.map((file, number) => new Promise((resolve, reject) => {
    const store = database.transaction("photos", "readwrite").objectStore("photos");
    const id = `shared-${crypto.randomUUID()}`;
    const chosen = Date.now() + number / 1000;
    const kept = store.put({ id, owner: "", file, wardrobe: "", chosen, single: photos.length === 1 });
    kept.onsuccess = resolve;
    kept.onerror = () => reject(kept.error);
  })));
  database.close();
  return Response.redirect(SHARE_TARGET, 303);
}

// As upload-queue.js makes it.
function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("fasi-uploads", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("photos", { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
