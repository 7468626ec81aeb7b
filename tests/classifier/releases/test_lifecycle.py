"""Promoting, rolling back, shadowing, retiring: who may go where, and what is known afterwards."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from classifier.models import Activation, AuditEntry, Outfit, Release, Review
from classifier.releases.lifecycle import promote, retire, roll_back, start_shadow
from classifier.releases.refusals import ReleaseRefused
from tests.support.at_once import at_once
from tests.support.releases import add_release


def status(name: str) -> str:
    return Release.objects.get(name=name).status


def served(*names: str) -> None:
    """These were promoted one after the other."""
    for name in names:
        promote(Release.objects.filter(name=name).first() or add_release(name))


def test_promoting_retires_the_one_before_and_is_written_down(site: None) -> None:
    served("a", "b")
    assert (status("a"), status("b")) == ("retired", "active")
    entry = AuditEntry.objects.filter(action="release_activated").latest("pk")
    assert entry.details["release"] == "b"
    assert entry.details["before"] == "a"


def test_the_active_one_is_not_promoted_again(site: None) -> None:
    served("a")
    with pytest.raises(ReleaseRefused, match="a is already active"):
        promote(Release.objects.get(name="a"))
    assert Activation.objects.count() == 1


def test_rolling_back_returns_to_the_one_before(site: None) -> None:
    served("a", "b")
    assert roll_back("b").name == "a"
    assert (status("a"), status("b")) == ("active", "retired")
    assert Activation.objects.get(release__name="b").taken_back is not None
    entry = AuditEntry.objects.filter(action="release_rolled_back").get()
    assert (entry.details["release"], entry.details["before"]) == ("a", "b")


def test_rolling_back_again_goes_further_into_the_past_and_never_forth(site: None) -> None:
    served("a", "b", "c")
    assert [roll_back("c").name, roll_back("b").name] == ["b", "a"]
    with pytest.raises(ReleaseRefused, match="No release was active before a"):
        roll_back("a")
    assert status("a") == "active"


def test_what_was_taken_back_is_passed_over(site: None) -> None:
    served("a", "b")
    roll_back("b")
    served("c")
    assert roll_back("c").name == "a"


def test_one_that_was_promoted_twice_is_returned_to_twice(site: None) -> None:
    served("a", "b", "a")
    assert [roll_back("a").name, roll_back("b").name] == ["b", "a"]


def test_a_second_click_does_not_roll_back_once_more(site: None) -> None:
    served("a", "b", "c")
    roll_back("c")
    with pytest.raises(ReleaseRefused, match=r"c is no longer active\. Active release: b"):
        roll_back("c")
    assert status("b") == "active"


def test_without_an_active_release_there_is_nothing_to_roll_back(site: None) -> None:
    with pytest.raises(ReleaseRefused, match="no longer active"):
        roll_back()


def test_several_that_promote_at_once_leave_one_active(site: None) -> None:
    served("first")
    rows = [add_release(name) for name in ("a", "b", "c", "d")]
    at_once(4, lambda number: promote(rows[number]))
    assert Release.objects.filter(status="active").count() == 1
    assert Activation.objects.count() == 5
    assert Release.objects.filter(status="retired").count() == 4


def test_of_two_rollbacks_at_once_one_is_done(site: None) -> None:
    served("a", "b", "c")

    def back(_number: int) -> str:
        try:
            return roll_back("c").name
        except ReleaseRefused:
            return "refused"

    assert sorted(at_once(2, back)) == ["b", "refused"]
    assert status("b") == "active"


def test_shadow_and_away(site: None) -> None:
    release = add_release("a")
    start_shadow(release)
    assert status("a") == "shadow"
    retire(release)
    assert status("a") == "retired"
    promote(release)
    assert status("a") == "active"


@pytest.mark.parametrize("change", [start_shadow, retire])
def test_the_active_one_neither_goes_into_shadow_nor_away(site: None, change: Any) -> None:
    served("a")
    with pytest.raises(ReleaseRefused, match="it is active"):
        change(Release.objects.get(name="a"))
    assert status("a") == "active"


def test_one_that_is_gone_is_not_promoted_and_the_old_one_serves(site: None) -> None:
    served("a")
    gone = add_release("b")
    Release.objects.filter(pk=gone.pk).delete()
    with pytest.raises(ReleaseRefused, match="b cannot become active"):
        promote(gone)
    assert status("a") == "active"


def other_styles(release: Release) -> Release:
    """A candidate that knows a style more and one less."""
    taxonomy = dict(release.taxonomy)
    styles = list(taxonomy["styles"])
    taxonomy["styles"] = [{"id": "gorpcore", "names": {"en": "Gorpcore"}}, *styles[1:]]
    return add_release("other", taxonomy=taxonomy)


def test_other_styles_are_refused_while_there_are_reviews(
    classified: Outfit, owner: User, release: Release
) -> None:
    other = other_styles(release)
    Review.objects.create(
        prediction=classified.predictions.get(),
        by=owner,
        role=Review.Role.OWNER,
        verdict=Review.Verdict.RIGHT,
        style=release.styles.ids[0],
    )
    lacking = release.styles.ids[0]
    with pytest.raises(ReleaseRefused, match=f"it lacks {lacking}, it adds gorpcore"):
        promote(other)
    assert status(release.name) == "active"
    assert status("other") == "candidate"


def test_other_styles_are_fine_before_the_first_review(release: Release) -> None:
    promote(other_styles(release))
    assert status("other") == "active"


def test_what_no_worker_would_load_is_not_promoted(site: None, settings: Any) -> None:
    served("a")
    settings.FASI_UNSIGNED_RELEASES = False
    with pytest.raises(ReleaseRefused, match="b is not signed"):
        promote(add_release("b"))
    with pytest.raises(ReleaseRefused, match="signed by the key 0123456789ABCDEF, which is not"):
        promote(add_release("c", signed_by="0123456789ABCDEF"))
    assert status("a") == "active"
