"""Is a person crop or a cut-out classified better than the whole photo?

    python -m benchmarks.person_crops --photos DIR

The same recipe three times: frozen people-photo backbone, linear head, five-fold cross-validation
repeated with several seeds, on the natural photos of one source. ``DIR`` is a prepared dataset
(``python -m training prepare``). The people come from the pose model of the mediapipe package,
which also gives a mask (requirements/studies.txt).
"""

from __future__ import annotations

import argparse
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
from PIL import Image, ImageOps
from scipy.special import expit
from tqdm import tqdm

from inference.preprocessing import model_input
from training.arrays import Flags, Floats, Images, Labels
from training.data.labelled import Photo, read_dataset
from training.data.pictures import input_of, thumb_file
from training.model.features import FeatureCache
from training.model.head import Examples, fit_head
from training.model.pretrained import STATISTICS_PHOTOS, backbone
from training.recipe import Start

MODEL = "modules/pose_landmark/pose_landmark_full.tflite"
SIDE = 256
MARGIN = 0.08
"""Of the person's box, left around it."""
GREY = (128, 128, 128)
FOLDS, SEEDS, DECAY, BALANCE = 5, 6, 0.1, 0.5


class Segmenter:
    """Where the person is in a photo, by the pose model's mask, in two looks.

    The model expects one person who fills a square. The first look is at the whole photo, the
    second at the square around what the first one found.
    """

    def __init__(self) -> None:
        spec = find_spec("mediapipe")
        folders = list(spec.submodule_search_locations or []) if spec else []
        if not folders:
            sys.exit("Run: pip install --no-deps -r requirements/studies.txt")
        model = ov.Core().read_model(Path(folders[0]) / MODEL)
        self._run: Any = ov.Core().compile_model(model, "CPU", {"PERFORMANCE_HINT": "LATENCY"})

    def mask(self, photo: Image.Image) -> Floats | None:
        """How much of each pixel is the person, 0 to 1 [height, width]; None where nobody is."""
        first = self._look(photo, (0, 0, photo.width, photo.height))
        if first is None or (found := box_of(first)) is None:
            return None
        return self._look(photo, found)

    def _look(self, photo: Image.Image, box: tuple[int, int, int, int]) -> Floats | None:
        part = photo.crop(box)
        square = ImageOps.pad(part, (SIDE, SIDE), Image.Resampling.BILINEAR)
        outputs = self._run(np.asarray(square, np.float32)[None] / 255)
        if float(outputs["Identity_1"].reshape(-1)[0]) < 0.5:
            return None
        shares = expit(outputs["Identity_2"][0, :, :, 0])
        scale = SIDE / max(part.size)
        width, height = round(part.width * scale), round(part.height * scale)
        left, top = (SIDE - width) // 2, (SIDE - height) // 2
        inner = Image.fromarray(shares.astype(np.float32)).crop(
            (left, top, left + width, top + height)
        )
        whole = Image.new("F", photo.size)
        whole.paste(inner.resize(part.size, Image.Resampling.BILINEAR), box[:2])
        return np.asarray(whole, np.float32)


def box_of(mask: Floats) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of the person with a margin; None for less than 2 % of the photo."""
    person = mask > 0.5
    if person.mean() < 0.02:
        return None
    rows, columns = np.flatnonzero(person.any(axis=1)), np.flatnonzero(person.any(axis=0))
    height, width = mask.shape
    dy, dx = int(MARGIN * np.ptp(rows)), int(MARGIN * np.ptp(columns))
    return (
        max(int(columns[0]) - dx, 0),
        max(int(rows[0]) - dy, 0),
        min(int(columns[-1]) + dx + 1, width),
        min(int(rows[-1]) + dy + 1, height),
    )


def variants(photo: Photo, segmenter: Segmenter) -> tuple[dict[str, Images], bool, float]:
    """Model inputs of one photo by variant, whether somebody was found, seconds it took."""
    whole = input_of(thumb_file(photo.path))
    with Image.open(photo.path) as file:
        image = ImageOps.exif_transpose(file).convert("RGB")
    started = time.perf_counter()
    mask = segmenter.mask(image)
    took = time.perf_counter() - started
    box = None if mask is None else box_of(mask)
    if mask is None or box is None:
        return {"whole": whole, "crop": whole, "cut-out": whole}, False, took
    alpha = Image.fromarray((mask * 255).astype(np.uint8))
    cut = Image.composite(image, Image.new("RGB", image.size, GREY), alpha).crop(box)
    inputs = {"whole": whole, "crop": model_input(image.crop(box)), "cut-out": model_input(cut)}
    return inputs, True, took


def cross_validated(features: Floats, mirrored: Floats, labels: Labels) -> Flags:
    """Whether each photo was named right by a head that was not fitted on it: [SEEDS, N]."""
    right = np.zeros((SEEDS, len(labels)), bool)
    classes = int(labels.max()) + 1
    for seed in range(SEEDS):
        random = np.random.default_rng(seed)
        fold = np.zeros(len(labels), int)
        for label in range(classes):
            places = random.permutation(np.flatnonzero(labels == label))
            fold[places] = (np.arange(len(places)) + random.integers(FOLDS)) % FOLDS
        for number in range(FOLDS):
            train, test = fold != number, fold == number
            both = np.concatenate([features[train], mirrored[train]])
            examples = Examples(both, np.concatenate([labels[train]] * 2))
            logits = fit_head(examples, classes, DECAY, BALANCE).logits(features[test])
            right[seed, test] = logits.argmax(axis=1) == labels[test]
    return right


def main() -> None:
    """Print accuracy by variant, and the difference to the whole photo with its interval."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True, help="a prepared dataset")
    parser.add_argument("--source", default="street")
    parser.add_argument("--work", type=Path, default=Path(".local/training"))
    options = parser.parse_args()
    dataset = read_dataset(options.photos)
    photos = [photo for photo in dataset.photos if photo.source == options.source]
    styles = sorted({photo.style for photo in photos})
    labels = np.array([styles.index(photo.style) for photo in photos])
    segmenter = Segmenter()
    made = [variants(photo, segmenter) for photo in tqdm(photos, "Finding people")]
    seconds = float(np.median([took for _, _, took in made]))
    print(f"{len(photos)} photos of {', '.join(styles)}; nobody found in", end=" ")
    print(f"{sum(not found for _, found, _ in made)}; {1000 * seconds:.0f} ms a photo to find")
    whole = np.stack([inputs["whole"] for inputs, _, _ in made])
    cache = FeatureCache(
        options.work / "features", backbone(Start(), whole[:STATISTICS_PHOTOS], seed=0)
    )
    right = {}
    for name in ("whole", "crop", "cut-out"):
        images = np.stack([inputs[name] for inputs, _, _ in made])
        features = cache.features(images, name)
        right[name] = cross_validated(features, cache.features(images[:, :, ::-1], name), labels)
    random = np.random.default_rng(0)
    resampled = random.integers(0, len(labels), (2000, len(labels)))
    print(f"{'variant':10}{'top-1':>8}  difference to whole (95 %)")
    for name, flags in right.items():
        gain = (flags.mean(axis=0) - right["whole"].mean(axis=0))[resampled].mean(axis=1)
        low, high = np.percentile(gain, [2.5, 97.5])
        difference = f"{100 * gain.mean():+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"
        print(f"{name:10}{100 * flags.mean():7.1f}%  {difference if name != 'whole' else ''}")


if __name__ == "__main__":
    main()
