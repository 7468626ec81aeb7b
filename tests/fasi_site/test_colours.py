"""What is written can be read and what is pressed can be seen, in both themes.

Contrast as WCAG 2.2 computes it, from the variables of the style sheets: 4.5 for text, 3 for the
edges of controls and for parts of charts (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio).
"""

import re

import pytest
from django.conf import settings

from classifier.history import card_drawing

STATIC = settings.BASE_DIR / "fasi_site" / "static" / "fasi"
SHEET = (STATIC / "colours.css").read_text()
SHEETS = [
    *sorted(STATIC.glob("*.css")),
    *sorted((settings.BASE_DIR / "classifier" / "static" / "classifier").glob("*.css")),
]
GROUNDS = ("paper", "surface", "soft")
SERIES = [f"series-{number}" for number in range(6)]

Tokens = dict[str, str]


def tokens(sheet: str) -> Tokens:
    """The colours that a style sheet names."""
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", sheet))


LIGHT = tokens(SHEET.partition("@media")[0])
DARK = LIGHT | tokens(SHEET.partition("@media")[2])
THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])


def luminance(code: str) -> float:
    digits = code.lstrip("#")
    pairs = [2 * each for each in digits] if len(digits) == 3 else re.findall("..", digits)
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (int(pair, 16) / 255 for pair in pairs)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#fff", "#000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@THEMES
@pytest.mark.parametrize("ground", GROUNDS)
def test_text_can_be_read(theme: Tokens, ground: str) -> None:
    for text in ("ink", "muted", "good", "warn"):
        assert contrast(theme[text], theme[ground]) >= 4.5, text


@THEMES
def test_the_main_button_can_be_read_and_seen(theme: Tokens) -> None:
    assert contrast(theme["on-accent"], theme["accent"]) >= 4.5
    for ground in GROUNDS:
        assert contrast(theme["accent"], theme[ground]) >= 3


@THEMES
@pytest.mark.parametrize("ground", GROUNDS)
def test_edges_of_fields_and_buttons_can_be_seen(theme: Tokens, ground: str) -> None:
    assert contrast(theme["edge"], theme[ground]) >= 3


@THEMES
def test_bars_stand_out_from_their_tracks(theme: Tokens) -> None:
    for bar in ("ink", "muted"):
        assert contrast(theme[bar], theme["line"]) >= 3


@THEMES
@pytest.mark.parametrize("series", SERIES)
def test_a_series_stands_out_from_the_ground_that_is_between_it_and_the_next(
    theme: Tokens, series: str
) -> None:
    assert contrast(theme[series], theme["surface"]) >= 3


def test_there_is_ground_between_two_series_of_a_bar() -> None:
    sheet = (STATIC / "fasi.css").read_text()
    (line,) = re.findall(r"\.timeline rect:not\(\.ground\) \{([^}]+)\}", sheet)
    assert "stroke: var(--surface)" in line
    assert "stroke-width: 2px" in line


def test_controls_have_an_edge_and_no_hairline() -> None:
    controls = (STATIC / "controls.css").read_text()
    assert "var(--edge)" in controls
    assert "var(--line)" not in controls


def test_red_is_for_the_main_action_alone() -> None:
    allowed = {".button, main button:where(:not(.link))", ".top nav.bar > a.snap"}
    for path in SHEETS:
        if path.name in {"colours.css", "staff.css", "print.css"}:
            continue
        for selector, rule in re.findall(r"([^{}]+)\{([^{}]*)\}", path.read_text()):
            if "--accent" in rule:
                assert selector.partition("*/")[2].strip() in allowed or selector.strip() in allowed


def test_a_sheet_uses_no_colour_that_is_not_there() -> None:
    named = set(re.findall(r"--([\w-]+):", SHEET))
    for path in SHEETS:
        sheet = path.read_text()
        own = set(re.findall(r"--([\w-]+):", sheet))
        used = set(re.findall(r"var\(--([\w-]+)", sheet))
        missing = used - named - own - {"bar"}
        assert not missing, path.name


def test_pages_and_cards_without_the_sheet_have_its_colours() -> None:
    refused = (settings.BASE_DIR / "deploy" / "nginx" / "errors" / "refused.html").read_text()
    light, _, dark = refused.partition("@media")
    for said, theme in ((tokens(light), LIGHT), (tokens(dark), DARK)):
        assert said
        assert said.items() <= theme.items()
    for name in ("paper", "ink", "muted", "line", "accent"):
        assert getattr(card_drawing, name.upper()) == LIGHT[name]
