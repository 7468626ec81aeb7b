"""Photos that are bombs: what somebody else's upload takes beside twenty of each kind."""

import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from PIL import Image

from tests.support.client import NotAccepted, Visitor
from tests.support.images import encode, numbered
from tests.support.live_stack import LiveStack
from tests.support.odd_photos import png_of, scan_bomb
from tests.support.starting import wait_until

BOMBS = 20
SINGLES = 5
ROWS = {
    "siege_photo_idle_ms": ("another person's upload to result, idle (ms)", ""),
    "siege_photo_scans_ms": ("  beside 20 JPEGs with 4,000 scans (ms)", "2x + 1 s"),
    "siege_photo_pixels_ms": ("  beside 20 PNGs of 60 megapixels (ms)", "2x + 1 s"),
    "siege_photo_inflated_ms": ("  beside 20 PNGs whose pixels never end (ms)", "2x + 1 s"),
}


def measure(stack: LiveStack) -> dict[str, float]:
    """In a stack with a worker and a beat."""
    pixels = png_of((10_000, 6_000), 8, 2, bytes(30_000))
    bombs = {
        "scans": scan_bomb(Image.linear_gradient("L").resize((1600, 1200)).convert("RGB"), 4_000),
        "pixels": pixels,
        "inflated": png_of((640, 480), 8, 2, bytes(1920), tail=bytes(300_000_000)),
    }
    attacker = Visitor.sign_up(stack.address, "attacker")
    numbers = count(10_000)
    figures = {"siege_photo_idle_ms": photo_ms(stack, numbers)}
    for name, bomb in bombs.items():
        with ThreadPoolExecutor(BOMBS) as threads:
            thrown = [threads.submit(_throw, attacker, numbered_png(bomb, n)) for n in range(BOMBS)]
            figures[f"siege_photo_{name}_ms"] = photo_ms(stack, numbers)
            for each in thrown:
                each.result()
    return figures


def numbered_png(bomb: bytes, number: int) -> bytes:
    """Another file with the same picture: what stands behind its end is read by nobody."""
    return bomb + number.to_bytes(4, "big")


def _throw(attacker: Visitor, bomb: bytes) -> None:
    try:
        attacker.upload(bomb)
    except NotAccepted:
        return


def photo_ms(stack: LiveStack, numbers: Iterator[int]) -> float:
    """The median of some uploads, from the first byte sent to the prediction on the row."""
    drawn = encode(Image.linear_gradient("L").resize((960, 1280)).convert("RGB"))
    times = []
    for _ in range(SINGLES):
        photo = numbered(drawn, next(numbers))
        began = time.perf_counter()
        outfit = stack.visitor().upload(photo).outfit_id
        wait_until(_done(stack, outfit), "it is done", patience_s=120, pause_s=0.01)
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def _done(stack: LiveStack, outfit: uuid.UUID) -> Callable[[], bool]:
    return lambda: stack.statuses([outfit]) == ["done"]
