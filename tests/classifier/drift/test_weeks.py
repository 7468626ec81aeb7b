"""A newest week beside the weeks before it: what is called a change, and in which words."""

from datetime import date, timedelta
from typing import Any

from classifier.drift.charts import HEIGHT, WIDTH, charts_of
from classifier.drift.counting import BINS, Sums, merged
from classifier.drift.sentences import sentences
from classifier.drift.weeks import Measure, Series, Traffic, Week, added, styles_distance, value_of
from classifier.models import Release

MONDAY = date(2026, 11, 23)
STYLES = {"id": "t", "styles": [{"id": name, "names": {"en": name.title()}} for name in "abc"]}


def week(ago: int = 0, **changes: Any) -> Week:
    fields: dict[str, Any] = {
        "week": MONDAY - timedelta(weeks=ago),
        "photos": 500,
        "outfits": 470,
        "unsure": 94,
        "confidence": 329.0,
        "styles": (235, 141, 94),
        "confidences": tuple(470 if place == 14 else 0 for place in range(BINS)),
        "sampled": 300,
        "unusual": 18,
        "mmd": 0.01,
        "p_value": 0.4,
    }
    return Week(**fields | changes)


def traffic(newest: Week, weeks: int = 6, source: str = "phone") -> Traffic:
    before = [week(ago) for ago in range(weeks, 0, -1)]
    return Traffic((Series(source, (*before, newest)),), week(0, week=None))


def said(found: Traffic) -> list[str]:
    return sentences(found, Release(taxonomy=STYLES))


def test_what_is_as_usual_is_not_called_a_change() -> None:
    found = traffic(week(outfits=466))

    assert said(found) == []
    assert {each.measure for each in found.compared()} == set(Measure)


def test_a_change_is_said_in_plain_words() -> None:
    assert said(traffic(week(outfits=430, unsure=86, confidence=301.0, styles=(215, 129, 86)))) == [
        "14% of phone photos show no outfit; usually 6%."
    ]
    assert said(traffic(week(unsure=188))) == [
        "The style is not sure for 40% of phone photos; usually 20%."
    ]
    assert said(traffic(week(confidence=235.0))) == [
        "The average confidence in phone photos is 50%; usually 70%."
    ]
    assert said(traffic(week(unusual=90))) == [
        "30% of phone photos look unlike the training photos; usually 6%."
    ]
    assert said(traffic(week(styles=(94, 141, 235)))) == [
        "Other styles than usual in phone photos: above all A, 20% instead of 50%."
    ]


def test_few_photos_are_no_change() -> None:
    few = week(photos=20, outfits=17, unsure=4, confidence=11.9, styles=(8, 5, 4), sampled=0)

    assert said(traffic(few)) == []


def test_without_weeks_before_nothing_is_compared() -> None:
    found = traffic(week(), weeks=0)

    assert said(found) == []
    assert [each.usual for each in found.compared()] == [None] * len(Measure)


def test_a_source_that_sent_nothing_lately_is_not_told_as_new() -> None:
    old = Series("api", (week(9), week(8, outfits=100)))
    found = Traffic((Series("phone", (week(1), week(0))), old), None)

    assert {each.source for each in found.compared()} == {"phone"}


def test_usual_is_what_the_eight_weeks_before_hold_together() -> None:
    found = traffic(week(), weeks=20).series[0].usual

    assert found is not None
    assert found.photos == 8 * 500
    assert value_of(found, Measure.NO_OUTFIT, None) == 0.06


def test_the_distance_of_styles_is_0_for_the_same_and_1_for_nothing_in_common() -> None:
    one, other = week(styles=(10, 0, 0)), week(styles=(0, 7, 0))

    assert styles_distance(one, week(styles=(20, 0, 0))) == 0
    assert styles_distance(one, other) == 1
    assert styles_distance(one, week(outfits=0, styles=(0, 0, 0))) is None


def test_a_week_without_any_outfit_has_no_confidence() -> None:
    empty = week(
        photos=40, outfits=0, unsure=0, confidence=0, styles=(0, 0, 0), sampled=0, mmd=None
    )

    assert value_of(empty, Measure.CONFIDENCE, None) is None
    assert value_of(empty, Measure.NO_OUTFIT, None) == 1
    assert [each.measure for each in traffic(empty).compared()] == [Measure.NO_OUTFIT]


def test_the_discrepancy_of_several_sources_is_their_mean_by_size() -> None:
    both = added([week(mmd=0.1, sampled=100), week(mmd=0.3, sampled=300)], MONDAY)

    assert both.mmd == 0.25
    assert added([week(mmd=None, sampled=0)], MONDAY).mmd is None


def test_charts_of_one_release_share_their_weeks() -> None:
    found = traffic(week(outfits=430))
    charts = charts_of(found.series[0], found)

    assert [chart.measure for chart in charts] == list(Measure)
    for chart in charts:
        assert chart.now.x == WIDTH
        assert len({dot.x for dot in chart.dots}) == 7
        assert all(0 <= dot.y <= HEIGHT for dot in chart.dots)
        assert chart.line.count(",") == 7


def sums(photos: int, owners: set[int]) -> Sums:
    return Sums([0], photos=photos, owners=owners)


def test_what_rests_on_few_people_or_photos_is_shown_with_others_or_not_at_all() -> None:
    many = sums(100, set(range(9)))
    one_person, few_photos = sums(100, {1}), sums(3, {11, 12, 13, 14})

    assert merged({"phone": many, "api": one_person}, 20, 5, "other") == {"phone": ["phone"]}
    assert merged({"phone": many, "api": one_person, "batch": few_photos}, 20, 5, "other") == {
        "phone": ["phone"],
        "other": ["api", "batch"],
    }
    assert merged({"api": one_person}, 20, 5, "other") == {}
