// Photos that were chosen and are not with the site yet, kept by the browser (IndexedDB): whoever
// leaves the page, loses the line or closes the browser finds them when the page is opened again.
// Without such a store (some private windows have none) they live as long as the page.
const KEPT_DAYS = 7;
const ADOPTED_MS = 3600 * 1000;

const opened = new Promise((resolve) => {
  try {
    const request = indexedDB.open("fasi-uploads", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("photos", { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  } catch {
    resolve(null);
  }
});

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function store(mode, use) {
  const database = await opened;
  if (!database) return null;
  try {
    return await asked(use(database.transaction("photos", mode).objectStore("photos")));
  } catch {
    return null; // no room, or the store is being cleared: the page's own memory still has it
  }
}

const uploadQueue = {
  // entry: { id, owner, file, wardrobe, chosen, single }
  keep: (entry) => store("readwrite", (photos) => photos.put(entry)),
  forget: (id) => store("readwrite", (photos) => photos.delete(id)),
  // What this person left behind, oldest first; what is too old is forgotten. Photos that were
  // shared to the app (service-worker.js) have no owner: they are theirs if that was a moment ago.
  async left(owner) {
    const all = (await store("readonly", (photos) => photos.getAll())) || [];
    const oldest = Date.now() - KEPT_DAYS * 24 * 3600 * 1000;
    for (const entry of all) {
      const late = entry.owner ? entry.chosen < oldest : entry.chosen < Date.now() - ADOPTED_MS;
      if (late) {
        entry.chosen = 0;
        uploadQueue.forget(entry.id);
      } else if (!entry.owner) {
        entry.owner = owner;
        uploadQueue.keep(entry);
      }
    }
    return all.filter((entry) => entry.owner === owner && entry.chosen >= oldest)
      .sort((a, b) => a.chosen - b.chosen);
  },
  // Of several tabs one sends an entry. Resolves to false where another one is at it.
  alone(id, send) {
    if (!navigator.locks) return send();
    return navigator.locks.request(`fasi-upload-${id}`, { ifAvailable: true },
      (lock) => (lock ? send() : false));
  },
};
