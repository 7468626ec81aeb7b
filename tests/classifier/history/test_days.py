"""The day of an outfit: from its photo, from the upload in the person's zone, or the owner."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from classifier.history.days import day_taken, upload_day
from classifier.models import Outfit, Preferences
from classifier.uploads.accept import accept_photo
from tests.support.images import outfit_jpeg

Make = Callable[..., Outfit]
# At any moment it is one day in the first and the next, or the one after, in the second.
WEST, EAST = "Etc/GMT+12", "Pacific/Kiritimati"


def photo(seed: int) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{seed}.jpg", outfit_jpeg(seed), "image/jpeg")


def today_in(zone: str) -> date:
    return datetime.now(ZoneInfo(zone)).date()


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        # The turn of a month.
        ("Asia/Seoul", "2026-04-30T14:59:59", "2026-04-30"),
        ("Asia/Seoul", "2026-04-30T15:00:00", "2026-05-01"),
        ("America/Los_Angeles", "2026-03-01T07:59:59", "2026-02-28"),
        ("America/Los_Angeles", "2026-03-01T08:00:00", "2026-03-01"),
        ("Pacific/Apia", "2026-03-31T10:59:59", "2026-03-31"),
        ("Pacific/Apia", "2026-03-31T11:00:00", "2026-04-01"),
        # The clocks go forward on 8 March 2026 and back on 1 November.
        ("America/Los_Angeles", "2026-03-09T06:59:59", "2026-03-08"),
        ("America/Los_Angeles", "2026-03-09T07:00:00", "2026-03-09"),
        ("America/Los_Angeles", "2026-11-02T07:59:59", "2026-11-01"),
        ("America/Los_Angeles", "2026-11-02T08:00:00", "2026-11-02"),
        # Samoa left 30 December 2011 out.
        ("Pacific/Apia", "2011-12-30T09:59:59", "2011-12-29"),
        ("Pacific/Apia", "2011-12-30T10:00:00", "2011-12-31"),
    ],
)
def test_an_upload_belongs_to_the_persons_day(zone: str, moment: str, day: str) -> None:
    uploaded = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert upload_day(uploaded, ZoneInfo(zone)) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("taken", "day"),
    [
        (datetime(2019, 7, 1, 0, 30), date(2019, 7, 1)),
        (datetime(2019, 7, 1, 0, 30, tzinfo=timezone(timedelta(hours=-8))), date(2019, 7, 1)),
        (datetime(2019, 6, 30, 20, 0, tzinfo=UTC), date(2019, 7, 1)),  # nobody's clock
        (datetime(1970, 1, 1), None),
        (datetime(9999, 12, 31, 23, 59, tzinfo=UTC), None),
        (datetime(2999, 1, 1), None),
        (None, None),
    ],
)
def test_the_day_a_photo_was_taken_is_that_of_the_clock_there(
    taken: datetime | None, day: date | None
) -> None:
    assert day_taken(taken, ZoneInfo("Asia/Seoul")) == day


def test_days_follow_the_browsers_zone(owner: User, as_owner: Client) -> None:
    for seed, zone in enumerate((WEST, EAST)):
        before = today_in(zone)
        as_owner.cookies["time_zone"] = zone
        as_owner.post("/outfits/", {"photo": photo(seed)})
        outfit = Outfit.objects.latest("created")
        assert outfit.day in (before, today_in(zone))
        assert outfit.day_source == "upload"
    assert Preferences.objects.get(owner=owner).time_zone == EAST
    # What comes without a browser is of the zone where the person was last.
    assert accept_photo(owner.pk, photo(3)).outfit.day == today_in(EAST)


def test_a_chosen_zone_holds_whatever_the_browser_says(owner: User, as_owner: Client) -> None:
    as_owner.cookies["time_zone"] = WEST
    as_owner.post("/account/data/time-zone/", {"time_zone": EAST})
    as_owner.get("/outfits/")
    assert Preferences.objects.get(owner=owner).time_zone == EAST
    as_owner.post("/outfits/", {"photo": photo(1)})
    assert Outfit.objects.get().day == today_in(EAST)
    page = as_owner.get("/account/data/").content.decode()
    assert f"<option selected>{EAST}</option>" in page

    as_owner.post("/account/data/time-zone/", {"time_zone": ""})
    assert Preferences.objects.get(owner=owner).time_zone == WEST


@pytest.mark.parametrize("name", ["Nowhere/At_all", "../etc/passwd", "utc", "x" * 500])
def test_what_is_no_zone_changes_nothing(owner: User, as_owner: Client, name: str) -> None:
    answer = as_owner.post("/account/data/time-zone/", {"time_zone": name}, follow=True)
    assert "Unknown time zone" in answer.content.decode()
    as_owner.cookies["time_zone"] = name
    assert as_owner.get("/outfits/").status_code == 200
    assert not Preferences.objects.exclude(time_zone="UTC").exists()


def test_a_browser_that_made_a_photo_smaller_says_when_it_was_taken(as_owner: Client) -> None:
    as_owner.post("/outfits/", {"photo": photo(1), "taken": "2021-05-06"})
    outfit = Outfit.objects.get()
    assert (outfit.day, outfit.day_source) == (date(2021, 5, 6), "photo")
    for seed, nonsense in enumerate(("yesterday", "1826-01-01", "2999-01-01", ""), start=2):
        as_owner.post("/outfits/", {"photo": photo(seed), "taken": nonsense})
    assert set(Outfit.objects.exclude(pk=outfit.pk).values_list("day_source")) == {("upload",)}


def test_an_import_of_old_photos_is_a_history_of_years(owner: User, as_owner: Client) -> None:
    for year in (2019, 2021, 2024):
        accept_photo(owner.pk, photo(year), day=date(year, 2, 3))
    page = as_owner.get("/outfits/").content.decode()
    assert [page.index(f"February {year}") for year in (2024, 2021, 2019)] == sorted(
        page.index(f"February {year}") for year in (2024, 2021, 2019)
    )
    only = as_owner.get("/outfits/?since=2021-02-03&until=2021-02-03").content.decode()
    assert only.count('class="thumb"') == 1


def test_the_owner_changes_the_day(
    make_outfit: Make, as_owner: Client, as_stranger: Client
) -> None:
    outfit = make_outfit()
    address = f"/outfits/{outfit.pk}/day/"
    assert as_stranger.post(address, {"day": "2020-01-02"}).status_code == 404
    for wrong in ("2999-01-01", "1900-01-01", "soon", ""):
        as_owner.post(address, {"day": wrong})
        outfit.refresh_from_db()
        assert outfit.day_source == "upload"
    as_owner.post(address, {"day": "2020-01-02"})
    outfit.refresh_from_db()
    assert (outfit.day, outfit.day_source) == (date(2020, 1, 2), "owner")
    assert "You set this date." in as_owner.get(f"/outfits/{outfit.pk}/").content.decode()
