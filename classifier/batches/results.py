"""What came of a batch's photos, by style, and those of one style alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from classifier.catalogue import style_of
from classifier.models import Batch, Outfit, Prediction

_WITHOUT_STYLE = {
    "other:no-outfit": (
        _("no outfit"),
        Q(status=Outfit.Status.DONE) & ~Q(kind=Prediction.Kind.OUTFIT),
    ),
    "other:no-style": (
        _("another style"),
        Q(status=Outfit.Status.DONE, kind=Prediction.Kind.OUTFIT, style=""),
    ),
    "other:failed": (_("failed"), Q(status=Outfit.Status.FAILED)),
}
"""Groups that are no style, by key; no style's id has a colon."""


@dataclass(frozen=True)
class Group:
    """Outfits of one style, or of none; `key` is what a page's query says."""

    key: str
    name: str
    count: int


def ended_outfits(outfits: QuerySet[Outfit], batch: Batch) -> QuerySet[Outfit]:
    """Of these outfits those of the batch that are done or failed."""
    return outfits.filter(batch=batch, status__in=(Outfit.Status.DONE, Outfit.Status.FAILED))


def of_group(outfits: QuerySet[Outfit], key: str) -> QuerySet[Outfit]:
    """Those of one group; all for an empty key, none for one that no group has."""
    if not key:
        return outfits
    return outfits.filter(_WITHOUT_STYLE[key][1] if key in _WITHOUT_STYLE else Q(style=key))


def groups_of(batch: Batch) -> Sequence[Group]:
    """How many outfits of the batch came to which style, the most first, and what came to none."""
    outfits = ended_outfits(Outfit.objects.order_by(), batch)
    language = get_language() or "en"
    counts = outfits.filter(style__gt="").values_list("style").annotate(outfits=Count("pk"))
    groups = [
        Group(style, style_of(style).name(language), count)
        for style, count in counts.order_by("-outfits", "style")
    ]
    for key, (name, condition) in _WITHOUT_STYLE.items():
        if count := outfits.filter(condition).count():
            groups.append(Group(key, str(name), count))
    return groups
