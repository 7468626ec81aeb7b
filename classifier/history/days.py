"""The day that an outfit counts for: when its photo was taken, else when it was uploaded."""

import uuid
from datetime import UTC, date, datetime, timedelta, tzinfo

from django.contrib.auth.models import User
from django.utils import timezone

from classifier.access import outfits_of
from classifier.models import Outfit
from imaging.moment import EARLIEST_YEAR

EARLIEST = date(EARLIEST_YEAR, 1, 1)


def day_taken(taken: datetime | None, zone: tzinfo) -> date | None:
    """The day on which a photo was taken, where `taken` is a plausible moment.

    A moment without an offset, or with a place's, has its day in it: the day that the person had
    there. One in UTC is nobody's clock and is moved to the person's `zone`.
    """
    if taken is None:
        return None
    if taken.tzinfo is UTC:
        try:
            taken = taken.astimezone(zone)
        except OverflowError:
            return None
    return taken.date() if is_plausible(taken.date(), zone) else None


def upload_day(moment: datetime, zone: tzinfo) -> date:
    """The person's day at the moment of an upload."""
    return timezone.localdate(moment, zone)


def is_plausible(day: date, zone: tzinfo) -> bool:
    """Whether somebody may have worn something on that day: not before photos, not later than now.

    A day ahead is granted to who is east of their zone.
    """
    return EARLIEST <= day <= timezone.localdate(timezone=zone) + timedelta(days=1)


def change_day(user: User, outfit_id: uuid.UUID, day: date) -> bool:
    """The owner says which day it was. False: no such day for a photo."""
    if not is_plausible(day, timezone.get_current_timezone()):
        return False
    outfits_of(user).filter(pk=outfit_id).update(day=day, day_source=Outfit.DaySource.OWNER)
    return True
