"""Charts as inline SVG, in the colours of the page that holds them.

Every chart scales with its column; sizes are chosen so that its text is readable on a phone.
Colours are CSS classes (``first``, ``second``, ...), so light and dark are the page's business.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH, HEIGHT = 380, 264
LEFT, RIGHT, TOP, BOTTOM = 46, 360, 30, 222

Point = tuple[float, float]


@dataclass(frozen=True)
class Axis:
    """One axis: its label, its range, and how its ticks are written."""

    label: str
    low: float
    high: float
    written: Callable[[float], str] = "{:g}".format

    def ticks(self, most: int = 6) -> list[float]:
        """Round numbers (1, 2, 5 times a power of ten) within the range."""
        rough = (self.high - self.low) / most
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(step for step in (1, 2, 5, 10) if step * power >= rough * 0.999) * power
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [round(place * step, 10) for place in range(first, last + 1)]

    def place(self, value: float, start: float, end: float) -> float:
        """Where ``value`` lies between the pixels ``start`` and ``end``."""
        share = (value - self.low) / (self.high - self.low)
        return round(start + min(max(share, 0), 1) * (end - start), 1)


@dataclass(frozen=True)
class Line:
    """A named line through points, drawn in the page's colour ``css``."""

    name: str
    points: Sequence[Point]
    css: str


@dataclass(frozen=True)
class Mark:
    """A point that matters; with a text, lines lead from it to both axes."""

    point: Point
    text: str = ""


@dataclass(frozen=True)
class Whisker:
    """A point at ``x``, ``y`` with its interval; ``weight``, 0 to 1, is its size."""

    x: float
    y: float
    low: float
    high: float
    weight: float
    text: str


def percent(share: float) -> str:
    """``0.25`` as ``25 %``, which does not break."""
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"


def nice_range(values: Sequence[float], floor: float | None = None) -> tuple[float, float]:
    """A little more than the range of ``values``, never empty; ``floor`` is the least low end."""
    low, high = min(values), max(values)
    margin = (high - low) * 0.06 or 0.5
    low, high = low - margin, high + margin
    return (max(low, floor) if floor is not None else low), high


def line_chart(
    lines: Sequence[Line], x: Axis, y: Axis, description: str, marks: Sequence[Mark] = ()
) -> Markup:
    """Lines over two axes with a legend; ``description`` is for those who cannot see it."""
    drawn = [_polyline(line, x, y) for line in lines]
    drawn += [_mark(mark, x, y) for mark in marks]
    return _svg([_grid(x, y), _legend(lines), *drawn], description)


def reliability_chart(whiskers: Sequence[Whisker], css: str, description: str) -> Markup:
    """Accuracy over confidence; on the diagonal, confidence is what it promises."""
    x = Axis("confidence", 0, 1, percent)
    y = Axis("right", 0, 1, percent)
    ideal = Line("", ((0, 0), (1, 1)), "ideal")
    drawn = [_whisker(whisker, x, y, css) for whisker in whiskers]
    return _svg([_grid(x, y), _polyline(ideal, x, y), *drawn], description)


def interval_bar(value: float, low: float, high: float, css: str = "first") -> Markup:
    """A bar of a share with its interval as a whisker, to stand in a table cell."""
    return Markup(
        '<svg class="bar {}" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="rail" width="100" height="12"/><rect width="{:.1f}" height="12"/>'
        '<path d="M{:.1f} 6H{:.1f}M{:.1f} 3v6M{:.1f} 3v6"/></svg>'
    ).format(css, 100 * value, 100 * low, 100 * high, 100 * low, 100 * high)


def _svg(parts: Sequence[Markup], description: str) -> Markup:
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    ).format(WIDTH, HEIGHT, description, Markup("").join(parts))


def _at(point: Point, x: Axis, y: Axis) -> Point:
    return x.place(point[0], LEFT, RIGHT), y.place(point[1], BOTTOM, TOP)


def _grid(x: Axis, y: Axis) -> Markup:
    parts = [
        Markup('<path class="axis" d="M{} {}H{}"/>').format(LEFT, BOTTOM, RIGHT),
        Markup('<text x="{}" y="{}" text-anchor="middle" class="label">{}</text>').format(
            (LEFT + RIGHT) / 2, HEIGHT - 6, x.label
        ),
        Markup('<text x="{}" y="{}" class="label">{}</text>').format(4, 14, y.label),
    ]
    for tick in y.ticks():
        place = y.place(tick, BOTTOM, TOP)
        parts.append(
            Markup(
                '<path class="grid" d="M{} {}H{}"/><text x="{}" y="{}" text-anchor="end">{}</text>'
            ).format(LEFT, place, RIGHT, LEFT - 6, place + 4, y.written(tick))
        )
    for tick in x.ticks():
        parts.append(
            Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(
                x.place(tick, LEFT, RIGHT), BOTTOM + 17, x.written(tick)
            )
        )
    return Markup("").join(parts)


def _legend(lines: Sequence[Line]) -> Markup:
    named = [line for line in lines if line.name]
    parts, right = [], float(RIGHT)
    for line in reversed(named):
        start = right - 6.4 * len(line.name) - 22
        parts.append(
            Markup(
                '<path class="line {}" d="M{:.0f} 10h14"/><text x="{:.0f}" y="14">{}</text>'
            ).format(line.css, start, start + 19, line.name)
        )
        right = start - 12
    return Markup("").join(parts)


def _polyline(line: Line, x: Axis, y: Axis) -> Markup:
    places = [_at(point, x, y) for point in line.points]
    if len(places) == 1:
        return Markup('<circle class="dot {}" cx="{}" cy="{}" r="3.5"/>').format(
            line.css, *places[0]
        )
    path = "L".join(f"{across} {up}" for across, up in places)
    return Markup('<path class="line {}" d="M{}"/>').format(line.css, path)


def _mark(mark: Mark, x: Axis, y: Axis) -> Markup:
    across, up = _at(mark.point, x, y)
    parts = [Markup('<circle class="dot mark" cx="{}" cy="{}" r="4.5"/>').format(across, up)]
    if mark.text:
        left = across > (LEFT + RIGHT) / 2
        parts = [
            Markup('<path class="drop" d="M{} {}V{}M{} {}H{}"/>').format(
                across, up, BOTTOM, across, up, LEFT
            ),
            *parts,
            Markup('<text x="{}" y="{}" text-anchor="{}" class="note">{}</text>').format(
                across + (-9 if left else 9), up + 19, "end" if left else "start", mark.text
            ),
        ]
    return Markup("").join(parts)


def _whisker(whisker: Whisker, x: Axis, y: Axis, css: str) -> Markup:
    across, up = _at((whisker.x, whisker.y), x, y)
    return Markup(
        '<g class="{}"><title>{}</title><path class="whisker" d="M{} {}V{}"/>'
        '<circle class="dot" cx="{}" cy="{}" r="{:.1f}"/></g>'
    ).format(
        css,
        escape(whisker.text),
        across,
        y.place(whisker.low, BOTTOM, TOP),
        y.place(whisker.high, BOTTOM, TOP),
        across,
        up,
        2.5 + 5 * math.sqrt(whisker.weight),
    )
