"""One line of the result: what was said about one file."""

from __future__ import annotations

from dataclasses import dataclass

from inference.calibration import OUTFIT

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
    styles, most probable first. `decided` is False where the model is not sure. `set` has the ids
    of the styles that it may be, best first; empty where the bundle has no sets. A photo whose
    `kind` is not `outfit` has no style, no confidence and no set: `top` is what it would be.
    """

    path: str
    kind: str = ""
    style: str = ""
    confidence: float | None = None
    decided: bool | None = None
    set: tuple[str, ...] = ()
    top: tuple[Guess, ...] = ()
    error: str = ""

    @property
    def without_outfit(self) -> bool:
        """Whether the photo was looked at and shows no outfit."""
        return not self.error and self.kind not in ("", OUTFIT)
