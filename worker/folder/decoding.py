"""From a file to the model's input, on threads beside the engine, in the files' order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from django.conf import settings
from PIL import Image

from classifier.uploads.refusals import Refusal, Refused
from classifier.uploads.sanitise import thumb
from inference.preprocessing import model_input

AHEAD = 16
"""Photos in memory for each thread: enough that the engine never waits, however large the next."""


def decode(path: Path) -> npt.NDArray[np.uint8] | str:
    """The model's input uint8 [224, 224, 3] of a file, or why there is none."""
    try:
        if path.stat().st_size > settings.FASI_MAX_UPLOAD_BYTES:
            raise Refused(Refusal.TOO_LARGE)
        with Image.open(BytesIO(thumb(path.read_bytes()))) as image:
            return model_input(image)
    except Refused as refused:
        return f"{refused.reason}: {refused.sentence}"
    except OSError as error:
        return f"unreadable: {error.strerror}."


def decoded(
    paths: Iterable[Path], threads: int
) -> Iterator[tuple[Path, npt.NDArray[np.uint8] | str]]:
    """Each path with what `decode` says of it; at most AHEAD times `threads` are under way."""
    with ThreadPoolExecutor(threads, "decode") as pool:
        coming: deque[tuple[Path, Future[npt.NDArray[np.uint8] | str]]] = deque()
        for path in paths:
            coming.append((path, pool.submit(decode, path)))
            if len(coming) >= AHEAD * threads:
                yield _next(coming)
        while coming:
            yield _next(coming)


def _next(
    coming: deque[tuple[Path, Future[npt.NDArray[np.uint8] | str]]],
) -> tuple[Path, npt.NDArray[np.uint8] | str]:
    path, future = coming.popleft()
    return path, future.result()
