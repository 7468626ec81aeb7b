"""The sums of one week by one release, by source: three statements, whatever came in.

What sets a week's bounds is the upload (`outfit_newest`), so predictions that are made anew by a
backfill count in the week of their photo. A week reads its own outfits and, by the unique index
(outfit, release), their predictions.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db import connection

from classifier.models import Prediction, Release

BINS = 20
WEEK = timedelta(days=7)

_OF_THE_WEEK = """
    FROM classifier_outfit AS outfit
    JOIN classifier_prediction AS prediction
      ON prediction.outfit_id = outfit.id AND prediction.release_id = %(release)s
    WHERE outfit.created >= %(since)s AND outfit.created < %(until)s
      AND outfit.status <> 'binned'
      AND outfit.source <> 'catalogue'
"""
_COUNTS = f"""
    SELECT outfit.source, prediction.kind, prediction.style, prediction.decided,
           least(width_bucket(prediction.confidence, 0, 1, {BINS}), {BINS}) - 1,
           count(*), sum(prediction.confidence)
    {_OF_THE_WEEK}
    GROUP BY 1, 2, 3, 4, 5
"""
_PEOPLE = f"SELECT DISTINCT outfit.source, outfit.owner_id {_OF_THE_WEEK}"
# Ids of outfits are random, so the first by id are drawn at random. Photos of one person are
# alike: a few of each, or one wardrobe would look like a change of the traffic.
_SAMPLE = f"""
    WITH mine AS (
        SELECT prediction.id, outfit.source, outfit.id AS outfit,
               row_number() OVER (
                   PARTITION BY outfit.source, outfit.owner_id ORDER BY outfit.id
               ) AS of_owner
        {_OF_THE_WEEK} AND prediction.kind = 'outfit'
    ), drawn AS (
        SELECT id, source, row_number() OVER (PARTITION BY source ORDER BY outfit) AS place
        FROM mine WHERE of_owner <= %(of_one)s
    )
    SELECT source, id FROM drawn WHERE place <= %(most)s ORDER BY place
"""  # noqa: S608
_CHANGED = """
    SELECT DISTINCT prediction.release_id,
           date_trunc('week', outfit.created AT TIME ZONE 'UTC')::date
    FROM classifier_prediction AS prediction
    JOIN classifier_outfit AS outfit ON outfit.id = prediction.outfit_id
    WHERE %(since)s::timestamptz IS NULL OR prediction.created >= %(since)s
"""


@dataclass
class Sums:
    """What is counted of one source; `styles` has a count for each style of the release."""

    styles: list[int]
    photos: int = 0
    people_only: int = 0
    none: int = 0
    unsure: int = 0
    confidence: float = 0
    confidences: list[int] = field(default_factory=lambda: [0] * BINS)
    owners: set[int] = field(default_factory=set)

    def add(self, other: "Sums") -> None:
        """Count what `other` counted, too."""
        self.photos += other.photos
        self.people_only += other.people_only
        self.none += other.none
        self.unsure += other.unsure
        self.confidence += other.confidence
        self.owners |= other.owners
        self.styles = [a + b for a, b in zip(self.styles, other.styles, strict=True)]
        self.confidences = [a + b for a, b in zip(self.confidences, other.confidences, strict=True)]


def weeks_that_changed(since: datetime | None) -> list[tuple[int, date]]:
    """Release and Monday of every week of which a prediction was written since then, or ever."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, {"since": since})
        return sorted(cursor.fetchall())


def sums_of(release: Release, week: date) -> dict[str, Sums]:
    """The sums of each source that has photos of this week."""
    ids = release.styles.ids
    places = {style: place for place, style in enumerate(ids)}
    found: dict[str, Sums] = defaultdict(lambda: Sums([0] * len(ids)))
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, _bounds(release, week))
        for source, kind, style, decided, place, count, confidence in cursor.fetchall():
            sums = found[source]
            sums.photos += count
            if kind == Prediction.Kind.PEOPLE:
                sums.people_only += count
            elif kind == Prediction.Kind.NONE:
                sums.none += count
            else:
                sums.unsure += 0 if decided else count
                sums.confidence += confidence
                sums.confidences[place] += count
                sums.styles[places[style]] += count
        cursor.execute(_PEOPLE, _bounds(release, week))
        for source, owner_id in cursor.fetchall():
            found[source].owners.add(owner_id)
    return dict(found)


def sample_of(release: Release, week: date, most: int, of_one: int) -> dict[str, list[int]]:
    """By source: predictions of outfits, drawn at random, at most `of_one` of a person."""
    drawn: dict[str, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_SAMPLE, {**_bounds(release, week), "most": most, "of_one": of_one})
        for source, prediction_id in cursor.fetchall():
            drawn[source].append(prediction_id)
    return drawn


def merged(found: dict[str, Sums], photos: int, people: int, other: str) -> dict[str, list[str]]:
    """Which sources are shown together: `{shown: sources}`; who is too few is in `other`, or out.

    Nothing is shown of fewer than `photos` photos or `people` people. Since no total of all sources
    is kept beside them, what is left out cannot be found by subtracting.
    """

    def enough(sums: Iterable[Sums]) -> bool:
        chosen = list(sums)
        owners = {owner for each in chosen for owner in each.owners}
        return sum(each.photos for each in chosen) >= photos and len(owners) >= people

    shown = {source: [source] for source, sums in found.items() if enough([sums])}
    small = [source for source in found if source not in shown]
    if small and enough(found[source] for source in small):
        shown[other] = small
    return shown


def _bounds(release: Release, week: date) -> dict[str, int | datetime]:
    since = datetime(week.year, week.month, week.day, tzinfo=UTC)
    return {"release": release.pk, "since": since, "until": since + WEEK}
