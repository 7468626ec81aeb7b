"""Photos that trained no model, and what the starter says of each, computed once."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from inference.bundle import load_bundle
from inference.engine import load_engine
from training.arrays import Floats, Labels
from training.data.labelled import of_taxonomy, read_photos
from training.data.pictures import served_input

STARTER = Path(__file__).resolve().parents[2] / "models" / "starter"
TOGETHER = 32


@dataclass(frozen=True)
class Seen:
    """What the starter says of N photos.

    `probabilities` [N, C], `embeddings` [N, E] of unit length, `labels` [N]: the right style's
    place among `styles`. `names` are the photos' paths, from which nothing is read any more.
    """

    styles: tuple[str, ...]
    names: tuple[str, ...]
    probabilities: Floats
    embeddings: Floats
    labels: Labels


def seen_by_starter(folder: Path, cache: Path) -> Seen:
    """The labelled photos of `folder` that its manifest keeps aside (`split` other than train).

    Raises TrainingError. The answers are kept in `cache`, which holds no photo.
    """
    bundle = load_bundle(STARTER)
    styles = bundle.taxonomy.ids
    aside = [photo for photo in read_photos(folder) if photo.split not in ("", "train")]
    photos, _ = of_taxonomy(aside, bundle.taxonomy)
    names = tuple(str(photo.path.relative_to(folder)) for photo in photos)
    sums = (STARTER / "SHA256SUMS").read_text(encoding="utf-8")
    key = hashlib.sha256("\n".join([sums, *names]).encode()).hexdigest()[:16]
    file = cache / f"replay-{key}.npz"
    if not file.is_file():
        engine = load_engine("openvino", bundle)
        said = []
        for start in tqdm(range(0, len(photos), TOGETHER), "The starter looks at photos"):
            some = photos[start : start + TOGETHER]
            said.append(engine.run(np.stack([served_input(photo.path) for photo in some])))
        cache.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        with part.open("wb") as out:
            np.savez(
                out,
                probabilities=np.concatenate([each.probabilities for each in said]),
                embeddings=np.concatenate([each.embeddings for each in said]),
            )
        part.replace(file)
    with np.load(file) as arrays:
        probabilities, embeddings = arrays["probabilities"], arrays["embeddings"]
    labels = np.array([styles.index(photo.style) for photo in photos])
    return Seen(styles, names, probabilities, embeddings, labels)


def halved(seen: Seen, random: np.random.Generator) -> tuple[Labels, Labels]:
    """The photos' places in two halves, of every style alike."""
    half = np.zeros(len(seen.labels), int)
    for style in range(len(seen.styles)):
        places = random.permutation(np.flatnonzero(seen.labels == style))
        half[places] = np.arange(len(places)) % 2
    return np.flatnonzero(half == 0), np.flatnonzero(half == 1)
