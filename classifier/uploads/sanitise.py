"""From untrusted bytes to the two JPEGs that are stored, by the site's limits and in its words."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.conf import settings

from classifier.uploads.refusals import Refusal, Refused
from imaging.decoders import Decoders
from imaging.limits import Limits
from imaging.reasons import Rejected
from imaging.sanitised import Sanitised


def sanitise(data: bytes) -> Sanitised:
    """Decode an upload whole and encode it anew, upright, in sRGB, without metadata.

    That happens in another process (`imaging.decoders`). Raises Refused with the reason.
    """
    with _refusing():
        return _decoders().sanitise(data, limits())


def thumb(data: bytes, decoders: Decoders | None = None) -> bytes:
    """The thumb that `sanitise` would make, for those who keep no photo. Raises Refused."""
    with _refusing():
        return (decoders or _decoders()).thumb(data, limits())


def limits() -> Limits:
    """What one photo may cost here."""
    return Limits(
        pixels=settings.FASI_MAX_PIXELS,
        least_side=settings.FASI_MIN_SIDE,
        memory=settings.FASI_DECODER_BYTES,
        cpu_s=settings.FASI_DECODER_CPU_S,
        wall_s=settings.FASI_DECODER_S,
    )


@cache
def _decoders() -> Decoders:
    """Those of this process; they start with the first photo."""
    return Decoders(settings.FASI_DECODERS)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except Rejected as rejected:
        raise Refused(Refusal(rejected.reason)) from rejected
