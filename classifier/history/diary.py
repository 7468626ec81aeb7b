"""What a person writes beside their outfits: a note, tags, a favorite, further days worn."""

import re
import unicodedata
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from classifier.access import outfits_of
from classifier.history.days import is_plausible
from classifier.history.search import words_of
from classifier.models import Outfit, WornDay
from classifier.models.diary import LONGEST_NOTE, LONGEST_TAG, MOST_TAGS
from classifier.values.text import NOT_IN_A_LINE

MOST_WORN = 366
"""Further days of one outfit."""
OF_NEWEST = 300
"""Tagged outfits, the newest, whose tags are offered."""


def read_tags(typed: Iterable[str]) -> list[str]:
    """Tags as they are kept: lower case, without blanks around them, each once.

    Raises ValueError where there are too many, or one is too long.
    """
    plain = (unicodedata.normalize("NFKC", each).casefold() for each in typed)
    tags = [re.sub(r"\s+", " ", each).strip().lstrip("#") for each in plain]
    tags = list(dict.fromkeys(filter(None, tags)))
    if len(tags) > MOST_TAGS or any(
        len(each) > LONGEST_TAG or NOT_IN_A_LINE.search(each) for each in tags
    ):
        raise ValueError("too many tags, or one is too long")
    return tags


def write(
    user: User,
    outfit_id: uuid.UUID,
    *,
    note: str | None = None,
    tags: Sequence[str] | None = None,
    favorite: bool | None = None,
) -> None:
    """Change what is not None of this person's outfit; searches find it from then on.

    Raises ValueError for a note or tags that are too long.
    """
    changes: dict[str, object] = {}
    if note is not None:
        changes["note"] = note.replace("\r\n", "\n").strip()
        if len(str(changes["note"])) > LONGEST_NOTE:
            raise ValueError("too long a note")
    if tags is not None:
        changes["tags"] = read_tags(tags)
    if favorite is not None:
        changes["favorite"] = favorite
    with transaction.atomic():
        # The lock: words come from the whole row, and maintenance writes a palette meanwhile.
        found = outfits_of(user).prefetch_related(None).select_for_update(of=("self",))
        outfit = found.filter(pk=outfit_id).first()
        if outfit is None:
            return
        for name, value in changes.items():
            setattr(outfit, name, value)
        Outfit.objects.filter(pk=outfit_id).update(**changes, words=words_of(outfit))


def wear_again(user: User, outfit_id: uuid.UUID, day: date) -> bool:
    """Note one more day on which the outfit was worn. False: no such day, or too many of them."""
    outfit = outfits_of(user).prefetch_related(None).filter(pk=outfit_id).first()
    if outfit is None or not is_plausible(day, timezone.get_current_timezone()):
        return False
    if outfit.worn_days.count() >= MOST_WORN:
        return False
    if day != outfit.day:
        WornDay.objects.get_or_create(outfit=outfit, owner=user, day=day)
    return True


def not_worn(user: User, outfit_id: uuid.UUID, day: date) -> None:
    """Take one of the further days back."""
    WornDay.objects.filter(owner=user, outfit=outfit_id, day=day).delete()


def replace_worn(user: User, outfit_id: uuid.UUID, days: Iterable[date]) -> bool:
    """Set all further days at once. False, and nothing changes: one is no day for a photo."""
    chosen, zone = set(days), timezone.get_current_timezone()
    if len(chosen) > MOST_WORN or not all(is_plausible(each, zone) for each in chosen):
        return False
    with transaction.atomic():
        found = outfits_of(user).prefetch_related(None).select_for_update(of=("self",))
        outfit = found.filter(pk=outfit_id).first()
        if outfit is None:
            return False
        outfit.worn_days.all().delete()
        WornDay.objects.bulk_create(
            WornDay(outfit=outfit, owner=user, day=day) for day in chosen - {outfit.day}
        )
    return True


def worn_days(outfits: Iterable[Outfit]) -> dict[uuid.UUID, list[date]]:
    """The further days of these outfits, oldest first; nothing for those without."""
    found: dict[uuid.UUID, list[date]] = {}
    rows = WornDay.objects.filter(outfit__in=[each.pk for each in outfits]).order_by("day")
    for outfit_id, day in rows.values_list("outfit", "day"):
        found.setdefault(outfit_id, []).append(day)
    return found


def tags_in_use(user: User, most: int = 30) -> list[str]:
    """The tags of the person's newest tagged outfits, the most frequent first."""
    rows = outfits_of(user).prefetch_related(None).exclude(tags=[])[:OF_NEWEST]
    counts = Counter(tag for tags in rows.values_list("tags", flat=True) for tag in tags)
    return [tag for tag, _ in counts.most_common(most)]
