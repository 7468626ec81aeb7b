"""For you over HTTP: the page, the taps, the API, the photos, the export and the erasure."""

import json
import uuid
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from classifier.catalogue_items.adding import add_item, remove_items
from classifier.catalogue_items.fields import Fields
from classifier.catalogue_items.indexing import index_catalogue
from classifier.integrations.tokens import issue_token
from classifier.models import CatalogueItem, Opinion, Release, Scope, Suggested
from classifier.personal_data.erasure import close_account
from classifier.personalization.ideas import LONG, USED_TO, YEAR
from classifier.personalization.opinions import ENOUGH, say
from tests.support.catalogue import add_items
from tests.support.factories import add_outfit
from tests.support.images import outfit_jpeg
from worker.classification import work
from worker.jobs.maintenance import run_maintenance

HX = {"HX-Request": "true"}


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"/for-you/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def tap(client: Client, item: CatalogueItem, said: str = "liked", **more: str) -> str:
    form = {"said": said} | more
    answer = client.post(f"/for-you/{item.pk}/", form, headers=HX)
    assert answer.status_code == 200
    return answer.content.decode() + str(answer.headers)


def test_the_page_shows_items_and_why(as_owner: Client, owner: User, release: Release) -> None:
    (coat,) = add_items(release, "casual", title="<b>Coat</b>")
    CatalogueItem.objects.filter(pk=coat.pk).update(link="https://shop.example.org/?a=1&b=2")
    for _ in range(5):
        add_outfit(owner, release, "casual")
    shown = page(as_owner)
    assert f'data-item="{coat.pk}" data-because="looks_like_worn"' in shown
    assert "&lt;b&gt;Coat&lt;/b&gt;" in shown
    assert 'href="https://shop.example.org/?a=1&amp;b=2" target="_blank" rel="noopener' in shown
    assert "Similar to how you wear Casual." in shown
    assert Client().get("/for-you/").status_code == 302


def test_three_taps_begin_it(as_owner: Client, owner: User, release: Release) -> None:
    items = add_items(release, "casual", 8)
    shown = page(as_owner)
    assert 'id="taps"' in shown
    assert 'name="tapping"' in shown
    for number, item in enumerate(items[:ENOUGH], 1):
        said = tap(as_owner, item, tapping="1")
        assert f"{number} of {ENOUGH}" in said
        assert 'aria-pressed="true"' in said
        assert ("HX-Refresh" in said) == (number == ENOUGH)
    assert 'id="taps"' not in page(as_owner)
    assert "HX-Refresh" not in tap(as_owner, items[5])


def test_hiding_can_be_taken_back(as_owner: Client, owner: User, release: Release) -> None:
    (item,) = add_items(release, "casual")
    assert 'data-said="hidden"' in tap(as_owner, item, "hidden")
    assert Opinion.objects.get(owner=owner).said == "hidden"
    assert 'data-said=""' in tap(as_owner, item, "nothing")
    assert not Opinion.objects.exists()
    answer = as_owner.post(f"/for-you/{item.pk}/", {"said": "liked"})
    assert answer["Location"] == "/for-you/"


def test_an_item_that_went_while_the_list_was_open(
    as_owner: Client, owner: User, release: Release
) -> None:
    (item,) = add_items(release, "casual")
    remove_items([item.pk])
    assert 'data-said="gone"' in tap(as_owner, item)
    assert as_owner.post(f"/for-you/{item.pk}/", {"said": "liked"}).status_code == 302
    assert as_owner.get(f"/catalogue/{item.pk}/thumb.jpg").status_code == 404


def test_photos_of_items_are_for_whoever_has_an_account(
    as_owner: Client, owner: User, release: Release
) -> None:
    upload = ContentFile(outfit_jpeg(), name="coat.jpg")
    item = add_item(upload, Fields.read("Coat")).item
    work(budget_s=30)
    index_catalogue(10)
    answer = as_owner.get(f"/catalogue/{item.pk}/thumb.jpg")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert Client().get(f"/catalogue/{item.pk}/thumb.jpg").status_code == 302
    assert as_owner.get(f"/outfits/{item.outfit_id}/").status_code == 404


