"""The comparison of releases: its numbers, its rule, and the rows that it is made of."""

import pytest
from django.contrib.auth.models import User
from scipy.stats import binomtest

from classifier.models import Outfit, Release, Review
from classifier.releases.comparing import agreement_of, comparison_of, disagreements
from classifier.releases.comparison import (
    Judgement,
    Reason,
    Reviewed,
    Rule,
    Said,
    Truth,
    compare,
    judge,
)
from classifier.releases.statistics import (
    calibration_error,
    mcnemar,
    paired_gain,
    reliability,
    wilson,
)
from classifier.reviews.verdicts import record_review
from tests.conftest import make_person
from tests.support.factories import add_outfit, add_prediction, another_release

Answer = Review.Answer
RULE = Rule(photos=100, style_photos=10, worse=0.05)


def test_wilsons_interval_is_that_of_the_books() -> None:
    eight = wilson(8, 10)
    assert (eight.value, eight.low, eight.high) == pytest.approx((0.8, 0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 20).low == 0
    assert wilson(20, 20).high == 1
    assert wilson(20, 20).low == pytest.approx(0.8389, abs=1e-4)
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0, 1)


@pytest.mark.parametrize(("first", "second"), [(0, 0), (1, 5), (10, 0), (7, 7), (30, 52)])
def test_mcnemars_test_is_exact(first: int, second: int) -> None:
    exact = binomtest(first, first + second).pvalue if first + second else 1.0
    assert mcnemar(first, second) == pytest.approx(exact)
    assert mcnemar(first, second) == mcnemar(second, first)


def pairs(
    both: int, only_first: int, only_second: int, *, people: int = 1000
) -> list[tuple[int, bool, bool]]:
    cells = [(True, True)] * both + [(True, False)] * only_first + [(False, True)] * only_second
    return [(number % people, *cell) for number, cell in enumerate(cells)]


def test_a_gain_has_an_interval_that_chance_makes() -> None:
    none = paired_gain(pairs(50, 5, 5))
    assert none.value == 0
    assert none.low < 0 < none.high
    much = paired_gain(pairs(50, 5, 25))
    assert much.value == 0.25
    assert 0 < much.low < much.value < much.high < 0.45
    assert (paired_gain([]).low, paired_gain([]).high) == (-1, 1)


