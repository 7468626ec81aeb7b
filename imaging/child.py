"""A decoder's own process: `python -m imaging.child`, with a socket as its standard input.

It takes one photo after the other until its owner hangs up. Its limits of memory and CPU time are
the kernel's, so that no decoder gets past them, and end with it.
"""

import gc
import os
import resource
import signal
import socket
from pathlib import Path
from typing import Any

from imaging.limits import MEBIBYTE, Limits
from imaging.messages import Channel, Ended
from imaging.photo import sanitise, thumb
from imaging.reasons import Reason, Rejected

_RETIRES_AT = 128 * MEBIBYTE
"""What a large photo left behind is given back by ending; another process takes over."""
_PHOTOS = 2_000
_STATM = Path("/proc/self/statm")


def main() -> None:
    """Serve until the owner hangs up, or until it is time for a fresh process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the owner
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    channel = Channel(socket.socket(fileno=0))
    base = _data_bytes()
    try:
        for number in range(_PHOTOS):
            request, (data,) = channel.receive()
            limits = Limits(**request["limits"])
            _limit(limits, base)
            answer, payloads = _answered(request["job"], data, limits, channel)
            del data
            last = number == _PHOTOS - 1 or _data_bytes() > base + _RETIRES_AT
            channel.send(answer | {"last": last}, payloads)
            if last:
                return
    except Ended:
        return


def _limit(limits: Limits, base: int) -> None:
    """For the photo that comes now; the CPU time counts from the start of the process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime) + 1
    _set(resource.RLIMIT_CPU, used + limits.cpu_s)
    # What the estimate leaves out: the file itself, its copies, what is encoded.
    _set(resource.RLIMIT_DATA, base + limits.memory + 128 * MEBIBYTE)


def _set(kind: int, most: int) -> None:
    """The soft limit, below whatever hard one the process was given."""
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _answered(
    job: str, data: bytes, limits: Limits, channel: Channel
) -> tuple[dict[str, Any], list[bytes]]:
    def admit(memory: int) -> None:
        """Ask the owner, who lets only a few large photos be decoded at a time."""
        if memory > limits.heavy:
            channel.send({"heavy": memory})
            reply, _ = channel.receive()
            if not reply["go_on"]:
                raise Rejected(Reason.BUSY)

    try:
        if job == "thumb":
            return {}, [thumb(data, limits, admit)]
        clean = sanitise(data, limits, admit)
        taken = clean.taken.isoformat() if clean.taken else None
        fields = {"width": clean.width, "height": clean.height, "taken": taken}
        return fields, [clean.photo, clean.thumb]
    except Rejected as rejected:
        return {"reason": rejected.reason}, []
    except MemoryError:
        gc.collect()
        return {"reason": Reason.TOO_MANY_PIXELS_FOR_FORMAT}, []


def _data_bytes() -> int:
    """What RLIMIT_DATA counts (proc(5), statm: data and stack); 0 where there is no /proc."""
    if not _STATM.exists():
        return 0
    return int(_STATM.read_text().split()[5]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