def test_without_a_catalogue_ideas_come_from_the_own_history(
    as_owner: Client, owner: User, stranger: User, release: Release
) -> None:
    assert "Nothing to suggest yet" in page(as_owner)
    last_year = add_outfit(owner, release, "formal", days_ago=YEAR.days + 3).outfit
    add_outfit(owner, release, "formal", days_ago=YEAR.days + 40)
    for number in range(USED_TO):
        add_outfit(owner, release, "boho", days_ago=LONG.days + 5 + number)
        add_outfit(owner, release, "casual", days_ago=number)
        add_outfit(stranger, release, "lolita", days_ago=LONG.days + 5 + number)
    shown = page(as_owner)
    assert "around this time last year" in shown
    assert str(last_year.pk) in shown
    assert "worn Boho since" in shown
    for absent in ("worn Casual since", "worn Lolita since", "worn Formal since"):
        assert absent not in shown


def test_a_program_gets_a_list_and_says_what_it_thinks(owner: User, release: Release) -> None:
    items = add_items(release, "casual", 6)
    reader = issue_token(owner, "reads", (Scope.READ,)).text
    writer = issue_token(owner, "writes", (Scope.WRITE,)).text

    def ask(method: str, path: str, token: str, **options: object) -> object:
        client = Client()
        call = getattr(client, method)
        headers = {"authorization": f"Bearer {token}"}
        return call(f"/api/v1/for-you{path}", headers=headers, **options)

    first = ask("get", "?limit=2", reader).json()  # type: ignore[attr-defined]
    assert [len(first["items"]), first["made_for_you"]] == [2, False]
    assert first["items"][0]["because"] == "to_begin_with"
    following = ask("get", "?limit=2", reader).json()  # type: ignore[attr-defined]
    shown = [{each["id"] for each in found["items"]} for found in (first, following)]
    assert not shown[0] & shown[1]
    body = {"data": json.dumps({"said": "liked"}), "content_type": "application/json"}
    for expected, token in ((403, reader), (204, writer)):
        answer = ask("put", f"/{items[0].pk}", token, **body)
        assert answer.status_code == expected  # type: ignore[attr-defined]
    assert Opinion.objects.get().owner == owner
    assert ask("delete", f"/{items[0].pk}", writer).status_code == 204  # type: ignore[attr-defined]
    assert ask("put", f"/{uuid.uuid4()}", writer, **body).status_code == 404  # type: ignore[attr-defined]
    assert ask("get", "?wardrobe=none", reader).status_code == 422  # type: ignore[attr-defined]


def test_the_export_has_it_and_erasure_takes_it(
    as_owner: Client, owner: User, release: Release
) -> None:
    items = add_items(release, "casual", 4, title="Coat")
    page(as_owner)
    say(owner.pk, items[0].pk, Opinion.Said.LIKED)
    as_owner.post("/account/data/export/")
    run_maintenance()
    answer = as_owner.get("/account/data/export/file/")
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    account = json.loads(ZipFile(BytesIO(data)).read("account.json"))
    suggestions = account["suggestions"]
    assert [(each["title"], each["said"]) for each in suggestions["said"]] == [("Coat", "liked")]
    assert suggestions["chosen_by"] == "profile"
    assert suggestions["shown_in_all"] == len(suggestions["shown_lately"]) == 2
    close_account(owner)
    run_maintenance()
    assert not Opinion.objects.exists()
    assert not Suggested.objects.exists()
    assert CatalogueItem.objects.count() == 4


def test_counters_tell_what_became_of_suggestions(
    as_owner: Client, owner: User, release: Release
) -> None:
    items = add_items(release, "casual", 4)
    before = counted(as_owner, release)
    page(as_owner)
    tap(as_owner, items[0])
    tap(as_owner, items[0])
    tap(as_owner, items[1], "hidden")
    after = counted(as_owner, release)
    grown = {event: after[event] - before.get(event, 0) for event in after}
    assert grown == {"shown": 2, "liked": 1, "hidden": 1}


def counted(client: Client, release: Release) -> dict[str, float]:
    found = {}
    for line in client.get("/metrics").content.decode().splitlines():
        if line.startswith("fasi_suggestions_total{") and f'release="{release.name}"' in line:
            event = line.split('event="')[1].split('"')[0]
            if 'variant="profile"' in line:
                found[event] = float(line.rsplit(" ", 1)[1])
    return found


def test_the_day_of_an_idea_is_the_persons(as_owner: Client, owner: User, release: Release) -> None:
    outfit = add_outfit(owner, release, "formal", days_ago=1).outfit
    type(outfit).objects.filter(pk=outfit.pk).update(day=timezone.localdate() - YEAR)
    assert "around this time last year" in page(as_owner)
    type(outfit).objects.update(day=timezone.localdate() - YEAR - timedelta(days=30))
    assert "around this time last year" not in page(as_owner)
