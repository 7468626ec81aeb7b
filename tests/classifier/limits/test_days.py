"""The day of a quota is the person's, and moving between time zones gives nobody a second one."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile

from classifier.models import Preferences, Usage
from classifier.uploads.accept import accept_photo
from classifier.uploads.refusals import Refusal, Refused
from tests.support.images import outfit_jpeg

# At any moment the second is a day ahead of the first, or two.
WEST, EAST = "Etc/GMT+12", "Pacific/Kiritimati"


def upload(owner: User, seed: int) -> None:
    accept_photo(owner.pk, SimpleUploadedFile(f"{seed}.jpg", outfit_jpeg(seed)))


def move(owner: User, zone: str) -> None:
    Preferences.objects.update_or_create(owner=owner, defaults={"time_zone": zone, "chosen": True})


def test_the_quota_is_of_the_persons_day(owner: User, settings: Any) -> None:
    settings.FASI_UPLOADS_PER_DAY = 1
    for seed, zone in enumerate((WEST, EAST)):
        move(owner, zone)
        before = datetime.now(ZoneInfo(zone)).date()
        upload(owner, seed)
        assert Usage.objects.get(owner=owner).day in (before, before + timedelta(days=1))
    with pytest.raises(Refused) as refused:
        upload(owner, 3)
    assert refused.value.reason is Refusal.DAILY_QUOTA
    midnight = datetime.now(ZoneInfo(EAST)) + timedelta(seconds=refused.value.retry_after_s)
    assert abs(midnight.hour * 60 + midnight.minute - 24 * 60) % (24 * 60) <= 1

    move(owner, WEST)
    with pytest.raises(Refused):
        upload(owner, 4)
    move(owner, EAST)
    with pytest.raises(Refused):
        upload(owner, 5)
