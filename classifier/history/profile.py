"""Somebody's style profile, computed from what they wore by day. Pure: no Django, no clock.

Four questions, each with a method that can be looked up (computed by
`classifier.history.distributions`):

*What is your style now?* Every outfit counts by its probabilities, and half as much for each
HALF_LIFE_DAYS that it is older than the newest one (exponential decay). The sums are smoothed by
pseudo-counts towards the person's own style of all time, and that towards no style in particular:
a hierarchical Dirichlet prior (MacKay and Peto 1995, "A hierarchical Dirichlet language model").
So two outfits move the bars a little and fifty move them a lot.

*What rises or falls?* Two windows, the last LATELY_DAYS and before. The difference of a style's two
shares is held against its standard error with one success and one failure added to each window
(Agresti and Caffo 2000, "Simple and effective confidence intervals for proportions and
differences"). It is a trend only beyond the 95 % limit, shared out among all styles (Bonferroni).

*Has the whole changed?* The Jensen-Shannon divergence of the two windows, weighted by their sizes;
2 N ln 2 times it follows chi-squared where nothing changed (Grosse et al. 2002, "Analysis of
symbolic sequences using the Jensen-Shannon divergence", Physical Review E 65).

*How many styles is that?* The exponential of the entropy of what outfits count as, Hill's number of
order 1 (Hill 1973, "Diversity and evenness"): two styles in equal parts are 2, nine to one are 1.4.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist

from classifier.history.distributions import chi_squared, difference, divergence, smoothed, variety

HALF_LIFE_DAYS = 60
LATELY_DAYS = 60
FEWEST = 5
"""Outfits that a profile needs, or it would describe chance."""
FEWEST_IN_WINDOW = 8
"""Outfits that each window needs before a trend is looked for."""
LATEST = 10
"""Outfits that explain what leads now."""
LEAD = 0.3
"""The share of the latest outfits from which a style leads them."""
PSEUDO_NOW = 3.0
"""Outfits that the style of all time weighs in the style of now."""
PSEUDO_EVER = 1.0
"""Outfits, spread over all styles, that are added to those of all time."""
CERTAINTY = 0.95


@dataclass(frozen=True)
class DailyTotals:
    """The outfits of one day.

    `shares` sums their probabilities by style, so its values sum to `outfits`; an outfit that
    somebody corrected counts 1 for its right style. `tops` counts each outfit by its first style.
    """

    day: date
    outfits: int
    shares: Mapping[str, float]
    tops: Mapping[str, int]


@dataclass(frozen=True)
class Count:
    """So many of so many outfits."""

    part: int
    whole: int


@dataclass(frozen=True)
class Share:
    """A style's part of what somebody wears, now and of all time: 0 to 1."""

    style: str
    now: float
    ever: float


@dataclass(frozen=True)
class Trend:
    """A style that is worn more (`rising`) or less than before, and the outfits that say so."""

    style: str
    rising: bool
    lately: Count
    before: Count


@dataclass(frozen=True)
class Now:
    """What is said of somebody's style now: the headline, and the counts beneath it.

    One style where the one that leads by weight is on top of the latest outfits, too; two where
    another is on top of them, that one first; none where no style has LEAD of them. `latest` says
    of how many of them each of the styles is. So what is said and why come from one place.
    """

    styles: tuple[str, ...]
    latest: tuple[Count, ...]


@dataclass(frozen=True)
class Change:
    """Whether the last LATELY_DAYS differ from before by more than chance explains.

    `divergence` is in bits: 0 for the same mixture of styles, at most 1.
    """

    divergence: float
    changed: bool


@dataclass(frozen=True)
class Profile:
    """What is known about somebody's style. `None`, or no trend, where the evidence is too thin.

    `lately` and `before` are the outfits of the two windows that trends come from.
    """

    outfits: int
    lately: int
    before: int
    newest: date
    shares: tuple[Share, ...]
    now: Now
    trends: tuple[Trend, ...]
    change: Change | None
    variety: float


