"""One line of the result: what was said about one file."""

from __future__ import annotations

from dataclasses import dataclass

TOP = 3


@dataclass(frozen=True)
class Guess:
    """A style and its probability."""

    style: str
    probability: float


@dataclass(frozen=True)
class Row:
    """A classified file, or one with an `error` (a reason code and a sentence) and nothing else.

    `path` is relative to the folder, with `/` between its parts. `top` has the TOP most probable
    styles, most probable first. `decided` is False where the model is not sure.
    """

    path: str
    style: str = ""
    confidence: float | None = None
    decided: bool | None = None
    top: tuple[Guess, ...] = ()
    error: str = ""
