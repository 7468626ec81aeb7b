"""Two releases on the same reviewed photos: who is right more often, and whether to promote. Pure.

What is right say people's verdicts: a style, or that it is no outfit. A prediction is right where
people would be shown just that; so turning an outfit away is as wrong as naming another style. A
photo that is none of the styles, or an outfit of which nobody said the style, counts for the gate
alone. Most verdicts were given by people who had the active release's answer before them, which
flatters it a little: a candidate that wins all the same has earned it.

`judge` is the rule by which a candidate is promoted, for people who read it and for `retrain`:

1. At least `photos` reviewed photos that both releases have predicted.
2. The lower bound of the gain in accuracy is above zero: at 95 %, and at more where somebody looks
   again and again (`classifier.retraining.promotion`).
3. No style of which at least `style_photos` were reviewed loses more than `worse` of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings

from classifier.releases.statistics import (
    CERTAINTY,
    Bin,
    Interval,
    calibration_error,
    mcnemar,
    paired_gain,
    reliability,
    wilson,
)

OUTFIT = "outfit"


@dataclass(frozen=True, slots=True)
class Said:
    """What a release said of a photo; without an outfit its style is not shown."""

    kind: str
    style: str
    confidence: float
    decided: bool

    def is_right(self, truth: "Truth") -> bool:
        """Whether people would be shown what is right."""
        if not truth.outfit:
            return self.kind != OUTFIT
        return self.kind == OUTFIT and self.style == truth.style

    def agrees(self, other: "Said") -> bool:
        """Whether people would be shown the same."""
        return self.kind == other.kind and (self.kind != OUTFIT or self.style == other.style)


@dataclass(frozen=True, slots=True)
class Truth:
    """What people said: whether it is an outfit, and its style; empty where it has none of ours,
    or nobody said which."""

    outfit: bool
    style: str = ""

    @property
    def complete(self) -> bool:
        """What is shown can be right or wrong by it."""
        return bool(self.style) or not self.outfit


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A photo of a person with what is right and what the two releases said."""

    person: int
    truth: Truth
    active: Said
    candidate: Said


@dataclass(frozen=True)
class Trust:
    """How far a release's confidence may be trusted."""

    error: float
    bins: Sequence[Bin]


@dataclass(frozen=True)
class Gate:
    """Of so many outfits those that were turned away, of so many others those that were let in."""

    turned_away: Interval
    let_in: Interval
    outfits: int
    others: int


@dataclass(frozen=True)
class OfStyle:
    """The photos of one style: the share on which each is right, and what the candidate gains."""

    style: str
    photos: int
    active: Interval
    candidate: Interval
    gain: Interval


@dataclass(frozen=True)
class Comparison:
    """Everything that is said of two releases; `photos` is what accuracy and the rest rest on."""

    photos: int
    people: int
    active: Interval
    candidate: Interval
    gain: Interval
    only_active: int
    only_candidate: int
    p: float
    styles: Sequence[OfStyle]
    trust_active: Trust
    trust_candidate: Trust
    gate_active: Gate
    gate_candidate: Gate


def compare(reviewed: Sequence[Reviewed], certainty: float = CERTAINTY) -> Comparison:
    """The comparison, the style with most photos first; `certainty` is that of the gain."""
    complete = [each for each in reviewed if each.truth.complete]
    pairs = [_pair(each) for each in complete]
    styles = sorted({each.truth.style for each in complete if each.truth.style})
    by_style = [
        _of_style(style, [each for each in complete if each.truth.style == style])
        for style in styles
    ]
    only_active = sum(active and not candidate for _, active, candidate in pairs)
    only_candidate = sum(candidate and not active for _, active, candidate in pairs)
    return Comparison(
        photos=len(complete),
        people=len({each.person for each in complete}),
        active=wilson(sum(active for _, active, _ in pairs), len(pairs)),
        candidate=wilson(sum(candidate for _, _, candidate in pairs), len(pairs)),
        gain=paired_gain(pairs, certainty),
        only_active=only_active,
        only_candidate=only_candidate,
        p=mcnemar(only_active, only_candidate),
        styles=sorted(by_style, key=lambda each: (-each.photos, each.style)),
        trust_active=_trust([(each.active, each.truth) for each in complete]),
        trust_candidate=_trust([(each.candidate, each.truth) for each in complete]),
        gate_active=_gate([(each.active, each.truth) for each in reviewed]),
        gate_candidate=_gate([(each.candidate, each.truth) for each in reviewed]),
    )


def _pair(each: Reviewed) -> tuple[int, bool, bool]:
    return each.person, each.active.is_right(each.truth), each.candidate.is_right(each.truth)


def _of_style(style: str, photos: Sequence[Reviewed]) -> OfStyle:
    pairs = [_pair(each) for each in photos]
    return OfStyle(
        style,
        len(pairs),
        wilson(sum(active for _, active, _ in pairs), len(pairs)),
        wilson(sum(candidate for _, _, candidate in pairs), len(pairs)),
        paired_gain(pairs),
    )


def _trust(said: Sequence[tuple[Said, Truth]]) -> Trust:
    """Of the photos of which a style was said: what is no outfit has no confidence in a style."""
    bins = reliability(
        [
            (each.confidence, each.is_right(truth))
            for each, truth in said
            if truth.style and each.kind == OUTFIT
        ]
    )
    return Trust(calibration_error(bins), bins)


def _gate(said: Sequence[tuple[Said, Truth]]) -> Gate:
    outfits = [each.kind != OUTFIT for each, truth in said if truth.outfit]
    others = [each.kind == OUTFIT for each, truth in said if not truth.outfit]
    return Gate(
        wilson(sum(outfits), len(outfits)),
        wilson(sum(others), len(others)),
        len(outfits),
        len(others),
    )


@dataclass(frozen=True)
class Rule:
    """When a candidate is better; the module says it in words."""

    photos: int
    style_photos: int
    worse: float

    @classmethod
    def from_settings(cls) -> "Rule":
        """FASI_PROMOTE_PHOTOS, FASI_PROMOTE_STYLE_PHOTOS, FASI_PROMOTE_WORSE."""
        return cls(
            settings.FASI_PROMOTE_PHOTOS,
            settings.FASI_PROMOTE_STYLE_PHOTOS,
            settings.FASI_PROMOTE_WORSE,
        )


class Reason(StrEnum):
    """Why a candidate is to be promoted, or not."""

    TOO_FEW = "too_few_photos"
    NOT_BETTER = "not_better"
    STYLE_WORSE = "a_style_is_worse"
    BETTER = "better"


@dataclass(frozen=True)
class Judgement:
    """Whether to promote, by the rule, and the styles that speak against it."""

    reason: Reason
    worse: Sequence[OfStyle] = ()

    @property
    def promote(self) -> bool:
        return self.reason == Reason.BETTER


def judge(comparison: Comparison, rule: Rule) -> Judgement:
    """Whether the rule lets the candidate be promoted; the first of its parts that does not."""
    if comparison.photos < rule.photos:
        return Judgement(Reason.TOO_FEW)
    if comparison.gain.low <= 0:
        return Judgement(Reason.NOT_BETTER)
    worse = [
        each
        for each in comparison.styles
        if each.photos >= rule.style_photos and each.gain.value < -rule.worse
    ]
    return Judgement(Reason.STYLE_WORSE, worse) if worse else Judgement(Reason.BETTER)
