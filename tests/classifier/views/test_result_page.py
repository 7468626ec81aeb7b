"""The result of an outfit: its style, how sure the model is in words, and what a person answers."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from classifier.history.sureness import VERY_SURE, also, how_sure
from classifier.models import Outfit, Release, Review
from tests.support.factories import add_outfit

HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize(
    ("confidence", "style_set", "sure", "could_also_be"),
    [
        (VERY_SURE, ("formal",), "Very sure", ""),
        (0.79, ("formal", "casual"), "Fairly sure", "Casual"),
        (0.6, ("formal", "casual", "boho"), "Fairly sure", "Casual or Boho"),
        (0.3, ("formal", "casual"), "Torn between Formal and Casual", ""),
        (0.3, ("formal", "casual", "boho"), "Torn between Formal and Casual", "Boho"),
        (
            0.2,
            ("formal", "casual", "boho", "alt", "y2k", "sporty", "lolita"),
            "Torn between Formal and Casual",
            "Boho, Alternative, Y2K or 2 more",
        ),
    ],
)
def test_how_sure_the_model_is_in_words(
    owner: User,
    release: Release,
    as_owner: Client,
    confidence: float,
    style_set: tuple[str, ...],
    sure: str,
    could_also_be: str,
) -> None:
    prediction = add_outfit(owner, release, "formal", confidence=confidence, style_set=style_set)
    assert (how_sure(prediction), also(prediction)) == (sure, could_also_be)
    page = as_owner.get(f"/outfits/{prediction.outfit_id}/").content.decode()
    assert sure in page
    assert (f"It could also be {could_also_be}." in page) == bool(could_also_be)


def test_without_a_set_the_second_best_style_is_the_rival(owner: User, release: Release) -> None:
    prediction = add_outfit(owner, release, "formal", confidence=0.3)
    assert how_sure(prediction).startswith("Torn between Formal and ")


def test_what_the_model_took_for_no_outfit_is_a_guess(owner: User, release: Release) -> None:
    assert how_sure(add_outfit(owner, release, "formal", kind="none")) == "Just a guess"


def test_right_is_one_tap(owner: User, release: Release, as_owner: Client) -> None:
    prediction = add_outfit(owner, release, "formal", style_set=("formal", "casual"))
    address = f"/outfits/{prediction.outfit_id}/"
    page = as_owner.get(address).content.decode()
    assert '<button class="right" name="style" value="formal">' in page
    page = as_owner.post(f"{address}correct/", {"style": "formal"}, follow=True).content.decode()
    assert "Thanks for confirming." in page
    assert "you agreed" in page
    assert 'class="right"' not in page
    assert "It could also be" not in page
    assert Review.objects.get().verdict == Review.Verdict.RIGHT


def test_a_corrected_style_is_the_large_word(
    owner: User, release: Release, as_owner: Client
) -> None:
    prediction = add_outfit(owner, release, "formal", style_set=("formal", "casual"))
    address = f"/outfits/{prediction.outfit_id}/"
    page = as_owner.post(f"{address}correct/", {"style": "boho"}, follow=True).content.decode()
    assert '<h1 class="word">Boho</h1>' in page
    assert "The model’s guess: Formal." in page
    assert "It could also be" not in page


def test_the_answer_brings_what_belongs_to_it(classified: Outfit, as_owner: Client) -> None:
    """Whoever waits on the page gets why, similar outfits, the share link and the diary with it."""
    part = as_owner.get(f"/outfits/{classified.pk}/state/", headers=HTMX).content.decode()
    assert part.count("hx-swap-oob") == 4
    assert f"/outfits/{classified.pk}/why.png" in part
    assert f"/outfits/{classified.pk}/similar/?few" in part
    assert 'class="diary"' in part
    assert "<title>" in part


def test_while_it_waits_only_the_state_is_asked_for(
    make_outfit: Callable[..., Outfit], as_owner: Client
) -> None:
    part = as_owner.get(f"/outfits/{make_outfit().pk}/state/", headers=HTMX).content.decode()
    assert "hx-swap-oob" not in part


def test_a_few_similar_outfits_are_shown_with_the_result(
    owner: User, release: Release, as_owner: Client
) -> None:
    first = add_outfit(owner, release, "formal")
    address = f"/outfits/{first.outfit_id}/similar/?few"
    assert "first outfit" in as_owner.get(address).content.decode()
    others = [add_outfit(owner, release, "casual") for _ in range(6)]
    part = as_owner.get(address).content.decode()
    assert part.count("<img") == 4
    assert any(f"/outfits/{other.outfit_id}/" in part for other in others)


def test_a_result_is_a_light_page(classified: Outfit, as_owner: Client) -> None:
    assert len(as_owner.get(classified.get_absolute_url()).content) < 30_000
