"""What dies is started again: at once, then after growing pauses, and at some point no more."""

import time
from collections.abc import Callable, Mapping

from fasi_site.local.errors import LocalError

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 20.0
# So many deaths within so many seconds are no accident.
MOST, WITHIN_S = 6, 300.0


class CrashesAgainAndAgain(Exception):
    """Starting it once more would help nobody."""


class Restarts:
    """Who died, how often lately, and who is to be started when."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._deaths: dict[str, list[float]] = {}
        self._due: dict[str, float] = {}

    def waiting(self, name: str) -> bool:
        """Whether it is known to be dead and waits to be started."""
        return name in self._due

    def died(self, name: str) -> float:
        """Note a death; returns the pause in seconds. Raises CrashesAgainAndAgain."""
        now = self._now()
        recent = [at for at in self._deaths.get(name, []) if now - at < WITHIN_S] + [now]
        self._deaths[name] = recent
        if len(recent) >= MOST:
            raise CrashesAgainAndAgain
        pause = min(FIRST_PAUSE_S * (1 << (len(recent) - 1)), LONGEST_PAUSE_S)
        self._due[name] = now + pause
        return pause

    def start_due(self, starts: Mapping[str, Callable[[], None]]) -> None:
        """Start everything whose pause is over; `starts` says how, by name.

        Raises LocalError where one cannot even be started.
        """
        now = self._now()
        for name in [name for name, due in self._due.items() if due <= now]:
            del self._due[name]
            try:
                starts[name]()
            except OSError as error:
                raise LocalError(f"{name} cannot be started again: {error}.") from error
