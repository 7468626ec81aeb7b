"""From a file to the model's input, on threads beside the engine, in the files' order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from django.conf import settings
from PIL import Image

from classifier.uploads.refusals import Refusal, Refused
from classifier.uploads.sanitise import thumb
from imaging.decoders import Decoders
from inference.preprocessing import model_input
from worker.folder.files import Found

AHEAD = 16
"""Photos in memory for each thread: enough that the engine never waits, however large the next."""


def decode(path: Path, decoders: Decoders) -> npt.NDArray[np.uint8] | str:
    """The model's input uint8 [224, 224, 3] of a file, or why there is none."""
    try:
        if path.stat().st_size > settings.FASI_MAX_UPLOAD_BYTES:
            raise Refused(Refusal.TOO_LARGE)
        with Image.open(BytesIO(thumb(path.read_bytes(), decoders))) as image:
            return model_input(image)
    except Refused as refused:
        return f"{refused.reason}: {refused.sentence}"
    except OSError as error:
        return f"unreadable: {error.strerror}."


def decoded(
    files: Iterable[Found], threads: int
) -> Iterator[tuple[Found, npt.NDArray[np.uint8] | str]]:
    """Each file with what `decode` says of it; at most AHEAD times `threads` are under way."""
    with (
        closing(Decoders(threads, waiting=threads)) as decoders,
        ThreadPoolExecutor(threads, "decode") as pool,
    ):
        coming: deque[tuple[Found, Future[npt.NDArray[np.uint8] | str]]] = deque()
        for file in files:
            coming.append((file, pool.submit(_decode_found, file, decoders)))
            if len(coming) >= AHEAD * threads:
                yield _next(coming)
        while coming:
            yield _next(coming)


def _decode_found(file: Found, decoders: Decoders) -> npt.NDArray[np.uint8] | str:
    return file.error or decode(file.path, decoders)


def _next(
    coming: deque[tuple[Found, Future[npt.NDArray[np.uint8] | str]]],
) -> tuple[Found, npt.NDArray[np.uint8] | str]:
    file, future = coming.popleft()
    return file, future.result()
