"""What people read is in the product's voice (docs/voice.md): no phrase of the old one is left."""

import re
from collections.abc import Iterator
from datetime import datetime

import polib
import pytest
from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format

ROOT = settings.BASE_DIR
VOICE = ROOT / "docs" / "voice.md"
PO = ROOT / "fasi_site" / "locale" / "ko" / "LC_MESSAGES" / "django.po"
ACCOUNTS = ROOT / "fasi_site" / "account_texts"
TEMPLATES = [
    path
    for folder in ("classifier", "fasi_site", "worker")
    for path in sorted((ROOT / folder).glob("**/templates/**/*"))
    if path.is_file()
]
DOCS = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"]

WHOLE = ["Begin", "Lately", "Make it", "It may", "It ends after", "Not here", "Left out"]
"""Old texts that are parts of good sentences, so that only a text of these words alone is one."""
PARTS = [
    "I have an account",
    "Many photos in one go",
    "Delete the chosen",
    "Looks like this one",
    "Whole history",
    "as varied as",
    "worn equally often",
    "Nobody can bring",
    "not even we",
    "May your photos",
    "may they train the model",
    "ake the link back",
    "Dead letters",
    "elete for ever",
    "dead letter",
]
OLD_KOREAN = [
    "직원",
    "묶음",
    "신뢰도",
    "내려받",
    "거르기",
    "옷차림 %",
    "계정 지우기",
    "링크 거두기",
    "당신",
    "귀하",
]


def texts() -> Iterator[tuple[str, str]]:
    """Every English text of pages, mails and errors, and the Korean one."""
    for entry in polib.pofile(str(PO)):
        korean = entry.msgstr or entry.msgstr_plural[0]
        yield entry.msgid, korean
        if entry.msgid_plural:
            yield entry.msgid_plural, korean
    english = {entry.msgid: entry for entry in _accounts("en")}
    for entry in _accounts("ko"):
        said = english.get(entry.msgid)
        text = (said.msgstr or said.msgstr_plural[1]) if said else entry.msgid
        yield text, entry.msgstr or entry.msgstr_plural[0]


def _accounts(language: str) -> polib.POFile:
    return polib.pofile(str(ACCOUNTS / language / "LC_MESSAGES" / "django.po"))


def test_no_old_phrase_is_left_in_texts_and_their_translations() -> None:
    for english, korean in texts():
        assert english not in WHOLE
        assert not [phrase for phrase in PARTS if phrase in english], english
        assert not [phrase for phrase in OLD_KOREAN if phrase in korean], korean


def test_no_old_phrase_is_left_in_templates() -> None:
    for path in TEMPLATES:
        page = path.read_text()
        found = [phrase for phrase in PARTS if phrase in page]
        found += [phrase for phrase in WHOLE if re.search(f"[\"'>]{phrase}[\"'<]", page)]
        assert not found, f"{path}: {found}"


def test_no_page_of_the_documentation_quotes_an_old_phrase() -> None:
    for path in DOCS:
        if path == VOICE:
            continue
        page = path.read_text()
        found = [p for p in (*PARTS, *WHOLE) if re.search(f'["“`]{re.escape(p)}["”`]', page)]
        assert not found, f"{path}: {found}"


def test_every_old_phrase_stands_in_the_guide_with_what_to_say_instead() -> None:
    rows = dict(re.findall(r"^\| ([A-Z][^|]+) \| ([^|]+) \|$", VOICE.read_text(), re.MULTILINE))
    said = " ".join(english for english, _korean in texts())
    for new, old in rows.items():
        if re.search("[가-힣]", old) or new == "Say":
            continue
        for phrase in re.split(", (?=[A-Z])", new):
            words = re.sub(r"\d", "%(variety)s" if "mix" in phrase else "", phrase).strip()
            assert words in said, f"the guide says {phrase!r}, the product does not"


def test_percentages_and_sizes_have_no_gap_and_no_empty_decimal() -> None:
    for english, korean in texts():
        for text in (english, korean):
            assert not re.search(r"\d %", text), text
            assert not re.search(r"\d\.0 [KMG]i?B", text), text


def test_apostrophes_are_typographic() -> None:
    for english, _korean in texts():
        assert not re.search(r"\w'(t|re|ve|ll)\b", english), english
    for path in TEMPLATES:
        if path.suffix in {".html", ".txt"}:
            said = re.sub(
                r"\{#.*?#\}|\{% comment.*?endcomment %\}", "", path.read_text(), flags=re.S
            )
            assert not re.search(r"\w'(s|t|re|ve|ll)\b", said), path


@pytest.mark.parametrize(
    ("language", "expected"),
    [("ko", "2026년 11월 30일 오전 11:18"), ("en", "Nov. 30, 2026, 11:18 a.m.")],
)
def test_times_are_written_as_people_write_them(language: str, expected: str) -> None:
    with translation.override(language):
        assert date_format(datetime(2026, 11, 30, 11, 18), "DATETIME_FORMAT") == expected
