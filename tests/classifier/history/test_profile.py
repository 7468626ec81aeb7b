"""The computation of the style profile, on made-up histories. Nothing here touches a service."""

import random
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import pytest

from classifier.history.distributions import chi_squared, divergence, smoothed, variety
from classifier.history.profile import (
    FEWEST,
    HALF_LIFE_DAYS,
    LATELY_DAYS,
    DailyTotals,
    Profile,
    decayed,
    style_profile,
)

TODAY = date(2026, 6, 1)
STYLES = ("casual", "formal", "sporty", "streetwear", "y2k")


def wore(days_ago: int, **shares: float) -> DailyTotals:
    """One outfit with these probabilities, some days ago."""
    top = max(shares, key=lambda style: shares[style])
    return DailyTotals(TODAY - timedelta(days=days_ago), 1, shares, {top: 1})


def profile_of(worn: Iterable[DailyTotals]) -> Profile:
    history = sorted(worn, key=lambda each: each.day, reverse=True)
    latest = [next(iter(each.tops)) for each in history]
    found = style_profile(history, latest, TODAY, STYLES)
    assert found is not None
    return found


def shares_now(profile: Profile) -> Mapping[str, float]:
    return {share.style: share.now for share in profile.shares}


def test_too_few_outfits_make_no_profile() -> None:
    few = [wore(day, casual=1.0) for day in range(FEWEST - 1)]
    assert style_profile(few, ["casual"] * len(few), TODAY, STYLES) is None
    assert style_profile([], [], TODAY, STYLES) is None


def test_shares_are_distributions_with_the_largest_first() -> None:
    profile = profile_of(wore(day, casual=0.7, formal=0.3) for day in range(20))
    assert sum(share.now for share in profile.shares) == pytest.approx(1)
    assert sum(share.ever for share in profile.shares) == pytest.approx(1)
    assert [share.style for share in profile.shares[:2]] == ["casual", "formal"]


def test_an_outfit_counts_half_for_each_half_life() -> None:
    history = [wore(0, casual=1.0), wore(HALF_LIFE_DAYS, formal=1.0)]
    assert decayed(history) == {"casual": 1.0, "formal": 0.5}


def test_after_a_long_pause_the_last_outfits_are_the_style_of_now() -> None:
    def history(pause: int) -> list[DailyTotals]:
        old = [wore(pause + 400 + day, formal=1.0) for day in range(30)]
        return [*old, *(wore(pause + day, y2k=1.0) for day in range(10))]

    rested, awake = profile_of(history(1000)), profile_of(history(0))
    assert rested.shares == awake.shares
    assert rested.shares[0].style == "y2k"


def test_now_differs_from_all_time_when_tastes_changed() -> None:
    old = [wore(300 + day, formal=1.0) for day in range(60)]
    profile = profile_of([*old, *(wore(day, streetwear=1.0) for day in range(20))])
    first = profile.shares[0]
    assert first.style == "streetwear"
    assert first.now > 0.7
    assert first.ever == pytest.approx(20 / 80, abs=0.02)


def test_pseudo_counts_keep_few_outfits_from_shouting() -> None:
    even = dict.fromkeys(STYLES, 0.2)
    one, many = (smoothed({"casual": n}, 3, even)["casual"] for n in (1.0, 100.0))
    assert one == pytest.approx((1 + 0.6) / 4)
    assert many > 0.97


def test_what_the_model_was_not_sure_of_weighs_by_its_probabilities() -> None:
    unsure = profile_of(wore(day, casual=0.4, formal=0.35, sporty=0.25) for day in range(40))
    assert shares_now(unsure)["formal"] == pytest.approx(0.35, abs=0.01)


def test_the_lead_says_of_how_many_outfits() -> None:
    history = [wore(day, streetwear=1.0) for day in range(7)]
    profile = profile_of([*history, *(wore(10 + day, formal=1.0) for day in range(5))])
    assert profile.now.styles == ("streetwear",)
    assert [(each.part, each.whole) for each in profile.now.latest] == [(7, 10)]


