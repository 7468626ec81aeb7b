"""What the model has to beat: knowledge of the counts only, and a small network from scratch."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from io import BytesIO
from os import cpu_count

import numpy as np
from PIL import Image
from tqdm import tqdm

from imaging.reasons import Rejected
from training.arrays import Images, Labels, Probabilities
from training.data.labelled import Photo
from training.data.pictures import thumb_file
from training.evaluation.finished import FinishedRun

CACHE = "baseline.npz"


@dataclass(frozen=True)
class SmallNetwork:
    """A plain CNN: convolutions of these widths on photos of ``side`` pixels, no pretraining."""

    side: int = 64
    widths: tuple[int, ...] = (16, 32, 64, 96)
    epochs: int = 15
    batch: int = 64
    learning_rate: float = 2e-3
    seed: int = 0


def majority(run: FinishedRun) -> Probabilities:
    """The training photos' shares of the styles, for every validation photo alike: [N, C]."""
    counts = np.bincount(run.labels_of(run.train), minlength=len(run.taxonomy.styles))
    return np.tile(counts / counts.sum(), (len(run.val), 1))


def by_source(run: FinishedRun) -> Probabilities:
    """The shares of the styles among the training photos of each photo's source: [N, C].

    What somebody would score who never looks at the clothes but knows where each photo is from.
    Where styles and sources go together that is a lot, and a model may have learnt just that.
    """
    labels = run.labels_of(run.train)
    origins = np.array([photo.source for photo in run.train])
    shares = majority(run)
    for place, photo in enumerate(run.val):
        same = labels[origins == photo.source]
        if len(same):
            shares[place] = np.bincount(same, minlength=shares.shape[1]) / len(same)
    return shares


def small_network(
    run: FinishedRun, network: SmallNetwork, say: Callable[[str], None]
) -> Probabilities | None:
    """What a small CNN, trained on the run's training photos, says of its validation photos.

    One or two minutes on two cores for 4,000 photos; kept in the run's folder, so that a second
    call is instant. None, said with the reason, when a photo can no longer be read.
    """
    cache = run.folder / CACHE
    key = hashlib.sha256(
        run.dataset + repr((run.taxonomy.ids, asdict(network))).encode()
    ).hexdigest()
    try:
        with np.load(cache) as arrays:
            if str(arrays["key"]) == key:
                return np.asarray(arrays["probabilities"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        pass  # none yet, or damaged: made anew
    train, val = (_images(photos, network.side, say) for photos in (run.train, run.val))
    if train is None or val is None:
        return None
    probabilities = _fit(network, train, run.labels_of(run.train), val, len(run.taxonomy.styles))
    part = cache.with_name(f"{CACHE}.part")
    with part.open("wb") as file:
        np.savez(file, probabilities=probabilities, key=key)
    part.replace(cache)
    return probabilities


def _images(photos: tuple[Photo, ...], side: int, say: Callable[[str], None]) -> Images | None:
    """Uint8 [N, side, side, 3]; None when one cannot be read."""

    def read(photo: Photo) -> Images | None:
        try:
            with Image.open(BytesIO(thumb_file(photo.path))) as image:
                return np.asarray(image.resize((side, side), Image.Resampling.BILINEAR))
        except (OSError, Rejected):
            return None

    with ThreadPoolExecutor(cpu_count()) as pool:
        progress = tqdm(pool.map(read, photos), "Small CNN, reading", len(photos), unit="photos")
        images = list(progress)
    gone = [photo for photo, image in zip(photos, images, strict=True) if image is None]
    if gone:
        say(
            f"The small CNN is left out: {len(gone)} photos cannot be read, {gone[0].path} first."
            " Put them back to have it."
        )
        return None
    return np.stack([image for image in images if image is not None])


def _fit(
    network: SmallNetwork, train: Images, labels: Labels, val: Images, classes: int
) -> Probabilities:
    import keras  # here, because a cached baseline needs no Keras
    from keras import layers
    from tqdm.keras import TqdmCallback

    keras.utils.set_random_seed(network.seed)
    model = keras.Sequential(
        [
            keras.Input(train.shape[1:]),
            layers.Rescaling(1 / 127.5, -1),
            layers.RandomFlip("horizontal"),
        ]
    )
    for number, width in enumerate(network.widths):
        model.add(
            layers.Conv2D(width, 3, strides=1 if number else 2, padding="same", use_bias=False)
        )
        model.add(layers.BatchNormalization())
        model.add(layers.ReLU())
        if number:
            model.add(layers.MaxPooling2D())
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dropout(0.3))
    model.add(layers.Dense(classes, activation="softmax"))
    steps = network.epochs * -(-len(train) // network.batch)
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(network.learning_rate, steps)),
        loss="sparse_categorical_crossentropy",
        jit_compile=False,  # on CPUs XLA's convolutions are several times slower
    )
    model.fit(
        train,
        labels,
        batch_size=network.batch,
        epochs=network.epochs,
        verbose=0,
        callbacks=[TqdmCallback(desc="Small CNN", epochs=network.epochs, verbose=0)],
    )
    said = [model(val[start : start + 256], training=False) for start in range(0, len(val), 256)]
    return np.concatenate([keras.ops.convert_to_numpy(part) for part in said])
