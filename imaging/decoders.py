"""Photos are decoded and encoded in processes of their own, which can be killed and replaced.

    with the owner                            with a child (imaging.child)
    Decoders.sanitise --- one photo ------->  inspect, decode, encode
                      <-- "heavy"? ---------  (a large one asks first)
                      <-- two JPEGs, or why not

Plain subprocesses with a socket, not `multiprocessing`: celery's prefork children are daemons,
which may have no children there, and a fork of a process with threads is no safe place for
decoders. A child has none of its owner's memory, environment or open files, and ends when its
owner does.
"""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from imaging.limits import MEBIBYTE, Limits
from imaging.messages import Channel, Ended
from imaging.reasons import Reason, Rejected
from imaging.sanitised import Sanitised

log = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parent.parent
_CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE}
# Buffers of a picture are kept for the next one: asking the kernel anew each time is a third of
# what a small photo costs.
_ALLOCATOR = {
    "MALLOC_MMAP_THRESHOLD_": str(32 * MEBIBYTE),
    "MALLOC_TRIM_THRESHOLD_": str(64 * MEBIBYTE),
}

_Answer = tuple[dict[str, Any], list[bytes]]


class _Died(Exception):
    """The child ended by itself or was ended; the argument is the signal, or 0."""


class _Child:
    """One process and the way to it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "imaging.child"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd=_ROOT,
                env={"PATH": os.environ.get("PATH", ""), **_ALLOCATOR},
                process_group=0,  # signals to the owner's group are not for it
            )
        self._channel = Channel(ours)

    def ask(self, job: str, data: bytes, limits: Limits, heavy: "_Heavy") -> _Answer:
        """One photo. Raises _Died, or TimeoutError where it takes too long."""
        self._channel.set_deadline(limits.wall_s)
        try:
            self._channel.send({"job": job, "limits": asdict(limits)}, [data])
            answer, payloads = self._channel.receive()
            if "heavy" in answer:
                with heavy as admitted:
                    self._channel.set_deadline(limits.wall_s)
                    self._channel.send({"go_on": admitted})
                    answer, payloads = self._channel.receive()
        except Ended as error:
            raise _Died(max(0, -self.process.wait())) from error
        return answer, payloads

    def end(self) -> None:
        """Kill it, whatever it does."""
        self.process.kill()
        self.process.wait()
        self._channel.close()


class _Heavy:
    """Admits one large photo at a time, and lets few wait: a web server's threads are few."""

    def __init__(self, waiting: int) -> None:
        self._places = threading.BoundedSemaphore(1 + waiting)
        self._one = threading.Lock()
        self._admitted = threading.local()

    def __enter__(self) -> bool:
        self._admitted.yes = self._places.acquire(blocking=False)
        if self._admitted.yes:
            self._one.acquire()
        return bool(self._admitted.yes)

    def __exit__(self, *_: object) -> None:
        if self._admitted.yes:
            self._one.release()
            self._places.release()


class Decoders:
    """At most `most` children of this process. They start when the first photos come."""

    def __init__(self, most: int, *, waiting: int = 1) -> None:
        """`waiting`: how many threads may wait to have a large photo decoded."""
        self._pid = os.getpid()
        self._free = threading.BoundedSemaphore(most)
        self._idle: list[_Child] = []
        self._heavy = _Heavy(waiting)

    def sanitise(self, data: bytes, limits: Limits) -> Sanitised:
        """See `imaging.photo.sanitise`. Raises Rejected."""
        fields, (photo, thumb) = self._decoded("sanitise", data, limits)
        taken = datetime.fromisoformat(fields["taken"]) if fields["taken"] else None
        return Sanitised(photo, thumb, fields["width"], fields["height"], taken)

    def thumb(self, data: bytes, limits: Limits) -> bytes:
        """See `imaging.photo.thumb`. Raises Rejected."""
        _, (thumb,) = self._decoded("thumb", data, limits)
        return thumb

    def close(self) -> None:
        """End the children that wait for work; those of a process end with it anyway."""
        while self._idle:
            self._idle.pop().end()

    def _decoded(self, job: str, data: bytes, limits: Limits) -> _Answer:
        for attempt in (1, 2):
            try:
                with self._free:
                    answer, payloads = self._ask(job, data, limits)
            except TimeoutError as error:
                raise Rejected(Reason.DECODING_TOO_LONG) from error
            except _Died as died:
                (by,) = died.args
                log.warning("decoder_ended by=%s bytes=%s", by, len(data))
                if by == signal.SIGXCPU:
                    raise Rejected(Reason.DECODING_TOO_LONG) from died
                # Somebody else may have killed it: only a second death counts against the photo.
                if by in _CRASHES or attempt == 2:
                    raise Rejected(Reason.DECODING_FAILED) from died
            else:
                break
        if "reason" in answer:
            raise Rejected(Reason(answer["reason"]))
        return answer, payloads

    def _ask(self, job: str, data: bytes, limits: Limits) -> _Answer:
        child = self._child()
        try:
            answer, payloads = child.ask(job, data, limits, self._heavy)
        except BaseException:  # also a task's time limit: what the child says now is for nobody
            child.end()
            raise
        if answer["last"]:
            child.end()
        else:
            self._idle.append(child)
        return answer, payloads

    def _child(self) -> _Child:
        if self._pid != os.getpid():  # we are a fork: the children are another process's
            self._pid, self._idle = os.getpid(), []
        try:
            return self._idle.pop()
        except IndexError:
            return _Child()
