"""Small charts of drift as numbers that a template draws: one of each measure, a line over weeks.

Pure. A chart is 240 units wide and 80 high, with one place for each week of half a year, so that
charts beside each other show the same weeks above each other.
"""

from dataclasses import dataclass
from datetime import date

from classifier.drift.weeks import SHOWN_WEEKS, Measure, Series, Traffic, value_of

WIDTH, HEIGHT = 240, 80
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Dot:
    """One week's value, and where it is drawn."""

    week: date
    value: float
    x: float
    y: float


@dataclass(frozen=True)
class Chart:
    """One measure of one source. `usual_y` and `validation_y` are heights of lines, where known."""

    measure: Measure
    dots: tuple[Dot, ...]
    top: float
    usual: float | None
    validation: float | None
    changed: bool

    @property
    def now(self) -> Dot:
        return self.dots[-1]

    @property
    def line(self) -> str:
        """The points of an SVG polyline."""
        return " ".join(f"{dot.x:g},{dot.y:g}" for dot in self.dots)

    @property
    def usual_y(self) -> float | None:
        return None if self.usual is None else _height(self.usual, self.top)

    @property
    def validation_y(self) -> float | None:
        return None if self.validation is None else _height(self.validation, self.top)


def charts_of(series: Series, traffic: Traffic) -> list[Chart]:
    """A chart of each measure that has a value in the source's newest week."""
    last = traffic.week
    found = (_chart(series, measure, traffic, last) for measure in Measure) if last else ()
    return [each for each in found if each]


def _chart(series: Series, measure: Measure, traffic: Traffic, last: date) -> Chart | None:
    compared = series.compared(measure, traffic.validation)
    if compared is None:
        return None
    values = series.values(measure, traffic.validation)
    known = None
    if traffic.validation and measure not in (Measure.STYLES, Measure.NO_OUTFIT):
        # Of the mixture it is what all others are compared with; and no photo there is no outfit.
        known = value_of(traffic.validation, measure, traffic.validation)
    highest = max(*(value for _, value in values), compared.usual or 0, known or 0)
    top = 1.0 if measure == Measure.CONFIDENCE else _ceiling(highest)
    step = WIDTH / (SHOWN_WEEKS - 1)
    dots = tuple(
        Dot(
            week,
            value,
            round(WIDTH - step * ((last - week).days // 7), 2),
            _height(value, top),
        )
        for week, value in values
    )
    return Chart(measure, dots, top, compared.usual, known, compared.changed)


def _ceiling(highest: float) -> float:
    return next((step for step in _STEPS if step >= highest), highest)


def _height(value: float, top: float) -> float:
    return round(HEIGHT * (1 - min(max(value / top, 0), 1)), 2)
