"""The app on a phone: manifest, service worker, offline page, and photos that are shared to it."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from classifier.models import Outfit
from tests.support.images import outfit_jpeg

SHARED = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}


def photo(seed: int = 0) -> SimpleUploadedFile:
    return SimpleUploadedFile("shared.jpg", outfit_jpeg(seed), "image/jpeg")


def test_the_manifest_names_icons_that_are_there_and_takes_photos(site: None) -> None:
    answer = Client().get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    manifest = answer.json()
    assert {"192x192", "512x512", "any"} <= {each["sizes"] for each in manifest["icons"]}
    assert {"any", "maskable"} <= {each.get("purpose") for each in manifest["icons"]}
    for icon in manifest["icons"]:
        assert Client().get(icon["src"]).status_code == 200, icon
    target = manifest["share_target"]
    assert (target["action"], target["method"]) == ("/share/", "POST")
    korean = Client(headers={"Accept-Language": "ko"}).get("/manifest.webmanifest").json()
    assert korean["lang"] == "ko"
    assert korean["description"] != manifest["description"]


def test_every_page_says_that_it_is_installable(as_owner: Client) -> None:
    answer = as_owner.get("/")
    page = answer.content.decode()
    for part in ('rel="manifest"', 'name="theme-color"', 'rel="apple-touch-icon"'):
        assert part in page
    policy = answer["Content-Security-Policy"]
    assert "manifest-src 'self'" in policy
    assert "worker-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_worker_keeps_files_that_are_there_and_nothing_of_a_person(as_owner: Client) -> None:
    answer = as_owner.get("/service-worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    script = answer.content.decode()
    answer = Client().get("/service-worker.js")
    assert "no-cache" in answer["Cache-Control"]  # who is signed in keeps no answer at all
    assert script == answer.content.decode()
    (listed,) = re.findall(r"const FILES = \[(.*)OFFLINE\];", script)
    files = re.findall(r'"([^"]+)"', listed.encode().decode("unicode_escape"))
    assert files
    for file in files:
        assert file.startswith("/static/")
        assert Client().get(file).status_code == 200, file


def test_the_offline_page_has_nothing_of_whoever_asks(as_owner: Client) -> None:
    page = as_owner.get("/offline/").content.decode()
    assert "owner" not in page
    assert "csrf" not in page


def test_a_shared_photo_is_uploaded_for_who_is_signed_in(as_owner: Client) -> None:
    answer = as_owner.post("/share/", {"photo": photo()}, headers=SHARED)
    outfit = Outfit.objects.get()
    assert answer["Location"] == outfit.get_absolute_url()
    assert as_owner.get("/share/")["Location"] == "/"


def test_who_is_signed_out_signs_in_first(site: None) -> None:
    for method in ("get", "post"):
        answer: Any = getattr(Client(headers=SHARED), method)("/share/")
        assert answer["Location"] == "/accounts/login/?next=/share/"


@pytest.mark.parametrize("site_of", ["cross-site", "same-site", ""])
def test_no_other_page_shares_in_somebodys_name(as_owner: Client, site_of: str) -> None:
    headers = {"Sec-Fetch-Site": site_of} if site_of else {}
    answer = as_owner.post("/share/", {"photo": photo()}, headers=headers)
    assert answer.status_code == 403
    assert not Outfit.objects.exists()
