"""`python -m drawings.fonts PRETENDARD HAHMLET`: cut the fonts of the pages and of the share cards.

The arguments are the unpacked npm packages `pretendard` 1.3.9 and `@fontsource/hahmlet` 5.3.0.
Needs `fonttools` and `brotli`, which nothing else here does. Pages load a font in slices, each when
a text has one of its characters: Latin; the Hangul that the product itself says; other Hangul.
"""

import json
import re
import sys
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from fontTools.subset import Options, Subsetter, save_font
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "fasi_site" / "static" / "fasi"
CARDS = ROOT / "classifier" / "history" / "fonts"
TEXT, TITLE = "FASI Text", "FASI Title"
"""Not the fonts' own names: their licence reserves these for the originals."""
LATIN = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x100),
    *(0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2026, 0x2039, 0x203A),
    *(0x20AC, 0x2190, 0x2192, 0x2212, 0x2713),
]
LATIN_MORE = [
    *range(0x100, 0x180),
    0x2020,
    0x2030,
    0x20A9,
    0x2122,
    0x2191,
    0x2193,
    0x2260,
    0x2264,
    0x2265,
]
KOREAN_SIGNS = [0x3001, 0x3002, 0x300C, 0x300D, 0x30FB, *range(0x3131, 0x3164)]
REST = 4
"""Slices of the Hangul that only people's own words have."""
FEATURES = ["kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "tnum", "lnum"]


def hangul(text: str) -> set[int]:
    """The syllables in a text."""
    return {ord(each) for each in text if "가" <= each <= "힣"}


def ks_x_1001() -> set[int]:
    """The 2,350 syllables of the Korean standard, which ordinary Korean is written with."""
    pairs = (bytes([high, low]) for high in range(0xB0, 0xC9) for low in range(0xA1, 0xFF))
    return hangul("".join(pair.decode("euc_kr", "ignore") for pair in pairs))


def ours() -> set[int]:
    """The syllables that the product says: its texts, its styles and its dates."""
    said = (ROOT / "fasi_site" / "locale" / "ko" / "LC_MESSAGES" / "django.po").read_text()
    taxonomies = (ROOT / "training" / "taxonomies").glob("*.json")
    for taxonomy in (*(ROOT / "models").rglob("taxonomy.json"), *taxonomies):
        said += json.dumps(json.loads(taxonomy.read_text()), ensure_ascii=False)
    return hangul(said + "한국어 년월일시분초 오전오후 월화수목금토일요일")


def slices() -> dict[str, tuple[list[int], str]]:
    """What to cut, and the `unicode-range` of each; the last that has a character gives it.

    The range of what is left is whole, holes included, so that style sheets stay small.
    """
    said, cut = sorted(ours()), {}
    left = sorted(ks_x_1001() - set(said))
    size = -(-len(left) // REST)
    parts = [left[start : start + size] for start in range(0, len(left), size)]
    ends = [part[0] for part in parts[1:]]
    for number, part in enumerate(parts):
        first = 0xAC00 if number == 0 else part[0]
        last = ends[number] - 1 if number < len(ends) else 0xD7A3
        cut[f"ko-{number + 1}"] = (part, ranges(range(first, last + 1)))
    cut["ko"] = ([*said, *KOREAN_SIGNS], ranges([*said, *KOREAN_SIGNS]))
    cut["latin-more"] = (LATIN_MORE, ranges(LATIN_MORE))
    cut["latin"] = (LATIN, ranges(LATIN))
    return cut


def ranges(codes: Iterable[int]) -> str:
    """Code points as CSS has them: `U+20-7E,U+A0`."""
    runs: list[list[int]] = []
    for code in sorted(codes):
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return ",".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in runs)


def reduced(font: TTFont, codes: Iterable[int]) -> bytes:
    """The font with these characters alone: what follows takes a tenth of the time."""
    options = Options()
    options.hinting = False
    options.layout_features = FEATURES
    options.name_IDs = ["*"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=list(codes))
    subsetter.subset(font)
    font.flavor = None
    out = BytesIO()
    font.save(out)
    return out.getvalue()


def cut_out(font: TTFont, family: str, codes: Iterable[int], path: Path) -> None:
    """Write a part of the font, under a name of ours."""
    options = Options()
    options.flavor = "woff2"
    options.hinting = False
    options.layout_features = FEATURES
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17, 25]
    options.drop_tables += ["meta", "DSIG"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=list(codes))
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in {1, 3, 4, 16, 18, 21}:
            record.string = family
        elif record.nameID in {6, 25}:
            record.string = family.replace(" ", "")
    save_font(font, str(path), options)
    sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")


def main(pretendard: Path, hahmlet: Path) -> None:
    """Cut all of them and write the style sheet that names them."""
    whole = [*LATIN, *LATIN_MORE, *KOREAN_SIGNS, *sorted(ks_x_1001() | ours())]
    text = reduced(
        TTFont(pretendard / "dist" / "public" / "variable" / "PretendardVariable.ttf"), whole
    )
    title = reduced(TTFont(hahmlet / "files" / "hahmlet-korean-600-normal.woff2"), whole)
    for font in STATIC.glob("fonts/*.woff2"):
        font.unlink()
    (STATIC / "fonts").mkdir(exist_ok=True)
    rules = []
    for label, (codes, shown_for) in slices().items():
        part = TTFont(BytesIO(reduced(TTFont(BytesIO(text)), codes)))
        part = instantiateVariableFont(part, {"wght": (400, 700)})
        cut_out(part, TEXT, codes, STATIC / "fonts" / f"text-{label}.woff2")
        cut_out(TTFont(BytesIO(title)), TITLE, codes, STATIC / "fonts" / f"title-{label}.woff2")
        for family, stem, weight in ((TEXT, "text", "400 700"), (TITLE, "title", "600")):
            rules.append(
                f'@font-face {{ font-family: "{family}"; font-weight: {weight}; '
                f'font-display: swap; src: url("fonts/{stem}-{label}.woff2") format("woff2"); '
                f"unicode-range: {shown_for}; }}"
            )
    note = "/* Made by drawings/fonts.py. The licences of the fonts lie beside them, in fonts/. */"
    (STATIC / "fonts.css").write_text("\n".join([note, *rules, ""]))
    semibold = instantiateVariableFont(TTFont(BytesIO(text)), {"wght": 600})
    cut_out(semibold, f"{TEXT} Card", whole, CARDS / "fasi-card.woff2")
    cut_out(TTFont(BytesIO(title)), f"{TITLE} Card", whole, CARDS / "fasi-card-title.woff2")
    licences = {
        "text": ("Pretendard 1.3.9", pretendard / "dist" / "LICENSE.txt"),
        "title": ("Hahmlet, as Fontsource 5.3.0 has it", hahmlet / "LICENSE"),
    }
    for name, (source, path) in licences.items():
        licence = re.sub(r"[ \t]+\n", "\n", path.read_text())
        for folder in (STATIC / "fonts", CARDS):
            note = (
                f"The {name} fonts here are {source}, cut down and renamed under its licence:\n\n"
            )
            (folder / f"{name}-LICENSE.txt").write_text(note + licence)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