def style_profile(
    worn: Sequence[DailyTotals], latest: Sequence[str], today: date, styles: Sequence[str]
) -> Profile | None:
    """The profile, or None with fewer than FEWEST outfits.

    `worn` may be in any order and have several entries a day. `latest` are the first styles of the
    newest outfits, newest first. `styles` are those the model knows; others that were worn, which
    an older model knew, are added. The shares come with the largest now first.
    """
    outfits = _outfits(worn)
    if outfits < FEWEST:
        return None
    known = list(dict.fromkeys([*styles, *(style for each in worn for style in each.shares)]))
    ever = smoothed(_summed(worn), PSEUDO_EVER, dict.fromkeys(known, 1 / len(known)))
    now = smoothed(decayed(worn), PSEUDO_NOW, ever)
    shares = sorted(
        (Share(style, now[style], ever[style]) for style in known), key=lambda share: -share.now
    )
    lately, before = windows(worn, today)
    return Profile(
        outfits=outfits,
        lately=_outfits(lately),
        before=_outfits(before),
        newest=max(each.day for each in worn),
        shares=tuple(shares),
        now=_now(shares[0].style, latest[:LATEST]),
        trends=tuple(_trends(lately, before, len(known))),
        change=_change(lately, before),
        variety=variety(_tops(worn)),
    )


def decayed(
    worn: Sequence[DailyTotals], half_life_days: float = HALF_LIFE_DAYS
) -> dict[str, float]:
    """Sums by style in which an outfit counts half for each half-life before the newest one.

    The newest outfit counts 1 however old it is: after a long pause it is still the best guess.
    """
    newest = max(each.day for each in worn)
    sums: dict[str, float] = {}
    for each in worn:
        weight = 0.5 ** ((newest - each.day).days / half_life_days)
        for style, share in each.shares.items():
            sums[style] = sums.get(style, 0.0) + weight * share
    return sums


def windows(
    worn: Sequence[DailyTotals], today: date
) -> tuple[list[DailyTotals], list[DailyTotals]]:
    """What was worn in the last LATELY_DAYS, and before."""
    begin = today - timedelta(days=LATELY_DAYS)
    return [each for each in worn if each.day > begin], [each for each in worn if each.day <= begin]


def _outfits(worn: Sequence[DailyTotals]) -> int:
    return sum(each.outfits for each in worn)


def _summed(worn: Sequence[DailyTotals]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for each in worn:
        for style, share in each.shares.items():
            sums[style] = sums.get(style, 0.0) + share
    return sums


def _tops(worn: Sequence[DailyTotals]) -> Counter[str]:
    tops: Counter[str] = Counter()
    for each in worn:
        tops.update(each.tops)
    return tops


def _now(first: str, latest: Sequence[str]) -> Now:
    """`first` is the style that leads by weight."""
    # Of those that are on top of the latest equally, the first by weight, else the one worn last.
    counts = Counter(latest)
    top = max([first, *latest], key=lambda style: counts[style])
    if counts[top] < max(2, LEAD * len(latest)):
        return Now((), ())
    styles = (first,) if top == first else (top, first)
    return Now(styles, tuple(Count(counts[style], len(latest)) for style in styles))


def _trends(
    lately: Sequence[DailyTotals], before: Sequence[DailyTotals], styles: int
) -> list[Trend]:
    """Those beyond the limit, the strongest first."""
    new, old = _outfits(lately), _outfits(before)
    if min(new, old) < FEWEST_IN_WINDOW:
        return []
    new_sums, old_sums = _summed(lately), _summed(before)
    limit = NormalDist().inv_cdf(1 - (1 - CERTAINTY) / (2 * styles))
    found = []
    for style in {*new_sums, *old_sums}:
        score = difference(new_sums.get(style, 0.0), new, old_sums.get(style, 0.0), old)
        trend = Trend(style, score > 0, _count(lately, style), _count(before, style))
        # What the counts that explain it do not show is not said.
        shown = trend.lately.part * old - trend.before.part * new
        if abs(score) > limit and shown * score > 0:
            found.append((abs(score), trend))
    return [trend for _, trend in sorted(found, key=lambda pair: -pair[0])]


def _count(window: Sequence[DailyTotals], style: str) -> Count:
    return Count(sum(each.tops.get(style, 0) for each in window), _outfits(window))


def _change(lately: Sequence[DailyTotals], before: Sequence[DailyTotals]) -> Change | None:
    new, old = _outfits(lately), _outfits(before)
    if min(new, old) < FEWEST_IN_WINDOW:
        return None
    sums = _summed([*lately, *before])
    freedom = max(1, sum(each >= 1 for each in sums.values()) - 1)
    bits = divergence(_summed(lately), _summed(before))
    return Change(bits, 2 * (new + old) * math.log(2) * bits > chi_squared(freedom, CERTAINTY))
