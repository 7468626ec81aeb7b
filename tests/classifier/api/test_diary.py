"""The diary in the API and in the export: note, tags, favorite, further days, palette."""

from classifier.history.describing import describe
from classifier.models import Outfit
from classifier.personal_data.records import rows_of
from tests.classifier.api.conftest import Program


def test_an_outfit_has_what_its_owner_wrote(owners: Program, classified: Outfit) -> None:
    address = f"outfits/{classified.pk}"
    shown = owners.get(address).json()
    assert (shown["note"], shown["tags"], shown["favorite"], shown["worn"]) == ("", [], False, [])
    assert shown["palette"] is None
    describe([classified.pk])
    change = {"note": "wedding", "tags": ["Summer", "summer"], "favorite": True}
    answer = owners.patch(address, json={**change, "worn": ["2025-06-22", "2025-06-21"]})
    assert answer.status_code == 200, answer.content
    shown = answer.json()
    assert (shown["note"], shown["tags"], shown["favorite"]) == ("wedding", ["summer"], True)
    assert shown["worn"] == ["2025-06-21", "2025-06-22"]
    assert {"code", "name", "share"} == set(shown["palette"][0])
    assert owners.patch(address, json={"worn": []}).json()["worn"] == []
    assert owners.patch(address, json={}).json()["note"] == "wedding", "what is left out stays"
    favorites = owners.get("outfits?favorite=true").json()["items"]
    assert [each["id"] for each in favorites] == [str(classified.pk)]


def test_what_cannot_be_kept_is_a_problem(owners: Program, classified: Outfit) -> None:
    address = f"outfits/{classified.pk}"
    for change in (
        {"worn": ["1850-01-01"]},
        {"note": "x" * 1001},
        {"tags": ["x" * 41]},
        {"tags": ["\ufdfa" * 10]},  # 18 characters each in the form that is kept
    ):
        answer = owners.patch(address, json={"day": "2020-01-02", **change})
        assert answer.status_code == 422, change
    assert owners.get(address).json()["day"] != "2020-01-02", "what is refused changes nothing"


def test_all_of_it_is_in_the_export(owners: Program, classified: Outfit) -> None:
    change = {"note": "wedding", "tags": ["x"], "favorite": True, "worn": ["2025-06-21"]}
    owners.patch(f"outfits/{classified.pk}", json=change)
    describe([classified.pk])
    (row,) = rows_of(Outfit.objects.all(), set())
    assert (row["note"], row["tags"], row["favorite"]) == ("wedding", ["x"], True)
    assert row["worn_again"] == ["2025-06-21"]
    assert row["palette"]
