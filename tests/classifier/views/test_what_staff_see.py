"""What pages promise: staff see a photo only for a reason, and its owner sees that they looked."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from classifier.audit import Action
from classifier.models import AuditEntry, Outfit, Prediction, Review
from classifier.personal_data.consents import record_consent
from classifier.reviews.verdicts import record_review
from tests.conftest import signed_in

Make = Callable[..., Outfit]


def looks() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action=Action.STAFF_VIEWED_PHOTO).order_by("pk"))


def photos(outfit: Outfit) -> list[str]:
    return [f"/outfits/{outfit.pk}/{name}.jpg" for name in ("photo", "thumb")]


def test_staff_see_no_photo_without_a_reason(classified: Outfit, as_staff: Client) -> None:
    for address in photos(classified):
        assert as_staff.get(address).status_code == 404
    for address in ("", "why.png", "card.jpg", "similar/"):
        assert as_staff.get(f"/outfits/{classified.pk}/{address}").status_code == 404
    assert looks() == []


def test_lists_of_staff_tell_nothing_of_what_a_photo_shows(
    classified: Outfit, as_staff: Client
) -> None:
    Outfit.objects.update(original_name="at the doctor.jpg")
    for page in ("outfit/", f"outfit/{classified.pk}/change/"):
        text = as_staff.get(f"/admin/classifier/{page}").content.decode()
        assert ".jpg" not in text
        assert classified.style not in text
        assert str(classified.predictions.get().top_style.name()) not in text
    text = as_staff.get("/admin/classifier/prediction/").content.decode()
    assert ".jpg" not in text
    assert "0 predictions" in text
    of_it = f"/admin/classifier/prediction/{classified.predictions.get().pk}/change/"
    assert as_staff.get(of_it).status_code == 302
    assert as_staff.post(of_it, {"correct_style": classified.style}).status_code == 302
    assert not Review.objects.exists()


def test_with_consent_staff_review_and_each_look_is_written_down(
    classified: Outfit, owner: User, staff: User, as_owner: Client, as_staff: Client
) -> None:
    record_consent(owner.pk, True)
    page = as_staff.get("/admin/classifier/prediction/").content.decode()
    thumb = f"/outfits/{classified.pk}/thumb.jpg"
    assert f'src="{thumb}"' in page
    assert looks() == [], "nobody has seen it before the browser fetches it"
    shown = as_staff.get(thumb)
    assert shown["Content-Type"] == "image/jpeg"
    assert "no-store" in shown["Cache-Control"], "the next look must come to us, too"
    (look,) = looks()
    assert (look.actor_id, look.subject_id, look.outfit_id) == (staff.pk, owner.pk, classified.pk)
    assert look.details == {"reason": "review"}
    told = as_owner.get("/account/activity/").content.decode()
    assert "Staff viewed one of your photos" in told
    assert "staff@example.org" not in told

    record_consent(owner.pk, False)
    assert as_staff.get(thumb).status_code == 404
    assert "thumb.jpg" not in as_staff.get("/admin/classifier/prediction/").content.decode()
    assert len(looks()) == 1


def test_a_photo_that_failed_is_shown_to_those_who_mend_it(
    make_outfit: Make, stranger: User, as_staff: Client
) -> None:
    outfit = make_outfit()
    thumb = f"/outfits/{outfit.pk}/thumb.jpg"
    Outfit.objects.update(status="failed", error_code="engine_error")
    assert f'src="{thumb}"' in as_staff.get("/staff/dead-letters/").content.decode()
    assert as_staff.get(thumb).status_code == 200
    assert [look.details for look in looks()] == [{"reason": "failed"}]

    stranger.is_staff = True
    stranger.save()
    reviewer = signed_in(stranger)
    stranger.user_permissions.set(Permission.objects.filter(codename="change_prediction"))
    assert reviewer.get(thumb).status_code == 404, "may review, may not mend"
    Outfit.objects.update(status="queued", error_code="")
    assert as_staff.get(thumb).status_code == 404, "it is queued again: no reason any more"


def test_an_owner_who_is_staff_looks_at_their_own_unrecorded(
    make_outfit: Make, staff: User, as_staff: Client
) -> None:
    outfit = make_outfit(user=staff)
    assert as_staff.get(f"/outfits/{outfit.pk}/photo.jpg").status_code == 200
    assert looks() == []


def other_style(prediction: Prediction) -> str:
    return next(style for style in prediction.release.styles.ids if style != prediction.style)


def test_a_verdict_of_staff_is_told_as_theirs_and_written_down(
    classified: Outfit, owner: User, as_owner: Client, as_staff: Client
) -> None:
    record_consent(owner.pk, True)
    prediction = classified.predictions.get()
    review = f"/admin/classifier/prediction/{prediction.pk}/change/"
    as_staff.post(review, {"correct_style": other_style(prediction), "note": ""})
    page = as_owner.get(f"/outfits/{classified.pk}/").content.decode()
    assert "Our staff said" in page
    assert "You said" not in page
    assert "Change your answer" not in page
    entry = AuditEntry.objects.get(action=Action.STAFF_VERDICT)
    assert (entry.subject_id, entry.outfit_id) == (owner.pk, classified.pk)
    told = as_owner.get("/account/activity/").content.decode()
    assert "Staff reviewed one of your outfits" in told

    as_staff.post(review, {"correct_style": "answer:not_an_outfit", "note": ""})
    page = as_owner.get(f"/outfits/{classified.pk}/").content.decode()
    assert "Our staff said" in page
    assert "You said" not in page

    record_review(prediction, owner.pk, Review.Role.OWNER, other_style(prediction))
    page = as_owner.get(f"/outfits/{classified.pk}/").content.decode()
    assert "You said" in page
    assert "Our staff said" not in page


def test_what_staff_delete_is_told_to_its_owner(
    make_outfit: Make, as_owner: Client, as_staff: Client
) -> None:
    outfit = make_outfit()
    form = {"action": "delete_selected", "_selected_action": [str(outfit.pk)], "post": "yes"}
    as_staff.post("/admin/classifier/outfit/", form)
    assert not Outfit.objects.exists()
    assert "Deleted by staff" in as_owner.get("/account/activity/").content.decode()


@pytest.mark.parametrize("language", ["en", "ko"])
def test_pages_promise_what_holds(as_owner: Client, language: str) -> None:
    headers = {"Accept-Language": language}
    data = as_owner.get("/account/data/", headers=headers).content.decode()
    landing = Client().get("/", headers=headers).content.decode()
    for page in (data, landing):
        assert ("our staff" in page.lower()) if language == "en" else ("운영자" in page)
        assert "Nobody but you" not in page
    assert "/account/activity/" in data
