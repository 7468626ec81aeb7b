"""The profile and what looks alike, over HTTP, on histories that are rows."""

import math
import re
import uuid
from collections.abc import Callable
from pathlib import Path

from django.contrib.auth.models import User
from django.test import Client

from classifier.history.queries import daily_totals, extremes_of, latest_styles, similar_to
from classifier.models import Outfit, Release, Review
from classifier.reviews.verdicts import record_review
from tests.support.factories import add_outfit, add_prediction
from worker.releases import register_starter


def page_of(client: Client) -> str:
    answer = client.get("/profile/")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def first_style(page: str) -> str:
    found = re.search(r'<h1 id="now" data-style="([^"]+)"', page)
    assert found
    return found[1]


def test_an_empty_history_says_what_to_do(as_owner: Client) -> None:
    page = page_of(as_owner)
    assert "5 more outfits to see your profile." in page
    assert "Upload a photo" in page


def test_a_small_history_says_that_it_is_too_small(
    as_owner: Client, owner: User, release: Release
) -> None:
    add_outfit(owner, release, "formal")
    add_outfit(owner, release, "boho")
    page = page_of(as_owner)
    assert "3 more outfits to see your profile." in page
    assert 'id="now"' not in page


def test_a_style_that_no_release_knows_any_more_is_shown_by_its_id(
    as_owner: Client, owner: User, release: Release
) -> None:
    for day in range(6):
        outfit = add_outfit(owner, release, "formal", days_ago=day).outfit
        Outfit.objects.filter(pk=outfit.pk).update(style="farthingale", certainty="corrected")
    page = page_of(as_owner)
    assert first_style(page) == "farthingale"


def test_the_lead_explains_itself(as_owner: Client, owner: User, release: Release) -> None:
    for day in range(7):
        add_outfit(owner, release, "streetwear", days_ago=day)
    for day in range(9):
        add_outfit(owner, release, "formal", days_ago=40 + day)
    page = page_of(as_owner)
    assert first_style(page) == "streetwear"
    assert "7 of your last 10 outfits are Streetwear." in page


def test_a_trend_explains_itself(as_owner: Client, owner: User, release: Release) -> None:
    for day in range(12):
        add_outfit(owner, release, "y2k", days_ago=day)
    for day in range(20):
        add_outfit(owner, release, "formal", days_ago=100 + day)
    page = page_of(as_owner)
    assert '<li data-style="y2k" class="up">' in page
    assert '<li data-style="formal" class="down">' in page
    assert "12 of your 12 outfits in the last 60 days, and 0 of 20 before." in page
    assert "about the same" not in page


def test_thin_evidence_makes_no_trend(as_owner: Client, owner: User, release: Release) -> None:
    for day in range(12):
        add_outfit(owner, release, "y2k", days_ago=day)
    page = page_of(as_owner)
    assert "Too early for a trend." in page
    assert 'class="up"' not in page


def test_headline_and_reason_agree_where_the_latest_differ_from_the_rest(
    as_owner: Client, owner: User, release: Release
) -> None:
    for day in range(4):  # unsure: they weigh little
        add_outfit(owner, release, "boho", days_ago=day, confidence=0.2)
    for day in range(3):
        add_outfit(owner, release, "y2k", days_ago=4 + day)
    for day, style in enumerate(["casual", "sporty", "academia"]):
        add_outfit(owner, release, style, days_ago=7 + day)
    for day in range(5):
        add_outfit(owner, release, "y2k", days_ago=20 + day)
    page = page_of(as_owner)
    assert "Between Boho and Y2K" in page
    assert "4 of your last 10 outfits are Boho. 3 are Y2K, which you wear more overall." in page


def test_no_style_leads_a_mix(as_owner: Client, owner: User, release: Release) -> None:
    for day, style in enumerate(release.styles.ids[:10]):
        add_outfit(owner, release, style, days_ago=day)
    page = page_of(as_owner)
    assert "A mix of styles" in page
    assert "of your last 10 outfits are" not in page
    assert "You mix about 10 styles." in page


def test_few_photos_say_what_is_missing_and_what_does_not_count(
    as_owner: Client, owner: User, release: Release, make_outfit: Callable[..., Outfit]
) -> None:
    add_outfit(owner, release, "formal")
    add_outfit(owner, release, "formal", kind="none")
    unknown = add_outfit(owner, release, "formal")
    record_review(unknown, owner.pk, Review.Role.OWNER, "", answer=Review.Answer.NO_STYLE)
    make_outfit()
    page = page_of(as_owner)
    assert "4 more outfits to see your profile." in page
    assert "1 photo is still being classified." in page
    assert "1 photo shows no outfit and doesn’t count." in page
    assert "1 outfit has none of our styles and doesn’t count." in page


def test_a_correction_counts_as_certain(as_owner: Client, owner: User, release: Release) -> None:
    predictions = [
        add_outfit(owner, release, "formal", days_ago=day, confidence=0.6) for day in range(8)
    ]
    assert first_style(page_of(as_owner)) == "formal"
    for prediction in predictions:
        record_review(prediction, owner.pk, Review.Role.OWNER, "boho")
    page = page_of(as_owner)
    assert first_style(page) == "boho"
    assert "8 of your last 8 outfits are Boho" in page


