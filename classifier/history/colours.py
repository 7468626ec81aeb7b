"""What colours are called: the basic terms of Berlin and Kay ("Basic Color Terms", 1969), and more.

Navy and beige are no basic terms, but clothes are sold by them. A colour is named by its place in
CIELAB, as lightness, chroma and hue angle; the limits were set by hand on the named colours of CSS
(`tests/classifier/history/test_palettes.py` has them).
"""

import math

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

NAMES: dict[str, StrOrPromise] = {
    "black": _("black"),
    "gray": _("gray"),
    "white": _("white"),
    "beige": _("beige"),
    "brown": _("brown"),
    "red": _("red"),
    "pink": _("pink"),
    "orange": _("orange"),
    "yellow": _("yellow"),
    "green": _("green"),
    "blue": _("blue"),
    "navy": _("navy"),
    "purple": _("purple"),
}
_TYPED = {
    "black": ("black", "검정", "검은", "검은색", "블랙"),
    "gray": ("gray", "grey", "회색", "그레이"),
    "white": ("white", "흰색", "하얀", "하양", "화이트"),
    "beige": ("beige", "tan", "베이지"),
    "brown": ("brown", "갈색", "브라운"),
    "red": ("red", "빨강", "빨간", "빨간색", "레드"),
    "pink": ("pink", "분홍", "분홍색", "핑크"),
    "orange": ("orange", "주황", "주황색", "오렌지"),
    "yellow": ("yellow", "노랑", "노란", "노란색", "옐로"),
    "green": ("green", "초록", "초록색", "녹색", "그린"),
    "blue": ("blue", "파랑", "파란", "파란색", "블루"),
    "navy": ("navy", "남색", "네이비"),
    "purple": ("purple", "violet", "보라", "보라색", "퍼플"),
}
"""What somebody types for it, in either language."""
SHORTEST = 2


def typed_as(word: str) -> list[str]:
    """The colours that a word in lower case, or its beginning, means."""
    if len(word) < SHORTEST:
        return []
    return [name for name, words in _TYPED.items() if any(each.startswith(word) for each in words)]


def name_of(lightness: float, a: float, b: float) -> str:
    """The name of a colour of CIELAB."""
    chroma = math.hypot(a, b)
    hue = math.degrees(math.atan2(b, a)) % 360
    if chroma < 7 or (lightness < 20 and chroma < 14):
        return "black" if lightness < 27 else "white" if lightness > 86 else "gray"
    if 45 <= hue < 112 and chroma < 15 and lightness > 91:
        return "white"
    return (
        _warm(lightness, chroma, hue) if hue < 112 or hue >= 338 else _cool(lightness, chroma, hue)
    )


def _warm(lightness: float, chroma: float, hue: float) -> str:
    reddish = hue < 45 or hue >= 338
    if reddish and lightness >= 58 and not (20 <= hue < 45 and chroma > 65):
        return "beige" if 30 <= hue < 45 and chroma < 22 else "pink"
    if reddish:
        return "brown" if 10 <= hue < 45 and chroma < 30 else "red"
    if chroma < 45 and hue < 98:
        return "beige" if lightness >= 62 else "brown"
    if hue >= 80:
        if lightness < 60 or (hue >= 98 and chroma < 25):
            return "green"  # olive and khaki
        return "yellow" if chroma >= 30 else "beige"
    return "brown" if lightness < 48 else "orange"


def _cool(lightness: float, chroma: float, hue: float) -> str:
    if hue < 190:
        return "green"
    if hue < 314 and lightness < 30:
        return "navy" if hue >= 235 else "blue"
    if hue < 298 or (hue < 314 and chroma > 90):  # the blue of screens has the hue of a lilac
        return "blue"
    return "purple" if lightness < 72 else "pink"
