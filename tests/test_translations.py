"""Every text of the product exists in Korean, and what is compiled is what is written."""

import gettext
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.test import Client

LOCALE = settings.BASE_DIR / "fasi_site" / "locale"
PO = LOCALE / "ko" / "LC_MESSAGES" / "django.po"


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s|%[ds]", text))


def test_every_text_is_translated_with_its_placeholders() -> None:
    for entry in polib.pofile(str(PO)):
        said = list(entry.msgstr_plural.values()) or [entry.msgstr]
        assert all(said), f"no Korean for: {entry.msgid}"
        assert "fuzzy" not in entry.flags, entry.msgid
        for text in said:
            assert placeholders(text) == placeholders(entry.msgid_plural or entry.msgid)


def test_what_is_compiled_is_what_is_written() -> None:
    with PO.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in polib.pofile(str(PO)):
        if entry.msgid_plural:
            assert compiled.ngettext(entry.msgid, entry.msgid_plural, 2) == entry.msgstr_plural[0]
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