def test_the_owners_verdict_counts_before_staffs_and_staffs_before_the_models(
    owner: User, staff: User, stranger: User, release: Release
) -> None:
    prediction = add_outfit(owner, release, "formal", confidence=0.9)
    record_review(prediction, staff.pk, Review.Role.STAFF, "casual")
    (day,) = daily_totals(owner.pk)
    assert (day.shares, day.tops) == ({"casual": 1.0}, {"casual": 1})
    record_review(prediction, owner.pk, Review.Role.OWNER, "boho")
    record_review(prediction, stranger.pk, Review.Role.STAFF, "y2k")
    (day,) = daily_totals(owner.pk)
    assert day.shares == {"boho": 1.0}
    assert latest_styles(owner.pk) == ["boho"]


def test_what_is_not_decided_weighs_by_its_probabilities(owner: User, release: Release) -> None:
    add_outfit(owner, release, "formal", confidence=0.4)
    add_outfit(owner, release, "formal", confidence=0.4)
    (day,) = daily_totals(owner.pk)
    assert day.outfits == 2
    assert math.isclose(day.shares["formal"], 0.8, abs_tol=1e-6)
    assert math.isclose(sum(day.shares.values()), 2, abs_tol=1e-6)


def test_only_the_prediction_that_speaks_for_an_outfit_counts(
    owner: User, release: Release, starter_copy: Callable[[], Path]
) -> None:
    outfit = add_outfit(owner, release, "formal", days_ago=3).outfit
    add_prediction(outfit, second_release(starter_copy()), "boho")
    (day,) = daily_totals(owner.pk)
    assert (day.outfits, day.shares, day.tops) == (1, {"boho": 1.0}, {"boho": 1})


def second_release(folder: Path) -> Release:
    """Another release with the starter's styles."""
    from inference.bundle import write_sums

    (folder / "MODEL_CARD.md").write_text("# Another\n")
    write_sums(folder)
    return register_starter(folder)


def test_the_most_typical_outfit_is_the_medoid_and_the_most_unusual_the_farthest(
    as_owner: Client, owner: User, release: Release
) -> None:
    looks = [(1, 0, 0), (0.9, 0.3, 0), (0.95, 0.1, 0.1), (0.8, 0.5, 0), (0, 0.2, 1), (0.7, 0.6, 0)]
    made = [
        add_outfit(owner, release, "formal", days_ago=day, look=look)
        for day, look in enumerate(looks)
    ]

    def mean_cosine(one: int) -> float:
        others = [each for each in range(len(looks)) if each != one]
        return sum(cosine(looks[one], looks[each]) for each in others) / len(others)

    by_hand = sorted(range(len(looks)), key=mean_cosine)
    found = extremes_of(owner.pk, release.pk)
    assert found is not None
    assert found.typical == made[by_hand[-1]].outfit_id
    assert found.unusual == made[by_hand[0]].outfit_id
    page = page_of(as_owner)
    for outfit_id in (found.typical, found.unusual):
        assert f"/outfits/{outfit_id}/similar/" in page


def cosine(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    product = sum(a * b for a, b in zip(one, other, strict=True))
    return product / (math.hypot(*one) * math.hypot(*other))


def test_what_looks_alike_comes_nearest_first(
    as_owner: Client, owner: User, release: Release
) -> None:
    this = add_outfit(owner, release, "formal", look=(1, 0))
    far, near, middle = (
        add_outfit(owner, release, "formal", look=look) for look in ((0, 1), (1, 0.1), (1, 1))
    )
    expected = [near.outfit_id, middle.outfit_id, far.outfit_id]
    cosines = similar_to(owner.pk, this.outfit_id, 10)
    assert list(cosines) == expected
    assert math.isclose(cosines[middle.outfit_id], math.sqrt(0.5), abs_tol=1e-3)
    page = as_owner.get(f"/outfits/{this.outfit_id}/similar/").content.decode()
    shown = re.findall(r'href="/outfits/([0-9a-f-]{36})/"', page)
    assert [each for each in shown if each != str(this.outfit_id)] == [str(e) for e in expected]


def test_what_looks_alike_is_the_owners_only(
    as_owner: Client, owner: User, stranger: User, release: Release
) -> None:
    this = add_outfit(owner, release, "formal")
    strangers = add_outfit(stranger, release, "formal")
    page = as_owner.get(f"/outfits/{this.outfit_id}/similar/").content.decode()
    assert str(strangers.outfit_id) not in page
    assert "Nothing to compare yet" in page
    assert as_owner.get(f"/outfits/{strangers.outfit_id}/similar/").status_code == 404


def test_looks_of_another_release_are_not_compared(
    owner: User, release: Release, starter_copy: Callable[[], Path]
) -> None:
    this = add_outfit(owner, release, "formal")
    add_outfit(owner, second_release(starter_copy()), "formal")
    assert similar_to(owner.pk, this.outfit_id, 10) == {}


def test_an_outfit_that_waits_says_so(as_owner: Client, make_outfit: Callable[..., Outfit]) -> None:
    page = as_owner.get(f"{make_outfit().get_absolute_url()}similar/").content.decode()
    assert "This outfit isn’t classified yet" in page


def test_another_persons_history_is_no_part_of_the_profile(
    as_stranger: Client, owner: User, release: Release
) -> None:
    for day in range(8):
        add_outfit(owner, release, "formal", days_ago=day)
    assert "5 more outfits to see your profile." in page_of(as_stranger)


def test_visitors_are_sent_to_sign_in(site: None) -> None:
    for address in ("/profile/", f"/outfits/{uuid.uuid4()}/similar/"):
        assert Client().get(address)["Location"].startswith("/accounts/login/")
