"""Ideas from a person's own history, for a site without a catalogue.

What they wore at this time of the year before, which is much the same weather, and a style that
they used to wear and have not worn for long. Without weights: two rules that anybody can check.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db import connection
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from classifier.access import outfits_of
from classifier.catalogue import style_of
from classifier.models import Outfit, Prediction

AROUND = timedelta(days=15)
YEAR = timedelta(days=365)
LONG = timedelta(days=60)
USED_TO = 3
"""Outfits of a style that somebody used to wear."""
EACH = 6
"""Ideas of either kind at most."""
NEWEST = 5_000
"""Older outfits are not looked at."""

_FORGOTTEN = """
    SELECT style, max(day) FROM (
        SELECT style, day FROM classifier_outfit
        WHERE owner_id = %(owner)s AND status = 'done' AND kind = 'outfit'
        ORDER BY created DESC, id DESC LIMIT %(newest)s
    ) AS earlier
    WHERE style > ''
    GROUP BY style HAVING count(*) >= %(used_to)s AND max(day) <= %(before)s
    ORDER BY count(*) DESC, style LIMIT %(most)s
"""


@dataclass(frozen=True)
class Idea:
    """An outfit of the person's own, and why it is worth another look."""

    outfit: Outfit
    why: str


def ideas_for(user: User, today: date) -> list[Idea]:
    """None for a person without a history."""
    return [*_of_last_year(user, today), *_not_worn_for_long(user, today)]


def _of_last_year(user: User, today: date) -> Iterable[Idea]:
    then = today - YEAR
    worn = outfits_of(user).filter(
        status=Outfit.Status.DONE,
        kind=Prediction.Kind.OUTFIT,
        day__gte=then - AROUND,
        day__lte=then + AROUND,
    )
    for outfit in sorted(worn[: 5 * EACH], key=lambda each: abs(each.day - then))[:EACH]:
        yield Idea(outfit, _("You wore this around this time last year."))


def _not_worn_for_long(user: User, today: date) -> Iterable[Idea]:
    with connection.cursor() as cursor:
        cursor.execute(
            _FORGOTTEN,
            {
                "owner": user.pk,
                "newest": NEWEST,
                "used_to": USED_TO,
                "before": today - LONG,
                "most": EACH,
            },
        )
        forgotten = cursor.fetchall()
    language = get_language() or "en"
    for style, last in forgotten:
        worn = outfits_of(user).filter(status=Outfit.Status.DONE, style=style, day=last)
        told = {"style": style_of(style).name(language), "day": date_format(last, "DATE_FORMAT")}
        for outfit in worn[:1]:
            yield Idea(outfit, _("You haven’t worn %(style)s since %(day)s.") % told)
