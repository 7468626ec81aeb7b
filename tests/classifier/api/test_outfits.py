"""Outfits over the API: upload, wait, look, list, correct, delete."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import httpx
import pytest
from django.contrib.auth.models import User

from classifier.models import Outfit, Release, Review
from classifier.storage import objects
from tests.classifier.api.conftest import Program, code
from tests.support.factories import add_outfit
from tests.support.images import outfit_jpeg
from worker.classification import work

Working = Callable[[], AbstractContextManager[None]]
Make = Callable[..., Outfit]


def test_a_photo_becomes_an_outfit(owners: Program) -> None:
    answer = owners.upload(outfit_jpeg())
    assert answer.status_code == 202
    item = answer.json()["items"][0]
    outfit = Outfit.objects.get()
    assert item == {
        "name": "photo-0.jpg",
        "status": 202,
        "id": str(outfit.pk),
        "url": f"{owners.base_url}outfits/{outfit.pk}",
        "seen_before": False,
        "problem": None,
    }
    assert owners.get(item["url"]).json()["status"] == "queued"


def test_of_several_photos_each_gets_its_answer(owners: Program) -> None:
    answer = owners.upload(outfit_jpeg(1), b"no photo", outfit_jpeg(2))
    assert answer.status_code == 202
    items = answer.json()["items"]
    assert [item["status"] for item in items] == [202, 415, 202]
    assert items[1]["problem"]["code"] == "not_an_image"
    assert Outfit.objects.count() == 2


def test_one_refused_photo_is_the_problem(owners: Program) -> None:
    answer = owners.upload(b"no photo")
    assert (answer.status_code, code(answer)) == (415, "not_an_image")


def test_if_all_are_refused_that_is_a_problem(owners: Program) -> None:
    answer = owners.upload(b"no photo", outfit_jpeg()[:200])
    assert (answer.status_code, code(answer)) == (422, "all_refused")
    codes = [item["problem"]["code"] for item in answer.json()["items"]]
    assert codes == ["not_an_image", "broken"]


def test_the_day_can_be_changed(owners: Program, strangers: Program, make_outfit: Make) -> None:
    outfit = make_outfit()
    address = f"outfits/{outfit.pk}"
    answer = owners.patch(address, json={"day": "2020-01-02"})
    assert answer.status_code == 200
    assert (answer.json()["day"], answer.json()["day_source"]) == ("2020-01-02", "owner")
    answer = owners.patch(address, json={"day": "2999-01-01"})
    assert (answer.status_code, code(answer)) == (422, "implausible_day")
    assert owners.patch(address, json={"day": "soon"}).status_code == 422
    assert strangers.patch(address, json={"day": "2020-01-02"}).status_code == 404


def test_no_photo_is_a_problem(owners: Program) -> None:
    answer = owners.post("outfits", data={"wardrobe": ""}, files={"photo": ("", b"")})
    assert (answer.status_code, code(answer)) == (422, "no_file")


@pytest.mark.parametrize("field", ["file", "image", "photos"])
def test_a_photo_in_another_field_is_told_which_to_use(owners: Program, field: str) -> None:
    answer = owners.post("outfits", files={field: outfit_jpeg()})
    assert (answer.status_code, code(answer)) == (422, "wrong_field")
    assert f"in the field `photo`, not `{field}`" in answer.json()["detail"]
    assert not Outfit.objects.exists()


def test_an_unknown_wardrobe_is_a_problem(owners: Program) -> None:
    assert code(owners.upload(outfit_jpeg(), data={"wardrobe": "none"})) == "unknown_wardrobe"


def test_the_same_photo_is_recognised(owners: Program) -> None:
    first = owners.uploaded()
    again = owners.upload(outfit_jpeg()).json()["items"][0]
    assert (again["id"], again["seen_before"]) == (first, True)


def test_a_quota_says_when_to_come_back(owners: Program, settings: object) -> None:
    settings.FASI_UPLOADS_PER_MINUTE = 1  # type: ignore[attr-defined]
    owners.uploaded(1)
    answer = owners.upload(outfit_jpeg(2))
    assert (answer.status_code, code(answer)) == (429, "too_many_requests")
    assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_waiting_returns_with_the_prediction(
    owners: Program, working: Working, nobody_waits: None
) -> None:
    outfit_id = owners.uploaded()
    with working():
        shown = owners.get(f"outfits/{outfit_id}", params={"wait": 20}).json()
    assert shown["status"] == "done"
    prediction = shown["prediction"]
    assert prediction["style"] == prediction["top"][0]["style"]
    assert prediction["confidence"] == prediction["top"][0]["probability"]
    assert prediction["name"]
    assert httpx.get(shown["thumb_url"]).headers["Content-Type"] == "image/jpeg"


def test_names_come_in_the_readers_language(
    owners: Program, make_outfit: Make, release: Release
) -> None:
    outfit = make_outfit()
    work(budget_s=30)
    korean = {"Accept-Language": "ko"}
    shown = owners.get(f"outfits/{outfit.pk}", headers=korean).json()["prediction"]
    assert shown["name"] == release.styles.style(shown["style"]).name("ko")


def test_where_all_places_are_taken_the_answer_comes_at_once(
    owners: Program, settings: object, nobody_waits: None, make_outfit: Make
) -> None:
    settings.FASI_API_WAITERS = 0  # type: ignore[attr-defined]
    outfit = make_outfit()
    # No worker runs: a request that waited would take longer than this client is willing to.
    shown = owners.get(f"outfits/{outfit.pk}", params={"wait": 20}, timeout=15).json()
    assert shown["status"] == "queued"


def test_an_outfit_that_failed_says_why(owners: Program, make_outfit: Make) -> None:
    outfit = make_outfit()
    Outfit.objects.update(status="failed", error_code="object_missing")
    shown = owners.get(f"outfits/{outfit.pk}").json()
    assert shown["failure"]["code"] == "object_missing"
    assert "upload it again" in shown["failure"]["detail"]


def test_a_list_goes_page_by_page_and_misses_nothing(owners: Program, make_outfit: Make) -> None:
    made = [str(make_outfit(seed).pk) for seed in range(5)]
    seen: list[str] = []
    address: str | None = "outfits?limit=2"
    while address:
        page = owners.get(address).json()
        assert len(page["items"]) <= 2
        seen += [item["id"] for item in page["items"]]
        if len(seen) == 2:
            made.append(str(make_outfit(9).pk))  # what comes in meanwhile shifts nothing
        address = page["next"]
    assert seen == made[4::-1]


def test_a_list_is_filtered(owners: Program, make_outfit: Make, release: Release) -> None:
    done = make_outfit(1)
    work(budget_s=30)
    batch = owners.post("batches", json={"name": "mine"}).json()
    waits = make_outfit(2)
    style = done.predictions.get().style

    def ids(**filters: str) -> list[str]:
        return [item["id"] for item in owners.get("outfits", params=filters).json()["items"]]

    assert ids(status="queued") == [str(waits.pk)]
    assert ids(style=style) == [str(done.pk)]
    other = next(each for each in release.styles.ids if each != style)
    assert ids(style=other) == []
    assert ids(created_after=done.created.isoformat()) == [str(waits.pk)]
    assert ids(created_before=waits.created.isoformat()) == [str(done.pk)]
    assert ids(batch=batch["id"]) == []


def test_a_correction_is_recorded_in_the_owners_name(
    owners: Program, owner: User, make_outfit: Make, release: Release
) -> None:
    outfit = make_outfit()
    work(budget_s=30)
    predicted = outfit.predictions.get().style
    right = next(style for style in release.styles.ids if style != predicted)
    address = f"outfits/{outfit.pk}/correction"
    answer = owners.put(address, json={"style": right, "note": "see the boots"})
    expected = {"answer": "style", "style": right, "verdict": "wrong", "note": "see the boots"}
    assert answer.json() == expected
    assert owners.get(f"outfits/{outfit.pk}").json()["correction"] == expected
    assert Review.objects.get().by == owner
    assert owners.put(address, json={"style": predicted}).json()["verdict"] == "right"
    assert Review.objects.count() == 1
    assert code(owners.put(address, json={"style": "nonsense"})) == "unknown_style"


def test_what_is_not_classified_cannot_be_corrected(owners: Program, make_outfit: Make) -> None:
    answer = owners.put(f"outfits/{make_outfit().pk}/correction", json={"style": "boho"})
    assert (answer.status_code, code(answer)) == (409, "not_classified")


def test_delete_for_ever_removes_row_and_objects(owners: Program, make_outfit: Make) -> None:
    outfit = make_outfit()
    assert owners.delete(f"outfits/{outfit.pk}?forever=true").status_code == 204
    assert not Outfit.everything.exists()
    assert not list(objects.listing(objects.OUTFITS))
    assert code(owners.delete(f"outfits/{outfit.pk}")) == "not_found"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_another_persons_outfit_does_not_exist(
    strangers: Program, make_outfit: Make, method: str
) -> None:
    outfit = make_outfit()
    assert code(strangers.request(method, f"outfits/{outfit.pk}")) == "not_found"
    correction = strangers.put(f"outfits/{outfit.pk}/correction", json={"style": "boho"})
    assert code(correction) == "not_found"
    assert strangers.get("outfits").json()["items"] == []
    assert Outfit.objects.exists()


def test_answers_are_not_cached_and_carry_the_rate_limit(owners: Program) -> None:
    first, second = owners.get("profile").headers, owners.get("profile").headers
    assert first["Cache-Control"] == "private, no-store"
    left = [int(headers["RateLimit-Remaining"]) for headers in (first, second)]
    # The second may fall into the next minute.
    assert left[1] in (left[0] - 1, int(first["RateLimit-Limit"]) - 1)
    assert 0 < int(first["RateLimit-Reset"]) <= 60


def test_a_token_has_a_rate_limit(owners: Program, strangers: Program, settings: object) -> None:
    settings.FASI_API_REQUESTS_PER_MINUTE = 3  # type: ignore[attr-defined]
    # Of seven requests, at most three fall into each of the two minutes that they may touch.
    answers = [owners.get("profile") for _ in range(7)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert code(refused[0]) == "too_many_requests"
    assert 0 < int(refused[0].headers["Retry-After"]) <= 60
    assert refused[0].headers["RateLimit-Remaining"] == "0"
    assert strangers.get("profile").status_code == 200


def test_what_is_no_outfit_says_so(owners: Program, owner: User, release: Release) -> None:
    add_outfit(owner, release, "formal")
    add_outfit(owner, release, "formal", kind="people")
    landscape = add_outfit(owner, release, "formal", kind="none", style_set=("formal", "boho"))
    told = owners.get(f"outfits/{landscape.outfit_id}").json()
    assert (told["kind"], told["style"], told["certainty"]) == ("none", "", "")
    said = told["prediction"]
    assert (said["kind"], said["style"], said["decided"]) == ("none", "formal", False)
    assert said["gate"] == {"outfit": 0, "people": 0, "none": 1}
    assert [guess["style"] for guess in said["set"]] == ["formal", "boho"]
    assert said["set"][0] == {"style": "formal", "name": "Formal", "probability": 1.0}
    for kind in ("outfit", "people", "none"):
        (listed,) = owners.get(f"outfits?kind={kind}").json()["items"]
        assert listed["kind"] == kind
    assert owners.get("outfits?kind=dog").status_code == 422
    profile = owners.get("profile").json()
    assert (profile["outfits"], profile["classified"]) == (3, 1)
    assert profile["styles"] == [{"style": "formal", "outfits": 1, "share": 1}]


@pytest.mark.parametrize(
    ("answer", "counted"),
    [
        ("outfit", ("outfit", "formal", "unsure")),
        ("no_style", ("outfit", "", "corrected")),
        ("not_an_outfit", ("none", "", "confirmed")),
    ],
)
def test_the_gate_is_overruled_and_confirmed(
    owners: Program,
    owner: User,
    release: Release,
    answer: str,
    counted: tuple[str, str, str],
) -> None:
    landscape = add_outfit(owner, release, "formal", kind="none")
    address = f"outfits/{landscape.outfit_id}"
    assert owners.put(f"{address}/correction", json={"answer": answer}).json() == {
        "answer": answer,
        "style": "",
        "verdict": "right" if answer == "not_an_outfit" else "wrong",
        "note": "",
    }
    told = owners.get(address).json()
    assert (told["kind"], told["style"], told["certainty"]) == counted


@pytest.mark.parametrize(
    "said", [{}, {"answer": "style"}, {"answer": "no_style", "style": "boho"}, {"answer": "dog"}]
)
def test_an_answer_without_its_style_or_with_one_too_many_is_a_problem(
    owners: Program, owner: User, release: Release, said: dict[str, str]
) -> None:
    outfit = add_outfit(owner, release, "formal")
    answer = owners.put(f"outfits/{outfit.outfit_id}/correction", json=said)
    assert answer.status_code == 422
    assert not Review.objects.exists()


@pytest.mark.parametrize("path", ["outfits", "outfits?style=formal", "styles", "profile"])
def test_head_is_get_without_its_body(owners: Program, release: Release, path: str) -> None:
    whole, head = owners.get(path), owners.head(path)
    assert head.status_code == whole.status_code == 200
    assert head.content == b""
    for name in ("Content-Type", "Content-Length", "Cache-Control"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize(
    ("path", "status"), [("outfits/00000000-0000-4000-8000-000000000000", 404), ("webhookz", 404)]
)
def test_head_of_what_is_not_there_is_a_problem_without_its_body(
    owners: Program, path: str, status: int
) -> None:
    head = owners.head(path)
    assert (head.status_code, head.content) == (status, b"")
    assert head.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("style", ["punk", "", "Formal"])
def test_a_filter_by_a_style_that_no_release_knows_is_a_problem(
    owners: Program, release: Release, style: str
) -> None:
    answer = owners.get("outfits", params={"style": style})
    assert (answer.status_code, code(answer)) == (422, "unknown_style")


def test_a_known_photo_sent_to_a_cancelled_batch_is_refused_like_a_new_one(
    owners: Program,
) -> None:
    assert owners.upload(outfit_jpeg(1)).status_code == 202
    batch = owners.post("batches", json={"name": "spring"}).json()["id"]
    owners.post(f"batches/{batch}/cancel")
    for seed in (1, 2):
        answer = owners.post(f"batches/{batch}/outfits", files={"photo": outfit_jpeg(seed)})
        assert (answer.status_code, code(answer)) == (409, "batch_cancelled")
    assert Outfit.objects.count() == 1
    assert owners.get(f"batches/{batch}").json()["left_out"] == 0
