"""Batches, the profile and styles over the API."""

from collections.abc import Callable

from classifier.models import Batch, Outfit, Release
from tests.classifier.api.conftest import Program, code
from tests.support.images import outfit_jpeg
from worker.classification import work

Make = Callable[..., Outfit]


def add(program: Program, batch: str, *seeds: int) -> list[dict[str, object]]:
    files = [("photo", (f"{seed}.jpg", outfit_jpeg(seed))) for seed in seeds]
    items: list[dict[str, object]] = program.post(f"batches/{batch}/outfits", files=files).json()[
        "items"
    ]
    return items


def test_a_batch_is_filled_and_followed(owners: Program, release: Release) -> None:
    made = owners.post("batches", json={"name": "lookbook"})
    assert made.status_code == 201
    batch = made.json()["id"]
    add(owners, batch, 1, 2)
    add(owners, batch, 2, 3)  # the second photo comes again
    shown = owners.get(f"batches/{batch}").json()
    assert (shown["total"], shown["counts"]["queued"], shown["finished"]) == (3, 3, False)
    assert {outfit.priority for outfit in Outfit.objects.all()} == {Outfit.Priority.BATCH}
    work(budget_s=30)
    shown = owners.get(f"batches/{batch}").json()
    assert (shown["counts"]["done"], shown["finished"]) == (3, True)
    listed = owners.get("outfits", params={"batch": batch}).json()["items"]
    assert {outfit["batch"] for outfit in listed} == {batch}
    assert [each["id"] for each in owners.get("batches").json()["items"]] == [batch]


def test_another_persons_batch_does_not_exist(owners: Program, strangers: Program) -> None:
    batch = owners.post("batches", json={"name": "mine"}).json()["id"]
    assert code(strangers.get(f"batches/{batch}")) == "not_found"
    files = {"photo": outfit_jpeg()}
    assert code(strangers.post(f"batches/{batch}/outfits", files=files)) == "not_found"
    assert strangers.get("batches").json()["items"] == []
    assert Batch.objects.get().total == 0


def test_the_profile_counts_styles(owners: Program, make_outfit: Make, release: Release) -> None:
    for seed in range(4):
        make_outfit(seed)
    work(budget_s=30)
    make_outfit(9)
    profile = owners.get("profile").json()
    assert (profile["username"], profile["outfits"], profile["classified"]) == ("owner", 5, 4)
    assert sum(style["outfits"] for style in profile["styles"]) == 4
    counts = [style["outfits"] for style in profile["styles"]]
    assert counts == sorted(counts, reverse=True)


def test_styles_are_those_of_the_active_release(owners: Program, release: Release) -> None:
    shown = owners.get("styles", headers={"Accept-Language": "ko"}).json()
    assert shown["release"] == release.name
    assert [style["id"] for style in shown["styles"]] == list(release.styles.ids)
    assert shown["styles"][0]["name"] == release.styles.styles[0].name("ko")


def test_without_a_release_there_are_no_styles(owners: Program) -> None:
    assert owners.get("styles").json() == {"release": None, "styles": [], "wardrobes": []}
