"""`/api/v1/catalogue`: for staff who may change it, and nobody else."""

import uuid
from collections.abc import Callable

import httpx
import pytest
from django.contrib.auth.models import Permission, User

from classifier.integrations.tokens import issue_token
from classifier.models import AuditEntry, CatalogueItem, Release, Scope
from tests.classifier.api.conftest import Program, code
from tests.conftest import make_person
from tests.support.images import outfit_jpeg
from worker.classification import work


def add(program: Program, seed: int = 0, **form: str) -> httpx.Response:
    files = {"photo": ("coat.jpg", outfit_jpeg(seed))}
    return program.post("catalogue", data={"title": "Coat"} | form, files=files)


def test_staff_add_look_at_and_delete_items(
    staffs: Program, owners: Program, release: Release
) -> None:
    added = add(staffs, link="https://shop.example.org/1", style="boho")
    assert added.status_code == 202
    shown = added.json()
    assert (shown["title"], shown["status"], shown["seen_before"]) == ("Coat", "queued", False)
    assert add(staffs, title="Other").json()["seen_before"]
    assert CatalogueItem.objects.get().title == "Other"

    work(budget_s=30)
    one = staffs.get(f"catalogue/{shown['id']}").json()
    assert (one["status"], one["kind"], one["title"]) == ("done", "outfit", "Other")
    assert httpx.get(one["thumb"]).headers["Content-Type"] == "image/jpeg"
    add(staffs, seed=1)
    page = staffs.get("catalogue", params={"limit": 1}).json()
    assert len(page["items"]) == 1
    assert len(staffs.get(page["next"]).json()["items"]) == 1

    for call in (owners.get, owners.delete):
        assert code(call(f"catalogue/{shown['id']}")) == "missing_scope"
    assert code(add(owners)) == "missing_scope"
    assert staffs.delete(f"catalogue/{shown['id']}").status_code == 204
    assert code(staffs.delete(f"catalogue/{shown['id']}")) == "not_found"
    assert code(staffs.get(f"catalogue/{uuid.uuid4()}")) == "not_found"
    said = AuditEntry.objects.filter(action__startswith="catalogue_").values_list("action")
    assert sorted(action for (action,) in said) == ["catalogue_added"] * 3 + ["catalogue_removed"]


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({"title": ""}, "invalid_request"),
        ({"title": "a\nb"}, "invalid_request"),
        ({"link": "javascript:alert(1)"}, "invalid_request"),
        ({"style": "nothing"}, "invalid_request"),
    ],
)
def test_what_is_said_of_it_is_checked(
    form: dict[str, str], reason: str, staffs: Program, release: Release
) -> None:
    answer = add(staffs, 0, **form)
    assert code(answer) == reason
    assert answer.json()["errors"][0]["where"] == f"form.{next(iter(form))}"
    assert not CatalogueItem.objects.exists()


def test_photos_are_refused_with_the_same_words_as_peoples(
    staffs: Program, release: Release
) -> None:
    two = [("photo", ("a.jpg", outfit_jpeg(0))), ("photo", ("b.jpg", outfit_jpeg(1)))]
    text = {"photo": ("a.jpg", b"no photo")}
    for files, reason in ((two, "too_many_files"), (text, "not_an_image")):
        assert code(staffs.post("catalogue", data={"title": "x"}, files=files)) == reason
    assert code(staffs.post("catalogue", data={"title": "x"})) == "unsupported_media_type"


def test_a_key_adds_once(staffs: Program, release: Release) -> None:
    for _ in range(2):
        files = {"photo": ("coat.jpg", outfit_jpeg())}
        headers = {"Idempotency-Key": "one"}
        answer = staffs.post("catalogue", data={"title": "Coat"}, files=files, headers=headers)
        assert answer.status_code == 202
        assert not answer.json()["seen_before"]


def test_a_permission_is_needed_beside_being_staff(
    program: Callable[..., Program], release: Release
) -> None:
    helper: User = make_person("helper", is_staff=True)
    theirs = program(issue_token(helper, "test", list(Scope)).text)
    assert code(add(theirs)) == code(theirs.get("catalogue")) == "forbidden"
    helper.user_permissions.add(Permission.objects.get(codename="add_catalogueitem"))
    added = add(theirs)
    assert added.status_code == 202
    assert code(theirs.delete(f"catalogue/{added.json()['id']}")) == "forbidden"
