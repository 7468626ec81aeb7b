"""What somebody wore in a month, in short; and a public link to a card of it.

The card speaks the language of whoever shares, as an outfit's does (`classifier.history.sharing`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from django.contrib.auth.models import User
from django.db.models import Count
from django.utils.formats import date_format
from django.utils.translation import get_language, override
from PIL import Image, ImageDraw, ImageOps

from classifier.access import outfits_of
from classifier.catalogue import style_of
from classifier.history.calendar import colours_of, last_of
from classifier.history.card_drawing import (
    ACCENT,
    INK,
    MUTED,
    PAPER,
    SIZE,
    fitting,
    font,
    one_at_a_time,
)
from classifier.history.large_thumbs import large_thumb_key
from classifier.history.palette import Colour, read, stored
from classifier.models import Outfit, Prediction, SharedRecap, WornDay
from classifier.storage import objects
from classifier.storage.objects import ObjectMissing
from imaging.thumbnails import jpeg

SHOWN = 9
"""Thumbs of a recap: favorites first, then the newest, then what was worn again."""
STYLES = 3
_MARGIN, _GAP, _GRID = 40, 12, 1000


@dataclass(frozen=True)
class Recap:
    """A month: how many outfits on how many days, its styles by frequency, its colours.

    `styles` are ids with counts; `newcomers` those that were never worn before it.
    """

    first: date
    outfits: int
    days: int
    again: int
    styles: Sequence[tuple[str, int]]
    newcomers: Sequence[str]
    colours: Sequence[Colour]
    shown: Sequence[Outfit]


def recap_of(user: User, first: date) -> Recap:
    """The recap of the month that begins with `first`."""
    last = last_of(first)
    worn = outfits_of(user).prefetch_related(None)
    worn = worn.filter(status=Outfit.Status.DONE, kind=Prediction.Kind.OUTFIT)
    of_month = worn.filter(day__gte=first, day__lte=last)
    by_style = of_month.exclude(style="").order_by().values_list("style")
    styles = sorted(by_style.annotate(Count("pk")), key=lambda pair: (-pair[1], pair[0]))
    again = WornDay.objects.filter(owner=user, day__gte=first, day__lte=last)
    again = again.filter(outfit__in=worn.values("pk"))
    days = set(of_month.order_by().values_list("day", flat=True).distinct())
    shown = list(of_month.order_by("-favorite", "-day", "-created", "-id")[:SHOWN])
    if len(shown) < SHOWN:
        older = worn.filter(pk__in=again.values("outfit")).exclude(pk__in=of_month.values("pk"))
        shown += older[: SHOWN - len(shown)]
    return Recap(
        first=first,
        outfits=of_month.count(),
        days=len(days | set(again.values_list("day", flat=True))),
        again=again.count(),
        styles=styles,
        newcomers=[
            style for style, _ in styles if not worn.filter(style=style, day__lt=first).exists()
        ],
        colours=colours_of(user, first),
        shown=shown,
    )


def share(user: User, recap: Recap) -> SharedRecap:
    """The public link to this recap, as it is now; sharing it again keeps the link.

    Its card speaks the language of whoever shares it.
    """
    said = {
        "outfits": recap.outfits,
        "days": recap.days,
        "styles": [list(each) for each in recap.styles[:STYLES]],
        "colours": stored(recap.colours),
    }
    shown = [each.pk for each in recap.shown]
    kept = {"outfits": shown, "said": said, "language": get_language() or "en"}
    return SharedRecap.objects.update_or_create(owner=user, month=recap.first, defaults=kept)[0]


def stop(user: User, first: date) -> None:
    """Take the link back; a later one is another."""
    SharedRecap.objects.filter(owner=user, month=first).delete()


def shared(token: str) -> SharedRecap | None:
    """What is behind a link; none where nothing of it is left."""
    found = SharedRecap.objects.filter(token=token).select_related("owner").first()
    return found if found and _left(found) else None


def card_jpeg(recap: SharedRecap) -> bytes:
    """The month as a picture: its thumbs, its styles and colours.

    Drawn for each who asks, and kept nowhere: what is deleted is on no card from then on, be it in
    the bin. Raises StorageUnavailable.
    """
    pictures = list(filter(None, map(_picture, _left(recap))))
    with one_at_a_time, override(recap.language):
        return _drawn(recap, pictures)


def _left(recap: SharedRecap) -> list[Outfit]:
    """The outfits that are still there, and outfits."""
    there = outfits_of(recap.owner).prefetch_related(None).filter(kind=Prediction.Kind.OUTFIT)
    found = there.in_bulk(recap.outfits)
    return [found[each] for each in recap.outfits if each in found]


def _picture(outfit: Outfit) -> bytes:
    """Its large thumb: a tile of a card may be three times as wide as what lists show."""
    try:
        return objects.get(large_thumb_key(outfit))
    except ObjectMissing:
        return b""


def _drawn(recap: SharedRecap, pictures: list[bytes]) -> bytes:
    card = Image.new("RGB", SIZE, PAPER)
    across = 1 if len(pictures) < 2 else 2 if len(pictures) < 5 else 3
    rows = -(-len(pictures) // across)
    side = (_GRID - _GAP * (across - 1)) // across
    height = (_GRID - _GAP * (rows - 1)) // rows if rows else _GRID
    for place, data in enumerate(pictures):
        with Image.open(BytesIO(data), formats=("JPEG",)) as thumb:
            tile = ImageOps.fit(thumb.convert("RGB"), (side, height), centering=(0.5, 0.2))
        y, x = divmod(place, across)
        card.paste(tile, (_MARGIN + x * (side + _GAP), _MARGIN + y * (height + _GAP)))
    _write(ImageDraw.Draw(card), recap)
    return jpeg(card)


def _write(draw: ImageDraw.ImageDraw, recap: SharedRecap) -> None:
    y, room = _MARGIN + _GRID + 32, SIZE[0] - 2 * _MARGIN
    month = date_format(recap.month, "YEAR_MONTH_FORMAT")
    draw.text((_MARGIN, y - 16), month, INK, fitting(month, 68, room - 150, title=True))
    draw.text((SIZE[0] - _MARGIN, y + 8), "FASI", ACCENT, font(36, title=True), anchor="ra")
    styles = "   ".join(
        f"{style_of(style).name(recap.language)} {count}" for style, count in recap.said["styles"]
    )
    draw.text((_MARGIN, y + 96), styles, MUTED, fitting(styles, 34, room))
    colours = read(recap.said["colours"])
    x = float(_MARGIN)
    for each in colours:
        width = each.share * _GRID
        draw.rectangle((x, y + 164, x + width, y + 228), each.code)
        x += width
