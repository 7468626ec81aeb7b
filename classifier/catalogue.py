"""The styles that outfits may have, of all releases, and the wardrobes to choose from."""

import time
from collections.abc import Mapping
from functools import lru_cache

from classifier.models import Release
from inference.taxonomy import Style, Wardrobe

_KEPT_S = 60


def known_styles() -> dict[str, Style]:
    """By id, in the newest release's words. A process knows a new release's a minute later."""
    return _read(int(time.monotonic() / _KEPT_S))


def style_of(style_id: str) -> Style:
    """The style with this id; its id stands for its name where no release knows it."""
    is_known(style_id)
    return known_styles().get(style_id) or Style(style_id, {"en": style_id}, {"en": ""})


def is_known(style_id: str) -> bool:
    """Whether some release has a style with this id; reads again what may be new since."""
    if style_id not in known_styles():
        _read.cache_clear()  # a release may have brought it within the last minute
    return style_id in known_styles()


@lru_cache(maxsize=1)
def _read(minute: int) -> dict[str, Style]:
    releases = Release.objects.order_by("created").defer("metrics")
    return {style.id: style for release in releases for style in release.styles.styles}


def offered_wardrobes() -> Mapping[str, Wardrobe]:
    """Those of the active release's taxonomy, by id; none where there is no such release."""
    active = Release.objects.filter(status=Release.Status.ACTIVE).only("taxonomy").first()
    return active.styles.wardrobes if active else {}
