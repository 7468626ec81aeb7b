"""Sharing a result: a picture of the card, and a link that shows it until it is taken back.

A card speaks the language of whoever shares: on a link that is what they read when they made it,
whoever opens it and whatever fetches it for a preview.
"""

from io import BytesIO

from django.db.models import Prefetch
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from classifier.catalogue import style_of
from classifier.history.card_drawing import (
    ACCENT,
    INK,
    LINE,
    MUTED,
    PAPER,
    SIZE,
    fitting,
    font,
    one_at_a_time,
)
from classifier.history.sureness import also, how_sure
from classifier.models import Outfit, Prediction, Share
from classifier.storage import objects
from classifier.storage.objects import ObjectMissing
from imaging.thumbnails import jpeg

PHOTO = (1080, 990)
MARGIN = 64
DESIGN = 3
"""Counts up when cards look otherwise, so that stored ones are drawn anew."""


def share(outfit: Outfit) -> Share:
    """The outfit's public link; the one that there is, or a new one."""
    return Share.objects.get_or_create(outfit=outfit, defaults={"language": _language()})[0]


def stop(outfit: Outfit) -> None:
    """Take the link back; a later one is another."""
    Share.objects.filter(outfit=outfit).delete()


def outfit_of(token: str) -> Outfit | None:
    """The outfit behind a link; none while the photo counts as no outfit."""
    shared = Outfit.objects.filter(share__token=token, kind=Prediction.Kind.OUTFIT)
    shared = shared.select_related("share")
    shown = Prediction.objects.filter(shown=True).select_related("release")
    return shared.prefetch_related(Prefetch("predictions", queryset=shown)).first()


def card_jpeg(outfit: Outfit, language: str = "") -> bytes:
    """The photo with its style and best guesses, 1080 x 1350: the size that feeds show whole.

    In this language, or the reader's. Drawn once in each and stored beside the photo, until what it
    says changes. Raises StorageUnavailable, ObjectMissing.
    """
    prediction = outfit.prediction
    if prediction is None:
        raise ValueError("an outfit without a prediction has no card")
    language = language or _language()
    key = objects.card_key(outfit.pk, language)
    # All that it says: a prediction never changes, what the outfit counts as does.
    says = f"{DESIGN}:{prediction.pk}:{outfit.style}:{outfit.certainty}"
    card = _stored(key, says)
    if card is None:
        with one_at_a_time:  # a link that many open at once costs one drawing
            card = _stored(key, says)
            if card is None:
                photo = objects.get(outfit.photo_key)
                with override(language):
                    card = draw(photo, prediction, outfit.style, outfit.certainty)
                objects.put(key, card, objects.JPEG, label=says)
    return card


def _language() -> str:
    return get_language() or "en"


def _stored(key: str, says: str) -> bytes | None:
    try:
        card, label = objects.get_labelled(key)
    except ObjectMissing:
        return None
    return card if label == says else None


def draw(photo: bytes, prediction: Prediction, style: str, certainty: str) -> bytes:
    """The card of this photo, a JPEG, with what it counts as and what the model said of it.

    In the reader's language.
    """
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
    draw.text((SIZE[0] - MARGIN, y - 10), "FASI", ACCENT, font(36, title=True), anchor="ra")
    if not style:  # none of our styles, says its owner: then our guesses say nothing
        draw.text((MARGIN, y + 20), _("My outfit"), INK, font(76, title=True))
        return
    confirmed = certainty in (Outfit.Certainty.CONFIRMED, Outfit.Certainty.CORRECTED)
    _line(draw, y, _("My style") if confirmed else _guess(prediction), 30, MUTED, beside=150)
    _line(draw, y + 20, style_of(style).name(_language()), 76, INK, title=True)
    if certainty == Outfit.Certainty.CORRECTED:  # the model's guesses were wrong
        return
    y += 148
    for each, probability in prediction.top:
        bar = (MARGIN + 330, y + 8, SIZE[0] - MARGIN - 110, y + 24)
        _line(draw, y - 4, each.name(_language()), 28, INK, beside=SIZE[0] - 2 * MARGIN - 310)
        draw.rounded_rectangle(bar, 8, LINE)
        filled = bar[0] + max(16, round((bar[2] - bar[0]) * probability))
        colour = ACCENT if each.id == style else MUTED
        draw.rounded_rectangle((bar[0], bar[1], filled, bar[3]), 8, colour)
        draw.text((SIZE[0] - MARGIN, y - 4), f"{probability:.0%}", INK, font(28), anchor="ra")
        y += 46


def _guess(prediction: Prediction) -> str:
    """How sure the model is, and what else it may be."""
    others = also(prediction)
    return f"{how_sure(prediction)} · {others}" if others else how_sure(prediction)


def _line(
    draw: ImageDraw.ImageDraw,
    y: int,
    text: str,
    size: int,
    colour: str,
    *,
    beside: int = 0,
    title: bool = False,
) -> None:
    """A line from the margin on, smaller where it is too long; `beside` it so much is taken."""
    room = SIZE[0] - 2 * MARGIN - beside
    draw.text((MARGIN, y), text, colour, fitting(text, size, room, title))
