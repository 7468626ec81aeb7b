// A photo over the site's limits is made smaller before it is sent, where the browser can show it.
// It keeps its orientation, which is drawn in, and the moment it was taken, which a canvas loses: it
// is read from the file's EXIF (2.32) and written into that of the smaller one. All else goes.
const FITTING_SIDE = 3200; // twice what the site keeps
const FITTING_HEAD = 256 * 1024; // EXIF stands at the beginning
const TAKEN = 0x9003;
const OFFSET = 0x9011;

async function fitting(file, { maxBytes, maxPixels }) {
  if (file.type && !file.type.startsWith("image/")) return file;
  try {
    const image = await shown(file);
    const { naturalWidth: width, naturalHeight: height } = image;
    if (file.size <= maxBytes && width * height <= maxPixels) return file;
    const scale = Math.min(1, FITTING_SIDE / Math.max(width, height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const paper = canvas.getContext("2d");
    paper.imageSmoothingQuality = "high";
    paper.fillStyle = "white"; // under what is transparent
    paper.fillRect(0, 0, canvas.width, canvas.height);
    paper.drawImage(image, 0, 0, canvas.width, canvas.height);
    const jpeg = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.92); });
    const taken = takenAt(new DataView(await file.slice(0, FITTING_HEAD).arrayBuffer()));
    const parts = taken ? [jpeg.slice(0, 2), exifOf(taken), jpeg.slice(2)] : [jpeg];
    return new File(parts, file.name, { type: "image/jpeg", lastModified: file.lastModified });
  } catch {
    return file; // what the browser cannot show, the site answers
  }
}

// Only its header is decoded, until it is drawn.
async function shown(file) {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await new Promise((done, fail) => { image.onload = done; image.onerror = fail; });
  } finally {
    URL.revokeObjectURL(image.src);
  }
  return image;
}

// The texts of DateTimeOriginal and OffsetTimeOriginal, where there are any.
function takenAt(view) {
  const bytes = new Uint8Array(view.buffer);
  const start = new TextDecoder("latin1").decode(bytes).indexOf("Exif\0\0");
  if (start < 0) return null;
  try {
    const tiff = start + 6;
    const little = view.getUint16(tiff) === 0x4949;
    const entries = (at) => {
      const found = new Map();
      for (let left = view.getUint16(at, little), entry = at + 2; left > 0; left -= 1, entry += 12) {
        found.set(view.getUint16(entry, little), entry);
      }
      return found;
    };
    const first = entries(tiff + view.getUint32(tiff + 4, little));
    const camera = entries(tiff + view.getUint32(first.get(0x8769) + 8, little));
    const text = (tag, length) => {
      if (!camera.has(tag)) return "";
      const at = tiff + view.getUint32(camera.get(tag) + 8, little);
      return String.fromCharCode(...bytes.subarray(at, at + length));
    };
    const date = text(TAKEN, 19);
    const offset = text(OFFSET, 6);
    if (!/^\d{4}:\d\d:\d\d \d\d:\d\d:\d\d$/.test(date)) return null;
    return { date, offset: /^[+-]\d\d:\d\d$/.test(offset) ? offset : "" };
  } catch {
    return null; // it ends too early, or is garbage
  }
}

// A JPEG segment with nothing but the moment.
function exifOf({ date, offset }) {
  const texts = [[TAKEN, `${date}\0`], ...(offset ? [[OFFSET, `${offset}\0`]] : [])];
  const directory = 26;
  let place = directory + 2 + 12 * texts.length + 4;
  const tiff = new DataView(new ArrayBuffer(place + texts.reduce((sum, each) => sum + each[1].length, 0)));
  const entry = (at, tag, type, count, value) => {
    tiff.setUint16(at, tag);
    tiff.setUint16(at + 2, type);
    tiff.setUint32(at + 4, count);
    tiff.setUint32(at + 8, value);
  };
  tiff.setUint32(0, 0x4d4d002a); // MM, 42
  tiff.setUint32(4, 8);
  tiff.setUint16(8, 1);
  entry(10, 0x8769, 4, 1, directory);
  tiff.setUint16(directory, texts.length);
  texts.forEach(([tag, text], number) => {
    entry(directory + 2 + 12 * number, tag, 2, text.length, place);
    for (const letter of text) tiff.setUint8(place++, letter.charCodeAt(0));
  });
  const length = 2 + 6 + tiff.byteLength;
  return new Blob([new Uint8Array([0xff, 0xe1, length >> 8, length & 255]), "Exif\0\0", tiff]);
}
