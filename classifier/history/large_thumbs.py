"""Thumbs for screens that draw two pixels where others draw one.

Made of the photo when such a screen first asks for one, and kept beside it: an upload does not wait
for it, and most photos of a batch never need it.
"""

from io import BytesIO
from threading import Lock

from PIL import Image

from classifier.models import Outfit
from classifier.storage import objects
from classifier.storage.objects import ObjectMissing
from imaging.thumbnails import LARGE_SIDE, jpeg, thumb_of

_one_at_a_time = Lock()
"""A page of a long history asks for many at once; threads are left for everybody else."""


def large_thumb_key(outfit: Outfit) -> str:
    """The object to show: the large thumb, or the photo where that is no larger.

    Raises StorageUnavailable, ObjectMissing.
    """
    if max(outfit.width, outfit.height) <= LARGE_SIDE:
        return outfit.photo_key
    key = objects.large_thumb_key(outfit.pk)
    if not objects.exists(key):
        objects.put(key, _drawn(objects.get(outfit.photo_key)), objects.JPEG)
        if not Outfit.everything.filter(pk=outfit.pk).exists():  # deleted in this moment
            objects.remove([key])
            raise ObjectMissing(key)
    return key


def _drawn(photo: bytes) -> bytes:
    with _one_at_a_time, Image.open(BytesIO(photo), formats=("JPEG",)) as image:
        # Decoded at a half where that is enough for what is wanted.
        scale = LARGE_SIDE / max(image.size)
        image.draft("RGB", (round(image.width * scale), round(image.height * scale)))
        return jpeg(thumb_of(image, LARGE_SIDE))
