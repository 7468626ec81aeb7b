"""Photos for tests of faults: no two are the same file."""

from itertools import count

from PIL import Image

from tests.support.images import encode, outfit_jpeg

_seeds = count(1)


def some_photos(number: int) -> list[bytes]:
    """So many drawn outfits that nobody has uploaded before."""
    return [outfit_jpeg(next(_seeds)) for _ in range(number)]


def poison() -> bytes:
    """The photo at which `tests.support.engines.Aborting` dies."""
    return encode(Image.new("RGB", (320 + next(_seeds), 480), (255, 0, 255)))
