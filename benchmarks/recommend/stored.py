"""What a run has worked out, written down at once: a run that was stopped goes on from there."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

Made = TypeVar("Made")


class Stored:
    """Results of one run by the name of their step, in a JSON file.

    `given` is all that the results depend on: a file that was made of something else is not read.
    """

    def __init__(self, file: Path, given: Sequence[object]) -> None:
        self._file = file
        self._given = json.loads(json.dumps(given))
        self._steps: dict[str, object] = {}
        if file.is_file():
            known = json.loads(file.read_text(encoding="utf-8"))
            if known["given"] == self._given:
                self._steps = known["steps"]

    def step(self, name: str, make: Callable[[], Made], read: Callable[..., Made]) -> Made:
        """What an earlier run made in this step, by `read`; else what `make` makes now."""
        if name in self._steps:
            return read(self._steps[name])
        made = make()
        self._steps[name] = made
        self._file.parent.mkdir(parents=True, exist_ok=True)
        part = self._file.with_suffix(".part")
        part.write_text(
            json.dumps({"given": self._given, "steps": self._steps}, default=vars), encoding="utf-8"
        )
        part.replace(self._file)
        return made
