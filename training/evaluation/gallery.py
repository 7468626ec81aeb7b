"""Photos to look at: of each style those the model was surest about, rightly and wrongly."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image

from imaging.reasons import Rejected
from inference.taxonomy import Style
from training.data.labelled import Photo
from training.data.pictures import thumb_file
from training.evaluation.finished import FinishedRun

PHOTOS = 3
SIDE = (198, 264)
MOST_BYTES = 12 * 1024
QUALITIES = (82, 72, 60, 45, 30, 15)


@dataclass(frozen=True)
class Shown:
    """One photo with what the model said. ``uri`` is None when the photo cannot be read."""

    name: str
    source: str
    uri: str | None
    said: Style
    confidence: float


@dataclass(frozen=True)
class StylePhotos:
    """Photos of one style, the surest first: rightly named ones, and ones named something else."""

    style: Style
    best: tuple[Shown, ...]
    worst: tuple[Shown, ...]


def gallery(run: FinishedRun, photos: int = PHOTOS) -> list[StylePhotos]:
    """For each style of the taxonomy its best and its worst validation photos."""
    probabilities = run.probabilities
    top, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    surest = np.argsort(-confidence, kind="stable")

    def shown(label: int, right: bool) -> tuple[Shown, ...]:
        chosen = [
            place
            for place in surest
            if run.labels[place] == label and (top[place] == label) == right
        ]
        return tuple(
            Shown(
                name=run.val[place].path.name,
                source=run.val[place].source,
                uri=data_uri(run.val[place]),
                said=run.taxonomy.styles[top[place]],
                confidence=float(confidence[place]),
            )
            for place in chosen[:photos]
        )

    return [
        StylePhotos(style, shown(label, right=True), shown(label, right=False))
        for label, style in enumerate(run.taxonomy.styles)
    ]


def data_uri(photo: Photo) -> str | None:
    """The photo as a small JPEG inside an address; None when it cannot be read."""
    try:
        with Image.open(BytesIO(thumb_file(photo.path))) as small:
            small.load()
    except (OSError, Rejected):
        return None
    small.thumbnail(SIDE, Image.Resampling.LANCZOS)
    for quality in QUALITIES:
        buffer = BytesIO()
        small.save(buffer, "JPEG", quality=quality, optimize=True)
        if buffer.tell() <= MOST_BYTES:
            break
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
