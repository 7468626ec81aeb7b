"""Every text of the product exists in Korean, and what is compiled is what is written."""

import gettext
import re
import shutil
import subprocess
import sys
from pathlib import Path

import allauth
import polib
import pytest
from django.conf import settings
from django.contrib import auth
from django.test import Client

LOCALE = settings.BASE_DIR / "fasi_site" / "locale"
PO = LOCALE / "ko" / "LC_MESSAGES" / "django.po"
ACCOUNTS = [
    settings.BASE_DIR / "fasi_site" / "account_texts" / language / "LC_MESSAGES" / "django.po"
    for language in ("en", "ko")
]
THEIRS = [
    Path(str(app.__file__)).parent / "locale" / "ko" / "LC_MESSAGES" / "django.po"
    for app in (allauth, auth)
]


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s|%[ds]|\{\w*\}", text))


@pytest.mark.parametrize("po", [PO, *ACCOUNTS], ids=["ours", "accounts-en", "accounts-ko"])
def test_every_text_is_translated_with_its_placeholders(po: Path) -> None:
    for entry in polib.pofile(str(po)):
        said = list(entry.msgstr_plural.values()) or [entry.msgstr]
        assert all(said), f"nothing for: {entry.msgid}"
        assert "fuzzy" not in entry.flags, entry.msgid
        for text in said:
            assert placeholders(text) == placeholders(entry.msgid_plural or entry.msgid)


@pytest.mark.parametrize("po", [PO, *ACCOUNTS], ids=["ours", "accounts-en", "accounts-ko"])
def test_what_is_compiled_is_what_is_written(po: Path) -> None:
    with po.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in polib.pofile(str(po)):
        if entry.msgid_plural:
            last = entry.msgstr_plural[max(entry.msgstr_plural)]
            assert compiled.ngettext(entry.msgid, entry.msgid_plural, 2) == last
        elif entry.msgctxt:
            assert compiled.pgettext(entry.msgctxt, entry.msgid) == entry.msgstr
        else:
            assert compiled.gettext(entry.msgid) == entry.msgstr


@pytest.mark.skipif(not shutil.which("xgettext"), reason="needs gettext (apt install gettext)")
def test_no_text_is_missing_from_the_file(tmp_path: Path) -> None:
    before = {entry.msgid for entry in polib.pofile(str(PO))}
    copy = tmp_path / "site"
    ignored = shutil.ignore_patterns(".*", "starter", "tests", "docs", "training", "benchmarks")
    shutil.copytree(settings.BASE_DIR, copy, ignore=ignored)
    command = [sys.executable, "manage.py", "makemessages", "-l", "ko"]
    subprocess.run(command, check=True, capture_output=True, cwd=copy)
    after = polib.pofile(str(copy / PO.relative_to(settings.BASE_DIR)))
    assert {entry.msgid for entry in after if not entry.obsolete} - before == set()


def test_a_page_speaks_the_readers_language(site: None) -> None:
    korean = Client(headers={"Accept-Language": "ko-KR,ko;q=0.9"}).get("/").content.decode()
    assert '<html lang="ko">' in korean
    assert "내 스타일은 뭘까요?" in korean
    english = Client().get("/").content.decode()
    assert "What’s your style?" in english


@pytest.mark.parametrize("po", ACCOUNTS, ids=["en", "ko"])
def test_what_is_said_anew_is_a_text_of_theirs(po: Path) -> None:
    """An update that words one of them differently would bring back what it says itself."""
    theirs = {(each.msgctxt, each.msgid) for path in THEIRS for each in polib.pofile(str(path))}
    assert {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(po))} <= theirs


@pytest.mark.parametrize(
    ("language", "says", "silent"),
    [
        ("en", ["New here?", "Keep me signed in"], ["Sign In", "Then please", "Remember Me"]),
        ("ko", ["아직 계정이 없나요?", "로그인 유지"], ["아이디 저장", "당신", "귀하"]),
    ],
)
def test_pages_of_accounts_speak_as_the_others(
    site: None, language: str, says: list[str], silent: list[str]
) -> None:
    page = Client(headers={"Accept-Language": language}).get("/accounts/login/").content.decode()
    assert all(text in page for text in says)
    assert not any(text in page for text in silent)
