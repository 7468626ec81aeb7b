"""Ctrl-C, SIGTERM and SIGHUP as a flag that every wait looks at.

A handler that raised could strike between the fork of a child and its registration, and leave the
child behind. So handlers only note the signal, and nothing here waits without looking.
"""

import signal
import time
from collections.abc import Callable
from types import FrameType

from fasi_site.local.errors import Stopped

POLL_S = 0.05


class StopRequest:
    """Whether somebody asked for the end, and by which signal. Later signals change nothing."""

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None

    def install(self) -> None:
        """Take the signals. Only under nohup a terminal that goes away is no reason to stop."""
        signal.signal(signal.SIGINT, self._note)
        signal.signal(signal.SIGTERM, self._note)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._note)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self.signal = self.signal or signal.Signals(number)

    def check(self) -> None:
        """Raise Stopped if somebody asked for the end."""
        if self.signal is not None:
            raise Stopped

    def wait_until(self, holds: Callable[[], bool], timeout_s: float) -> bool:
        """Whether the condition came to hold in time. Raises Stopped when asked to stop."""
        end = time.monotonic() + timeout_s
        while not holds():
            self.check()
            if time.monotonic() > end:
                return False
            time.sleep(POLL_S)
        return True