def test_photos_of_few_people_say_less_than_photos_of_many() -> None:
    alike = [(number // 20, False, number < 40) for number in range(200)]
    mixed = [(number, False, number < 40) for number in range(200)]
    few, many = paired_gain(alike), paired_gain(mixed)
    assert few.value == many.value == 0.2
    assert few.low < 0 < many.low


def test_calibration_is_the_distance_of_confidence_from_accuracy() -> None:
    honest = [(0.85, number < 17) for number in range(20)]
    assert calibration_error(reliability(honest)) == pytest.approx(0)
    boasting = [(0.95, number < 10) for number in range(20)]
    assert calibration_error(reliability(boasting)) == pytest.approx(0.45)
    both = reliability(honest + boasting)
    assert [each.count for each in both] == [20, 20]
    assert calibration_error(both) == pytest.approx(0.225)
    assert calibration_error([]) == 0


def photo(active: str, candidate: str, truth: str = "boho", person: int = 0) -> Reviewed:
    """`none` is a photo in which no outfit is seen, or is none."""

    def said(style: str) -> Said:
        kind = "none" if style == "none" else "outfit"
        return Said(kind, "formal" if style == "none" else style, 0.75, decided=True)

    right = Truth(outfit=truth != "none", style="" if truth in ("none", "?") else truth)
    return Reviewed(person, right, said(active), said(candidate))


def test_what_people_would_be_shown_is_compared() -> None:
    compared = compare(
        [
            photo("boho", "boho"),
            photo("formal", "boho", person=1),
            photo("none", "boho"),  # an outfit that is turned away is wrong
            photo("none", "boho", truth="none"),
            photo("boho", "none", truth="?"),  # an outfit of which nobody said the style
        ]
    )
    assert (compared.photos, compared.people) == (4, 2)
    assert (compared.active.value, compared.candidate.value) == (0.5, 0.75)
    assert (compared.only_active, compared.only_candidate) == (1, 2)
    assert [(each.style, each.photos) for each in compared.styles] == [("boho", 3)]
    assert compared.gate_active.turned_away.value == 0.25
    assert compared.gate_candidate.turned_away.value == 0.25
    assert (compared.gate_active.let_in.value, compared.gate_candidate.let_in.value) == (0, 1)
    assert compared.trust_candidate.error == pytest.approx(0.25)


def many(better: int, worse: int, same: int = 200, style: str = "boho") -> list[Reviewed]:
    """Photos of as many people."""
    kinds = [("formal", style)] * better + [(style, "formal")] * worse + [(style, style)] * same
    return [photo(one, two, style, number) for number, (one, two) in enumerate(kinds)]


@pytest.mark.parametrize(
    ("reviewed", "reason"),
    [
        ([], Reason.TOO_FEW),
        (many(20, 0, 70), Reason.TOO_FEW),
        (many(0, 0), Reason.NOT_BETTER),
        (many(12, 10), Reason.NOT_BETTER),
        (many(10, 30), Reason.NOT_BETTER),
        (many(40, 5), Reason.BETTER),
        (many(60, 0) + many(0, 2, 18, "formal-2"), Reason.STYLE_WORSE),
        # Too few photos of a style to judge it by.
        (many(60, 0) + many(0, 2, 7, "formal-2"), Reason.BETTER),
    ],
)
def test_the_rule(reviewed: list[Reviewed], reason: Reason) -> None:
    judgement = judge(compare(reviewed), RULE)
    assert (judgement.reason, judgement.promote) == (reason, reason == Reason.BETTER)
    assert bool(judgement.worse) == (reason == Reason.STYLE_WORSE)


def test_the_rule_is_in_the_settings(settings: object) -> None:
    assert Rule.from_settings() == Rule(200, 20, 0.05)
    assert judge(compare(many(40, 5, 100)), Rule.from_settings()) == Judgement(Reason.TOO_FEW)


@pytest.fixture
def candidate(release: Release) -> Release:
    return another_release(release, "candidate")


def both_said(
    by: User, release: Release, candidate: Release, one: str, two: str, kind: str = "outfit"
) -> Outfit:
    outfit = add_outfit(by, release, one, confidence=0.8).outfit
    add_prediction(outfit, candidate, two, confidence=0.6, kind=kind, shown=False)
    return outfit


def test_reviewed_outfits_that_both_predicted_are_compared(
    owner: User, stranger: User, staff: User, release: Release, candidate: Release
) -> None:
    one = both_said(owner, release, candidate, "formal", "boho")
    two = both_said(stranger, release, candidate, "formal", "formal", kind="none")
    three = both_said(owner, release, candidate, "formal", "formal")
    both_said(owner, release, candidate, "formal", "boho")  # nobody reviewed it
    alone = add_outfit(owner, release, "formal").outfit  # the candidate has not seen it

    def said(outfit: Outfit, by: User, role: str, **answer: str) -> None:
        prediction = outfit.predictions.get(shown=True)
        record_review(prediction, by.pk, Review.Role(role), **answer)  # type: ignore[arg-type]

    said(one, owner, "owner", style="formal")
    said(one, staff, "staff", style="boho")  # staff's word goes before the owner's here
    said(two, stranger, "owner", answer=Answer.NOT_AN_OUTFIT)
    said(three, owner, "owner", answer=Answer.NO_STYLE)
    said(alone, owner, "owner", style="formal")
    compared = comparison_of(release, candidate)
    assert (compared.photos, compared.people) == (2, 2)
    assert (compared.active.value, compared.candidate.value) == (0, 1)
    assert (compared.gate_active.outfits, compared.gate_active.others) == (2, 1)
    assert compared.gate_active.let_in.value == 1
    assert compared.gate_candidate.let_in.value == 0
    agreed = agreement_of(release, candidate)
    assert (agreed.outfits, agreed.share.value) == (4, 0.25)


def test_one_careless_reviewer_decides_nothing(
    owner: User, release: Release, candidate: Release
) -> None:
    """Each photo is judged by Anna and one more; where that is she who does not care, hers is the
    last word, and wrong."""
    anna, ben, careless = (make_person(name, is_staff=True) for name in ("anna", "ben", "careless"))
    for number in range(24):
        outfit = both_said(owner, release, candidate, "formal", "boho")
        prediction = outfit.predictions.get(shown=True)
        record_review(prediction, anna.pk, Review.Role.STAFF, "boho")
        other, style = (ben, "boho") if number % 2 else (careless, "formal")
        record_review(prediction, other.pk, Review.Role.STAFF, style)
    alone = both_said(owner, release, candidate, "formal", "boho")
    record_review(alone.predictions.get(shown=True), careless.pk, Review.Role.STAFF, "formal")
    compared = comparison_of(release, candidate)
    assert compared.photos == 24, "hers alone is no evidence by now"
    assert (compared.active.value, compared.candidate.value) == (0, 1)
    assert [each.style for each in compared.styles] == ["boho"]


def test_where_nobody_knows_what_is_right_nothing_is_compared(
    owner: User, staff: User, stranger: User, release: Release, candidate: Release
) -> None:
    disputed, unusable = (both_said(owner, release, candidate, "formal", "boho") for _ in range(2))
    for person, style in ((staff, "boho"), (stranger, "formal")):
        record_review(disputed.predictions.get(shown=True), person.pk, Review.Role.STAFF, style)
        record_review(
            unusable.predictions.get(shown=True),
            person.pk,
            Review.Role.STAFF,
            answer=Answer.UNUSABLE,
        )
    compared = comparison_of(release, candidate)
    assert (compared.photos, compared.gate_active.outfits) == (0, 0)


def test_staff_see_disagreements_on_photos_that_they_may_look_at(
    owner: User, stranger: User, release: Release, candidate: Release
) -> None:
    theirs = both_said(owner, release, candidate, "formal", "boho")
    both_said(owner, release, candidate, "formal", "formal")
    hidden = both_said(stranger, release, candidate, "formal", "boho")
    assert disagreements(release, candidate, 10) == []
    owner.consents.create(given=True)
    (found,) = disagreements(release, candidate, 10)
    assert found.outfit == theirs != hidden
    assert (found.active.style, found.candidate.style) == ("formal", "boho")
