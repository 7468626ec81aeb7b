"""Our fonts have every character that the product says, in files that are small and ours."""

import json
import re
from functools import cache
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.test import Client
from PIL import ImageFont

from classifier.history.card_drawing import FONTS

STATIC = settings.BASE_DIR / "fasi_site" / "static" / "fasi"
PO = settings.BASE_DIR / "fasi_site" / "locale" / "ko" / "LC_MESSAGES" / "django.po"
FACE = re.compile(
    r'font-family: "([\w ]+)";.*? src: url\("(fonts/[\w-]+\.woff2)"\).*?unicode-range: ([^;]+);'
)
FAMILIES = ("FASI Text", "FASI Title")
FIRST_VISIT_BYTES = 200_000
# Drawn by the system where they are: no letters.
SIGNS = set("✓⏎🔥‹›×→")


@cache
def font(path: Path) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, 40)


def has(path: Path, character: str) -> bool:
    """Whether the font draws it, and not the box of what is missing."""
    if character.isspace():
        return True
    glyph, missing = (bytes(font(path).getmask(each)) for each in (character, "\U0010fffe"))
    return glyph != missing


def faces() -> list[tuple[str, Path, list[tuple[int, int]]]]:
    """Family, file and ranges of each rule; of two with a character the later one gives it."""
    found = []
    for family, file, said in FACE.findall((STATIC / "fonts.css").read_text()):
        runs = [part.strip().removeprefix("U+").split("-") for part in said.split(",")]
        ranges = [(int(run[0], 16), int(run[-1], 16)) for run in runs]
        found.append((family, STATIC / file, ranges))
    return found


def face_of(family: str, character: str) -> Path | None:
    """The file that a browser loads for the character, as CSS Fonts 4 has it."""
    for name, path, ranges in reversed(faces()):
        if name == family and any(low <= ord(character) <= high for low, high in ranges):
            return path
    return None


def said() -> set[str]:
    """Every character of the product's texts, in both languages, and of its styles."""
    texts = [
        text
        for entry in polib.pofile(str(PO))
        for text in (entry.msgid, entry.msgid_plural, entry.msgstr, *entry.msgstr_plural.values())
    ]
    taxonomies = (settings.BASE_DIR / "training" / "taxonomies").glob("*.json")
    for taxonomy in (*(settings.BASE_DIR / "models").rglob("taxonomy.json"), *taxonomies):
        texts.append(json.dumps(json.loads(taxonomy.read_text()), ensure_ascii=False))
    return {each for text in texts for each in text if each.isprintable()} - SIGNS


@pytest.mark.parametrize("family", FAMILIES)
def test_every_character_that_the_product_says_is_in_the_file_of_its_range(family: str) -> None:
    letters = {each for each in said() if each.isascii() or "가" <= each <= "힣"}
    assert len(letters) > 400
    for character in sorted(letters):
        path = face_of(family, character)
        assert path is not None, character
        assert has(path, character), f"{character} is not in {path.name}"


@pytest.mark.parametrize("family", FAMILIES)
def test_what_the_product_says_is_in_one_file_of_hangul(family: str) -> None:
    """A new syllable sends a page to a second file. When these are many, cut the fonts anew."""
    korean = {each for each in said() if "가" <= each <= "힣"}
    files = {each: face_of(family, each) for each in korean}
    elsewhere = [each for each, path in files.items() if path and not path.stem.endswith("-ko")]
    assert len(elsewhere) <= len(korean) / 50, elsewhere


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_first_visit_loads_less_than_200_kb_of_fonts(site: None, language: str) -> None:
    page = Client(headers={"Accept-Language": language}).get("/").content.decode()
    characters = set(re.sub(r"<[^>]+>", "", page))
    files = {face_of(family, each) for family in FAMILIES for each in characters} - {None}
    weight = sum(path.stat().st_size for path in files if path)
    assert 10_000 < weight < FIRST_VISIT_BYTES


@pytest.mark.parametrize("name", ["fasi-card.woff2", "fasi-card-title.woff2"])
def test_cards_are_written_with_latin_and_hangul(name: str) -> None:
    for character in sorted(said() - set("·")):
        if character.isascii() or "가" <= character <= "힣":
            assert has(FONTS / name, character), character


def test_fonts_lie_beside_their_licences_under_names_of_ours() -> None:
    """Their licence keeps the names of the originals for the originals."""
    for path in (*STATIC.glob("fonts/*.woff2"), *FONTS.glob("*.woff2")):
        family, _ = font(path).getname()
        assert family
        assert family.startswith("FASI"), path.name
    for folder in (STATIC / "fonts", FONTS):
        licences = [path.read_text() for path in folder.glob("*LICENSE*.txt")]
        assert len(licences) == 2
        assert all("SIL OPEN FONT LICENSE" in each for each in licences)
