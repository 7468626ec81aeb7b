"""`python -m benchmarks.accept`: what accepting a photo of a phone costs, in CPU.

Prints milliseconds as JSON. The photo is read in this process, since CPU is counted by process.
"""

import json
import statistics
import time
from io import BytesIO

from PIL import Image

from imaging.limits import Limits
from imaging.photo import sanitise

PIXELS = (2592, 1944)
ROUNDS = 15


def phone_photo() -> bytes:
    """A 5-megapixel JPEG of about 1.5 MB, as phones make them."""
    small = Image.effect_noise((PIXELS[0] // 8, PIXELS[1] // 8), 60).convert("RGB")
    photo = small.resize(PIXELS, Image.Resampling.BICUBIC)
    grain = Image.effect_noise(PIXELS, 10).convert("RGB")
    out = BytesIO()
    Image.blend(photo, grain, 0.25).save(out, "JPEG", quality=92)
    return out.getvalue()


def plain(data: bytes) -> None:
    """Decode all pixels, LANCZOS to 1600 and to 320, encode both: what `sanitise` is held to."""
    with Image.open(BytesIO(data)) as image:
        photo = image.convert("RGB")
    for side in (1600, 320):
        photo.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=None)
        photo.save(BytesIO(), "JPEG", quality=85)


def ours(data: bytes) -> None:
    """What a decoder does with it."""
    sanitise(data, Limits(), lambda memory: None)


def main() -> None:
    """Print medians."""
    data = phone_photo()
    figures = {"accept_phone_kb": len(data) / 1024}
    for name, function in (("accept_phone_cpu_ms", ours), ("accept_plain_cpu_ms", plain)):
        costs = []
        for _ in range(ROUNDS):
            before = time.process_time()
            function(data)
            costs.append(1000 * (time.process_time() - before))
        figures[name] = statistics.median(costs)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
