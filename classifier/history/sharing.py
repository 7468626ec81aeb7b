"""Sharing a result: a picture of the card, and a link that shows it until it is taken back."""

from functools import cache
from io import BytesIO
from threading import Lock

from django.db.models import Prefetch
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

from classifier.catalogue import style_of
from classifier.models import Outfit, Prediction, Share
from classifier.storage import objects
from classifier.storage.objects import ObjectMissing
from imaging.thumbnails import jpeg

SIZE = (1080, 1350)
PHOTO = (1080, 990)
MARGIN = 64
DESIGN = 1
"""Counts up when cards look otherwise, so that stored ones are drawn anew."""
PAPER, INK, MUTED, LINE, ACCENT = "#faf7f2", "#1f1b16", "#6a6157", "#e4dcd0", "#a83a22"

one_at_a_time = Lock()
"""Whoever draws a card holds it, so that threads are left for everybody else."""


def share(outfit: Outfit) -> Share:
    """The outfit's public link; the one that there is, or a new one."""
    return Share.objects.get_or_create(outfit=outfit)[0]


def stop(outfit: Outfit) -> None:
    """Take the link back; a later one is another."""
    Share.objects.filter(outfit=outfit).delete()


def outfit_of(token: str) -> Outfit | None:
    """The outfit behind a link; none while the photo counts as no outfit."""
    shared = Outfit.objects.filter(share__token=token, kind=Prediction.Kind.OUTFIT)
    shown = Prediction.objects.filter(shown=True).select_related("release")
    return shared.prefetch_related(Prefetch("predictions", queryset=shown)).first()


def card_jpeg(outfit: Outfit) -> bytes:
    """The photo with its style and best guesses, 1080 x 1350: the size that feeds show whole.

    Drawn once and stored beside the photo, until what it says changes. In English, the language of
    the font. Raises StorageUnavailable, ObjectMissing.
    """
    prediction = outfit.prediction
    if prediction is None:
        raise ValueError("an outfit without a prediction has no card")
    key = objects.card_key(outfit.pk)
    # All that it says: a prediction never changes, what the outfit counts as does.
    says = f"{DESIGN}:{prediction.pk}:{outfit.style}:{outfit.certainty}"
    card = _stored(key, says)
    if card is None:
        with one_at_a_time:  # a link that many open at once costs one drawing
            card = _stored(key, says)
            if card is None:
                photo = objects.get(outfit.photo_key)
                card = draw(photo, prediction, outfit.style, outfit.certainty)
                objects.put(key, card, objects.JPEG, label=says)
    return card


def _stored(key: str, says: str) -> bytes | None:
    try:
        card, label = objects.get_labelled(key)
    except ObjectMissing:
        return None
    return card if label == says else None


def draw(photo: bytes, prediction: Prediction, style: str, certainty: str) -> bytes:
    """The card of this photo, a JPEG, with what it counts as and what the model said of it."""
    with Image.open(BytesIO(photo), formats=("JPEG",)) as image:
        whole = ImageOps.contain(image, PHOTO, Image.Resampling.LANCZOS)
    card = Image.new("RGB", SIZE, PAPER)
    card.paste(_backdrop(whole))
    card.paste(whole, ((PHOTO[0] - whole.width) // 2, (PHOTO[1] - whole.height) // 2))
    _write(ImageDraw.Draw(card), prediction, style, certainty)
    return jpeg(card)


def _backdrop(photo: Image.Image) -> Image.Image:
    """The photo again, large and out of focus, for what it leaves free beside it."""
    tiny = ImageOps.fit(photo, (PHOTO[0] // 12, PHOTO[1] // 12))
    blurred = tiny.filter(ImageFilter.GaussianBlur(6)).resize(PHOTO, Image.Resampling.BICUBIC)
    return ImageEnhance.Brightness(blurred).enhance(0.9)


def _write(draw: ImageDraw.ImageDraw, prediction: Prediction, style: str, certainty: str) -> None:
    y = PHOTO[1] + 40
    draw.text((SIZE[0] - MARGIN, y), "FASI", ACCENT, _font(36), anchor="ra")
    if not style:  # none of our styles, says its owner: then our guesses say nothing
        draw.text((MARGIN, y + 38), "My outfit", INK, _font(76))
        return
    confirmed = certainty in (Outfit.Certainty.CONFIRMED, Outfit.Certainty.CORRECTED)
    sure = f"{prediction.confidence:.0%} sure" if prediction.decided else "Perhaps"
    perhaps = "" if confirmed else ", ".join(each.name("en") for each in prediction.perhaps[:2])
    above = f"{sure}, or {perhaps}" if perhaps else sure
    draw.text((MARGIN, y), "My style" if confirmed else above, MUTED, _font(30))
    draw.text((MARGIN, y + 38), style_of(style).name("en"), INK, _font(76))
    y += 148
    for each, probability in prediction.top:
        bar = (MARGIN + 330, y + 8, SIZE[0] - MARGIN - 110, y + 24)
        draw.text((MARGIN, y - 4), each.name("en"), INK, _font(28))
        draw.rounded_rectangle(bar, 8, LINE)
        filled = bar[0] + max(16, round((bar[2] - bar[0]) * probability))
        colour = ACCENT if each.id == style else MUTED
        draw.rounded_rectangle((bar[0], bar[1], filled, bar[3]), 8, colour)
        draw.text((SIZE[0] - MARGIN, y - 4), f"{probability:.0%}", INK, _font(28), anchor="ra")
        y += 46


@cache
def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)
