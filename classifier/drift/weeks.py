"""A source's newest week beside the weeks before it: what staff and Prometheus are told.

Pure, on rows of `TrafficWeek`; "usual" is the mean of at most eight weeks before. A difference is
only called one where chance makes it in fewer than one of 300 comparisons (three standard errors),
and where it is large enough to matter.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from classifier.history.distributions import chi_squared, difference, divergence
from classifier.models import Release, TrafficWeek

USUAL_WEEKS = 8
SHOWN_WEEKS = 26
STANDARD_ERRORS = 3
LEAST_DIFFERENCE = 0.02
LEAST_STYLES_DISTANCE = 0.1
CERTAINTY = 0.997
BINS = 20
Source = TrafficWeek.Source
EVERYTHING = ""


class Measure(StrEnum):
    """What is followed from week to week."""

    NO_OUTFIT = "no_outfit"
    UNSURE = "unsure"
    CONFIDENCE = "confidence"
    STYLES = "styles"
    UNUSUAL = "unusual"
    MMD = "mmd"


SHARES = (Measure.NO_OUTFIT, Measure.UNSURE, Measure.UNUSUAL)


@dataclass(frozen=True)
class Week:
    """The sums of some photos; `week` is None for those of validation."""

    week: date | None
    photos: int
    outfits: int
    unsure: int
    confidence: float
    styles: tuple[int, ...]
    confidences: tuple[int, ...]
    sampled: int
    unusual: int
    mmd: float | None
    p_value: float | None

    @property
    def no_outfit(self) -> int:
        """Photos of people without an outfit, and of neither."""
        return self.photos - self.outfits


@dataclass(frozen=True)
class Compared:
    """One measure of a source's newest week, its usual value, and whether they differ."""

    source: str
    measure: Measure
    now: float
    usual: float | None
    changed: bool


@dataclass(frozen=True)
class Series:
    """The weeks of one source, oldest first; of all sources together where `source` is empty."""

    source: str
    weeks: tuple[Week, ...]

    @property
    def newest(self) -> Week:
        return self.weeks[-1]

    @property
    def usual(self) -> Week | None:
        """The weeks before the newest, added up; None where there are none."""
        since = (self.newest.week or date.max) - timedelta(weeks=USUAL_WEEKS)
        before = [each for each in self.weeks[:-1] if each.week and each.week >= since]
        return added(before, None) if before else None

    def compared(self, measure: Measure, validation: Week | None) -> Compared | None:
        """The newest week's value beside the usual one; None where it has none."""
        now = value_of(self.newest, measure, validation)
        if now is None:
            return None
        usual = self.usual
        before = None if usual is None else value_of(usual, measure, validation)
        changed = usual is not None and before is not None and _changed(self.newest, usual, measure)
        return Compared(self.source, measure, now, before, changed)

    def values(self, measure: Measure, validation: Week | None) -> list[tuple[date, float]]:
        """The value of each week that has one."""
        found = [(each.week, value_of(each, measure, validation)) for each in self.weeks]
        return [(week, value) for week, value in found if week and value is not None]


@dataclass(frozen=True)
class Traffic:
    """All that is known of one release: each source's weeks, and what it said in validation."""

    series: tuple[Series, ...]
    validation: Week | None

    @property
    def week(self) -> date | None:
        """The newest week that was counted."""
        return max((each.newest.week for each in self.series if each.newest.week), default=None)

    @property
    def current(self) -> list[Series]:
        """The sources that have photos of the newest week."""
        return [each for each in self.series if each.newest.week == self.week]

    def compared(self) -> list[Compared]:
        """Every measure of every source that has photos of the newest week."""
        found = (
            each.compared(measure, self.validation) for each in self.current for measure in Measure
        )
        return [each for each in found if each]


def traffic_of(release: Release, today: date) -> Traffic:
    """What is known of the newest weeks. One query, of a row for each week and source."""
    since = today - timedelta(days=today.weekday(), weeks=SHOWN_WEEKS - 1)
    rows = TrafficWeek.objects.filter(release=release)
    recent = [_week(each) for each in rows.filter(week__gte=since).order_by("week")]
    by_source: dict[str, list[Week]] = defaultdict(list)
    by_week: dict[date, list[Week]] = defaultdict(list)
    for source, week in recent:
        by_source[source].append(week)
        if week.week:
            by_week[week.week].append(week)
    validation = rows.filter(source=Source.VALIDATION).first()
    everything = [added(weeks, week) for week, weeks in sorted(by_week.items())]
    named = [Series(source, tuple(by_source[source])) for source in Source if source in by_source]
    series = [Series(EVERYTHING, tuple(everything)), *named] if everything else []
    return Traffic(tuple(series), _week(validation)[1] if validation else None)