def test_nothing_leads_where_every_outfit_is_another_style() -> None:
    profile = profile_of(wore(day, **{STYLES[day % 5]: 1.0}) for day in range(10))
    assert profile.now.styles == ()


def test_what_is_said_of_now_never_denies_the_counts_beneath_it() -> None:
    chance = random.Random(0)
    for _ in range(200):
        history = []
        for day in range(30):
            style, share = chance.choice(STYLES), chance.choice([0.3, 0.6, 1.0])
            rest = dict.fromkeys(STYLES, (1 - share) / len(STYLES))
            history.append(wore(day, **{**rest, style: rest[style] + share}))
        profile = profile_of(history)
        tops = [each for day in history[:10] for each in day.tops]
        said = dict(zip(profile.now.styles, profile.now.latest, strict=True))
        assert all(count.part == tops.count(style) for style, count in said.items())
        if said:
            first = profile.now.styles[0]
            assert tops.count(first) == max(map(tops.count, STYLES)), "the headline leads"
            assert profile.shares[0].style in said, "and so does the first bar"
        else:
            assert max(map(tops.count, STYLES)) < 3


def test_a_style_that_is_new_rises_and_the_one_it_replaces_falls() -> None:
    old = [wore(LATELY_DAYS + 10 + day, formal=1.0) for day in range(40)]
    profile = profile_of([*old, *(wore(day, streetwear=1.0) for day in range(15))])
    found = {trend.style: trend for trend in profile.trends}
    assert found["streetwear"].rising
    assert not found["formal"].rising
    assert found["streetwear"].lately.part == found["streetwear"].lately.whole == 15
    assert (found["formal"].before.part, found["formal"].before.whole) == (40, 40)
    assert profile.change is not None
    assert profile.change.changed
    assert profile.change.divergence > 0.5


def test_few_outfits_are_no_trend() -> None:
    old = [wore(LATELY_DAYS + 10 + day, formal=1.0) for day in range(40)]
    profile = profile_of([*old, *(wore(day, streetwear=1.0) for day in range(4))])
    assert profile.trends == ()
    assert profile.change is None


def test_a_small_difference_is_no_trend() -> None:
    old = [wore(LATELY_DAYS + day, casual=0.5, formal=0.5) for day in range(1, 41)]
    profile = profile_of([*old, *(wore(day, casual=0.6, formal=0.4) for day in range(20))])
    assert profile.trends == ()
    assert profile.change is not None
    assert not profile.change.changed


def test_chance_alone_seldom_makes_a_trend() -> None:
    chance = random.Random(7)
    statements = changes = 0
    for _ in range(300):
        picks = [chance.choices(STYLES, (8, 5, 3, 2, 1))[0] for _ in range(80)]
        profile = profile_of(wore(2 * day, **{style: 1.0}) for day, style in enumerate(picks))
        statements += bool(profile.trends)
        assert profile.change is not None
        changes += profile.change.changed
    assert statements <= 0.05 * 300
    assert changes <= 0.1 * 300


def test_divergence_is_zero_for_the_same_and_one_bit_for_nothing_in_common() -> None:
    assert divergence({"a": 3.0, "b": 1.0}, {"a": 30.0, "b": 10.0}) == pytest.approx(0)
    assert divergence({"a": 5.0}, {"b": 5.0}) == pytest.approx(1)


def test_the_quantile_is_that_of_the_tables() -> None:
    for freedom, table in ((1, 3.841), (5, 11.070), (12, 21.026)):
        assert chi_squared(freedom, 0.95) == pytest.approx(table, rel=0.03)


def test_variety_counts_styles_by_how_even_they_are() -> None:
    assert variety({"a": 9.0}) == pytest.approx(1)
    assert variety({"a": 5.0, "b": 5.0}) == pytest.approx(2)
    assert variety({"a": 9.0, "b": 1.0}) == pytest.approx(1.384, abs=0.001)


def test_a_style_that_only_an_older_model_knew_is_not_forgotten() -> None:
    profile = profile_of(wore(day, preppy=1.0) for day in range(10))
    assert profile.shares[0].style == "preppy"
