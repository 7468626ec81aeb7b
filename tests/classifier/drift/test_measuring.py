"""The weeks of traffic, counted from rows, shown to staff and told to Prometheus."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from classifier.drift.gauges import DriftCollector
from classifier.drift.measuring import measure, measure_if_due
from classifier.models import Outfit, Release, TrafficState, TrafficWeek
from classifier.references import _reference, reference_of
from tests.conftest import make_person, signed_in
from tests.support.factories import add_outfit
from tests.support.references import clustered, release_with_reference

Fill = Callable[..., None]


@pytest.fixture
def people(site: None) -> list[User]:
    return [make_person(f"person{number}") for number in range(5)]


@pytest.fixture
def with_reference(site: None) -> Release:
    """An active release whose bundle in the bucket has a reference."""
    return release_with_reference()


@pytest.fixture
def fill(people: list[User], with_reference: Release, settings: Any) -> Fill:
    """Photos of five people in one week: so many outfits, and others without one."""
    settings.FASI_DRIFT_PEOPLE = 5

    def add(source: str, weeks_ago: int, outfits: int, others: int = 0, shift: float = 0) -> None:
        looks = clustered(outfits + others, seed=weeks_ago + 10, shift=shift)
        for place, look in enumerate(looks):
            made = add_outfit(
                people[place % 5],
                with_reference,
                f"style{place % 13}",
                days_ago=7 * weeks_ago,
                confidence=0.8,
                look=look,
                kind="outfit" if place < outfits else "none",
            )
            Outfit.objects.filter(pk=made.outfit_id).update(source=source)

    return add


def row_of(source: str) -> TrafficWeek:
    return TrafficWeek.objects.get(source=source)


def test_a_week_is_counted_by_source(fill: Fill) -> None:
    fill("phone", 0, outfits=26, others=4)
    fill("api", 0, outfits=25)

    assert measure() == 1

    row = row_of("phone")
    assert (row.photos, row.none, row.people_only, row.unsure) == (30, 4, 0, 0)
    assert row.outfits == sum(row.styles) == sum(row.confidences) == 26
    assert row.confidence == pytest.approx(26 * 0.8)
    assert row.week is not None
    assert row.week.weekday() == 0
    assert row_of("api").photos == 25


def test_the_photos_of_few_people_are_not_compared_with_training(fill: Fill) -> None:
    fill("phone", 0, outfits=60)
    fill("site", 0, outfits=60, shift=1)

    measure()

    # Of one person five count at most, and twenty-five are too few to tell.
    assert row_of("phone").mmd is None
    assert row_of("site").sampled == 0


def test_many_peoples_embeddings_are_told_apart(
    fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("classifier.drift.measuring.OF_ONE_PERSON", 20)
    fill("phone", 0, outfits=60)
    fill("site", 0, outfits=60, shift=1)

    measure()

    near, far = row_of("phone"), row_of("site")
    assert near.mmd is not None
    assert far.mmd is not None
    assert far.mmd > near.mmd
    assert far.p_value == 1 / 500
    assert near.unusual < 15 < 45 < far.unusual
    validation = row_of("validation")
    assert (validation.photos, validation.unsure, validation.week) == (260, 39, None)


def test_only_weeks_that_changed_are_counted_again(fill: Fill) -> None:
    fill("phone", 3, outfits=25)
    fill("phone", 0, outfits=25)
    assert measure() == 2
    before = TrafficWeek.objects.get(week__lt=timezone.now() - timedelta(days=10))
    TrafficState.objects.update(until=timezone.now() + timedelta(minutes=11))

    assert measure() == 0
    assert measure(everything=True) == 2
    after = TrafficWeek.objects.get(week=before.week)
    assert (after.photos, after.pk != before.pk) == (25, True)


def test_it_is_done_when_it_is_due_and_by_one_at_a_time(fill: Fill) -> None:
    fill("phone", 0, outfits=25)
    assert measure_if_due() == 1
    assert measure_if_due() == 0

    TrafficState.objects.update(until=None)
    other = connection.copy()  # another process that is at it
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT FROM classifier_trafficstate FOR UPDATE")
        assert measure() == 0
        other.rollback()
    finally:
        other.close()
    assert measure() == 1


def test_what_rests_on_few_people_is_not_kept(fill: Fill, settings: Any) -> None:
    settings.FASI_DRIFT_PEOPLE = 6
    fill("phone", 0, outfits=25)

    measure()

    assert not TrafficWeek.objects.exclude(source="validation").exists()


def test_a_bundle_without_a_reference_is_counted_without_distances(
    people: list[User], with_reference: Release
) -> None:
    older = Release.objects.create(
        name="older", bundle_key="bundles/older/", sha256="0" * 64, taxonomy=with_reference.taxonomy
    )
    for place in range(25):
        add_outfit(people[place % 5], older, "style1")

    call_command("measure_drift", "--all")

    row = row_of("unknown")
    assert (row.photos, row.mmd, row.sampled) == (25, None, 0)
    assert reference_of(older) is None
    assert not TrafficWeek.objects.filter(source="validation").exists()


def test_a_reference_that_is_not_the_releases_own_is_not_used(with_reference: Release) -> None:
    from classifier.storage import objects

    assert reference_of(with_reference) is not None
    objects.put(f"{with_reference.bundle_key}reference.npz", b"other", "text/plain")
    assert reference_of(with_reference) is not None  # once a process
    _reference.cache_clear()
    assert reference_of(with_reference) is None


def staff_who_may(*permissions: str) -> Client:
    person = make_person("looker", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return signed_in(person)


def test_the_page_is_for_staff_with_the_permission(fill: Fill, as_owner: Client) -> None:
    assert as_owner.get("/staff/drift/").status_code == 403
    assert staff_who_may("change_outfit").get("/staff/drift/").status_code == 403


def test_the_page_says_what_differs_and_draws_it(fill: Fill, with_reference: Release) -> None:
    for ago in (3, 2, 1):
        fill("phone", ago, outfits=56, others=4)
    fill("phone", 0, outfits=30, others=30)
    measure()

    browser = staff_who_may("view_trafficweek")
    page = browser.get("/staff/drift/").content.decode()

    assert "50% of phone photos show no outfit; usually 7%." in page
    assert page.count('data-measure="no_outfit"') == 2  # all photos, and those of phones
    assert '<figure class="changed" data-measure="no_outfit">' in page
    assert 'style="' not in page
    assert browser.get(f"/staff/drift/?release={with_reference.pk}").status_code == 200


def test_an_empty_page_says_why(as_staff: Client) -> None:
    page = as_staff.get("/staff/drift/?release=no-number").content.decode()
    assert "No week has enough photos yet." in page


def test_prometheus_is_told_the_newest_week(fill: Fill) -> None:
    for ago in (2, 1):
        fill("phone", ago, outfits=30)
    fill("phone", 0, outfits=20, others=20)
    measure()
    cache.clear()

    families = {family.name: family for family in DriftCollector().collect()}
    told = {
        (family.name, *sample.labels.values()): sample.value
        for family in families.values()
        for sample in family.samples
    }

    assert told["fasi_drift_photos", "phone"] == 40
    assert told["fasi_drift_value", "phone", "no_outfit"] == 0.5
    assert told["fasi_drift_change", "all", "no_outfit"] == 0.5
    assert told["fasi_drift_changed", "phone", "no_outfit"] == 1
    assert told["fasi_drift_changed", "phone", "unsure"] == 0
    assert told["fasi_drift_measured_timestamp_seconds",] > 0
