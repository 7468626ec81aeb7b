"""`/staff/drift/`: what comes in, week by week, beside what the release was trained on."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from classifier.access import SignedInRequest, staff_with
from classifier.drift.charts import Chart, charts_of
from classifier.drift.sentences import PHOTOS, TITLES, number, sentences
from classifier.drift.weeks import Series, Traffic, Week, traffic_of
from classifier.models import Release, TrafficState, TrafficWeek
from inference.taxonomy import Style


@dataclass(frozen=True)
class Drawn:
    """A chart with its words."""

    chart: Chart
    title: str | Promise

    @property
    def now(self) -> str:
        return number(self.chart.measure, self.chart.now.value)

    @property
    def usual(self) -> str:
        return "" if self.chart.usual is None else number(self.chart.measure, self.chart.usual)

    @property
    def validation(self) -> str:
        known = self.chart.validation
        return "" if known is None else number(self.chart.measure, known)

    @property
    def top(self) -> str:
        return number(self.chart.measure, self.chart.top)

    @property
    def dots(self) -> list[tuple[object, str]]:
        """Each dot with its value in words."""
        return [(dot, number(self.chart.measure, dot.value)) for dot in self.chart.dots]


@dataclass(frozen=True)
class Share:
    """A style's share of outfits: this week, usually, and in validation; None where unknown."""

    style: Style
    now: float
    usual: float | None
    validation: float | None


@dataclass(frozen=True)
class Section:
    """One source."""

    source: str
    photos: str | Promise
    series: Series
    charts: list[Drawn]
    shares: list[Share]


@login_required
@staff_with("classifier.view_trafficweek")
@require_safe
@never_cache
def drift_page(request: SignedInRequest) -> HttpResponse:
    """The active release, or `release` in the query: a number."""
    releases = Release.objects.filter(
        pk__in=TrafficWeek.objects.filter(week__isnull=False).values("release")
    ).order_by("-created")
    chosen = _chosen(request.GET.get("release", ""), list(releases))
    state = TrafficState.objects.first()
    context: dict[str, object] = {
        "releases": releases,
        "release": chosen,
        "measured": state.until if state else None,
    }
    if chosen:
        today = timezone.now().date()
        traffic = traffic_of(chosen, today)
        context |= {
            "week": traffic.week,
            "is_this_week": traffic.week and (today - traffic.week).days < 7,
            "sentences": sentences(traffic, chosen),
            "compared": any(each.usual is not None for each in traffic.compared()),
            "validation": traffic.validation,
            "sections": [_section(each, traffic, chosen) for each in traffic.current],
        }
    return render(request, "staff/drift.html", context)


def _chosen(number_of: str, releases: list[Release]) -> Release | None:
    """The release that is asked for, else the active one, else the newest that has weeks."""
    asked = [each for each in releases if str(each.pk) == number_of]
    active = [each for each in releases if each.status == Release.Status.ACTIVE]
    return next(iter([*asked, *active, *releases]), None)


def _section(series: Series, traffic: Traffic, release: Release) -> Section:
    charts = [Drawn(each, TITLES[each.measure]) for each in charts_of(series, traffic)]
    shares = [
        Share(
            style,
            _part(series.newest, place) or 0.0,
            _part(series.usual, place),
            _part(traffic.validation, place),
        )
        for place, style in enumerate(release.styles.styles)
    ]
    shares.sort(key=lambda share: -share.now)
    return Section(series.source, PHOTOS[series.source], series, charts, shares)


def _part(week: Week | None, place: int) -> float | None:
    return week.styles[place] / week.outfits if week and week.outfits else None
