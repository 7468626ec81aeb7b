"""From a thumb to what a release says of it, whichever job asks: the parts that know no queue."""

from dataclasses import dataclass
from io import BytesIO
from typing import Protocol
from uuid import UUID

import numpy as np
from celery.exceptions import SoftTimeLimitExceeded
from numpy.typing import NDArray
from PIL import Image

from classifier.lifecycle.failures import Failure
from classifier.models import Prediction
from classifier.storage import objects
from classifier.storage.objects import ObjectMissing, StorageUnavailable
from inference.engine import Outputs
from inference.preprocessing import model_input
from inference.verdict import verdict_at
from worker.loaded_model import LoadedModel


@dataclass(frozen=True)
class Fault:
    """Why one photo cannot be classified now; a lasting one need not be tried again."""

    code: Failure
    text: str
    lasting: bool


class Photo(Protocol):
    """What is to be predicted: of which outfit it is, and within which wardrobe."""

    @property
    def outfit_id(self) -> UUID: ...
    @property
    def wardrobe(self) -> str: ...


def fetch_photo(thumb_key: str, thumb: bytes | None = None) -> NDArray[np.uint8] | Fault:
    """The engine's input from the thumb in the bucket, or from the one that was handed on."""
    try:
        data = thumb or objects.get(thumb_key)
    except ObjectMissing:
        return Fault(Failure.OBJECT_MISSING, f"no object {thumb_key}", lasting=True)
    except StorageUnavailable as error:
        return Fault(Failure.STORAGE_UNAVAILABLE, str(error), lasting=False)
    try:
        with Image.open(BytesIO(data), formats=("JPEG",)) as image:
            return model_input(image)
    except SoftTimeLimitExceeded:  # of the task, and no word about this photo
        raise
    except Exception as error:  # whatever a decoder says of broken bytes, only this row fails
        return Fault(Failure.OBJECT_BROKEN, f"{type(error).__name__}: {error}", lasting=True)


def prediction_of(
    photo: Photo, outputs: Outputs, row: int, model: LoadedModel, milliseconds: float
) -> Prediction:
    """What the model said of the photo in this row of the outputs; it is not saved yet."""
    verdict = verdict_at(outputs, row, model.bundle, photo.wardrobe)
    return Prediction(
        outfit_id=photo.outfit_id,
        release=model.release,
        kind=verdict.kind,
        gate=None if verdict.gate is None else verdict.gate.tolist(),
        probabilities=verdict.probabilities.tolist(),
        style=verdict.style,
        confidence=verdict.confidence,
        decided=verdict.decided,
        style_set=list(verdict.style_set),
        activation_map=map_bytes(outputs.activation_maps[row]) if verdict.explained else b"",
        embedding=outputs.embeddings[row].tolist(),
        milliseconds=milliseconds,
    )


def map_bytes(activation_map: NDArray[np.float32]) -> bytes:
    """The activation map [7, 7] as 49 bytes, row by row: 0 where nothing spoke for the style."""
    positive = np.maximum(activation_map, 0)
    strongest = float(positive.max())
    scaled = positive * (255 / strongest) if strongest > 0 else positive
    return scaled.round().astype(np.uint8).tobytes()
