"""Counts the weeks of traffic of which something new is known, and writes them down. For workers.

Of each week only sums are kept, and nothing that rests on too few photos or people; see
`classifier.drift.counting.merged`. A photo that is deleted later stays counted until its week is
counted anew. Embeddings are compared within one release only.
"""

from datetime import date, datetime, timedelta

import numpy as np
import structlog
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from classifier.drift.counting import Sums, merged, sample_of, sums_of, weeks_that_changed
from classifier.drift.mmd import Floats, discrepancy
from classifier.models import Prediction, Release, TrafficState, TrafficWeek
from classifier.references import reference_of
from inference.reference import BINS, Reference

log = structlog.get_logger(__name__)

Source = TrafficWeek.Source
SAMPLE = 300
"""Embeddings of a week's source that are compared, and of the reference."""
OF_ONE_PERSON = 5
LEAST_SAMPLE = 30
USUAL_PERCENTILE = 95
# A transaction that wrote a prediction may have ended after a later one was counted.
OVERLAP = timedelta(minutes=10)


def measure_if_due() -> int:
    """Count what changed, if that was longer ago than FASI_DRIFT_S. Returns how many weeks."""
    state = TrafficState.objects.first()
    due = timedelta(seconds=settings.FASI_DRIFT_S)
    if state and state.until and timezone.now() - state.until < due:
        return 0
    return measure()


def measure(*, everything: bool = False) -> int:
    """Count every week that changed since the last time, or `everything`; how many weeks.

    One process at a time: another that counts makes this one return at once. All weeks are written
    or none: what a killed process had counted is counted again. Raises StorageUnavailable.
    """
    TrafficState.objects.get_or_create(pk=1)
    with transaction.atomic():
        state = TrafficState.objects.select_for_update(skip_locked=True).first()
        if state is None:
            return 0
        begun = timezone.now()
        since = state.until - OVERLAP if state.until and not everything else None
        weeks = weeks_that_changed(since)
        releases = Release.objects.in_bulk({release_id for release_id, _ in weeks})
        for release in releases.values():
            _write_validation(release)
        for release_id, week in weeks:
            _measure_week(releases[release_id], week)
        TrafficState.objects.filter(pk=state.pk).update(until=begun)
    log.info("drift_measured", weeks=len(weeks))
    return len(weeks)


def measured_until() -> datetime | None:
    """When the weeks were counted last."""
    return TrafficState.objects.values_list("until", flat=True).first()


def _measure_week(release: Release, week: date) -> None:
    found = sums_of(release, week)
    shown = merged(found, settings.FASI_DRIFT_PHOTOS, settings.FASI_DRIFT_PEOPLE, Source.OTHER)
    reference = reference_of(release)
    drawn = sample_of(release, week, SAMPLE, OF_ONE_PERSON) if reference and shown else {}
    rows = []
    for name, sources in shown.items():
        sums = Sums([0] * len(release.styles.ids))
        for source in sources:
            sums.add(found[source])
        row = _row(release, week, name, sums)
        ids = [pk for source in sources for pk in drawn.get(source, [])][:SAMPLE]
        if reference and len(ids) >= LEAST_SAMPLE:
            _compare(row, _embeddings(ids), reference)
        rows.append(row)
    with transaction.atomic():
        TrafficWeek.objects.filter(release=release, week=week).delete()
        TrafficWeek.objects.bulk_create(rows)


def _row(release: Release, week: date | None, source: str, sums: Sums) -> TrafficWeek:
    return TrafficWeek(
        release=release,
        week=week,
        source=source,
        photos=sums.photos,
        people_only=sums.people_only,
        none=sums.none,
        unsure=sums.unsure,
        confidence=sums.confidence,
        styles=sums.styles,
        confidences=sums.confidences,
    )


def _embeddings(ids: list[int]) -> Floats:
    rows = Prediction.objects.filter(pk__in=ids).order_by("outfit").values_list("embedding")
    return np.array([each for (each,) in rows], np.float32)


def _compare(row: TrafficWeek, sample: Floats, reference: Reference) -> None:
    farther = reference.distances_of(sample) > reference.distances[USUAL_PERCENTILE]
    drawn = np.random.default_rng(0).permutation(len(reference.embeddings))[:SAMPLE]
    found = discrepancy(sample, reference.embeddings[drawn])
    row.sampled, row.unusual = len(sample), int(farther.sum())
    row.mmd, row.p_value = found.mmd, found.p_value


def _write_validation(release: Release) -> None:
    """What the bundle tells of its validation photos, once."""
    rows = TrafficWeek.objects.filter(release=release, source=Source.VALIDATION)
    if rows.exists() or (reference := reference_of(release)) is None:
        return
    middles = (np.arange(BINS) + 0.5) / BINS
    sums = Sums(
        styles=reference.styles.tolist(),
        photos=reference.photos,
        unsure=reference.unsure,
        confidence=float((reference.confidences * middles).sum()),
        confidences=reference.confidences.tolist(),
    )
    row = _row(release, None, Source.VALIDATION, sums)
    row.sampled = reference.photos
    row.unusual = round(reference.photos * (100 - USUAL_PERCENTILE) / 100)
    row.measured = Now()
    TrafficWeek.objects.bulk_create([row], ignore_conflicts=True)