def added(weeks: Sequence[Week], week: date | None) -> Week:
    """Their sums. The discrepancy of embeddings is no sum: the mean by size of the samples."""
    tested = [each for each in weeks if each.mmd is not None]
    sampled = sum(each.sampled for each in tested)
    return Week(
        week=week,
        photos=sum(each.photos for each in weeks),
        outfits=sum(each.outfits for each in weeks),
        unsure=sum(each.unsure for each in weeks),
        confidence=sum(each.confidence for each in weeks),
        styles=tuple(map(sum, zip(*(each.styles for each in weeks), strict=True))),
        confidences=tuple(map(sum, zip(*(each.confidences for each in weeks), strict=True))),
        sampled=sum(each.sampled for each in weeks),
        unusual=sum(each.unusual for each in weeks),
        mmd=sum((each.mmd or 0) * each.sampled for each in tested) / sampled if sampled else None,
        p_value=None,
    )


def value_of(week: Week, measure: Measure, validation: Week | None) -> float | None:
    """The week's value, None where it has none.

    Of STYLES it is the distance to the mixture in validation: the square root of the Jensen-Shannon
    divergence in bits, 0 for the same mixture and 1 for nothing in common (Endres and Schindelin,
    2003).
    """
    if measure == Measure.STYLES:
        return styles_distance(week, validation) if validation else None
    if measure == Measure.MMD:
        return week.mmd
    if measure == Measure.CONFIDENCE:
        return week.confidence / week.outfits if week.outfits else None
    part, whole = _share(week, measure)
    return part / whole if whole else None


def styles_distance(one: Week, other: Week) -> float | None:
    """How far two mixtures of styles are apart, 0 to 1; None where one of them is empty."""
    mixtures = [_mixture(each) for each in (one, other)]
    return math.sqrt(divergence(*mixtures)) if all(mixtures) else None


def styles_changed(week: Week, usual: Week) -> bool:
    """Whether the mixtures differ by more than chance and by enough to matter.

    A G-test, on styles that are common enough for it: five expected in the smaller of both.
    """
    distance = styles_distance(week, usual)
    if distance is None or distance < LEAST_STYLES_DISTANCE:
        return False
    whole = [a + b for a, b in zip(week.styles, usual.styles, strict=True)]
    smaller = min(sum(week.styles), sum(usual.styles)) / sum(whole)
    common = [place for place, count in enumerate(whole) if count * smaller >= 5]
    counts = [
        {str(place): float(each.styles[place]) for place in common}
        | {"rest": float(sum(each.styles) - sum(each.styles[place] for place in common))}
        for each in (week, usual)
    ]
    freedom = len(common) - (0 if sum(each["rest"] for each in counts) else 1)
    if freedom < 1:
        return False
    statistic = 2 * math.log(2) * sum(whole) * divergence(*counts)
    return statistic > chi_squared(freedom, CERTAINTY)


def _changed(week: Week, usual: Week, measure: Measure) -> bool:
    if measure == Measure.STYLES:
        return styles_changed(week, usual)
    if measure == Measure.CONFIDENCE:
        apart = week.confidence / week.outfits - usual.confidence / usual.outfits
        error = math.sqrt(_variance(week) / week.outfits + _variance(usual) / usual.outfits)
        return abs(apart) >= max(LEAST_DIFFERENCE, STANDARD_ERRORS * error)
    if measure in SHARES:
        (part, whole), (before, all_before) = _share(week, measure), _share(usual, measure)
        if abs(part / whole - before / all_before) < LEAST_DIFFERENCE:
            return False
        return abs(difference(part, whole, before, all_before)) >= STANDARD_ERRORS
    return False  # the discrepancy is of samples; `unusual` says in words what it measures


def _share(week: Week, measure: Measure) -> tuple[int, int]:
    if measure == Measure.NO_OUTFIT:
        return week.no_outfit, week.photos
    if measure == Measure.UNSURE:
        return week.unsure, week.outfits
    return week.unusual, week.sampled


def _variance(week: Week) -> float:
    """Of the confidences, from their histogram."""
    total = sum(week.confidences)
    middles = [(place + 0.5) / BINS for place in range(BINS)]
    pairs = list(zip(middles, week.confidences, strict=True))
    mean = sum(middle * count for middle, count in pairs) / total
    return sum((middle - mean) ** 2 * count for middle, count in pairs) / total


def _mixture(week: Week) -> dict[str, float]:
    total = sum(week.styles)
    return {str(place): count / total for place, count in enumerate(week.styles) if count}


def _week(row: TrafficWeek) -> tuple[str, Week]:
    return row.source, Week(
        week=row.week,
        photos=row.photos,
        outfits=row.outfits,
        unsure=row.unsure,
        confidence=row.confidence,
        styles=tuple(row.styles),
        confidences=tuple(row.confidences),
        sampled=row.sampled,
        unusual=row.unusual,
        mmd=row.mmd,
        p_value=row.p_value,
    )
