"""Korean particles follow the sound in front of them."""

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import translation

from classifier.wording.particles import _MARK, particles

PO = settings.BASE_DIR / "fasi_site" / "locale" / "ko" / "LC_MESSAGES" / "django.po"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("스트리트은(는)", "스트리트는"),
        ("캐주얼은(는)", "캐주얼은"),
        ("아메카지이(가) 앞서요", "아메카지가 앞서요"),
        ("미니멀이(가) 앞서요", "미니멀이 앞서요"),
        ("사진을(를), 코디을(를)", "사진을, 코디를"),
        ("클래식과(와) 빈티지과(와)", "클래식과 빈티지와"),
        ("12월 3일(으)로", "12월 3일로"),
        ("서울(으)로, 부산(으)로, 제주(으)로", "서울로, 부산으로, 제주로"),
        ("캐주얼이에요(예요). 아메카지이에요(예요).", "캐주얼이에요. 아메카지예요."),
    ],
)
def test_a_particle_follows_the_last_syllable(text: str, expected: str) -> None:
    assert particles(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10 MB을(를)", "10 MB를"),
        ("PDF이(가), URL이(가), SVM은(는)", "PDF가, URL이, SVM은"),
        ("84%은(는)", "84%는"),
        ("1은(는) 2은(는) 3은(는) 10은(는)", "1은 2는 3은 10은"),
        ("v7(으)로, v6(으)로, v5(으)로", "v7로, v6으로, v5로"),
    ],
)
def test_numbers_and_abbreviations_are_read_aloud(text: str, expected: str) -> None:
    assert particles(text) == expected


def test_what_surrounds_a_word_is_not_part_of_it() -> None:
    assert particles("‘빈티지’이(가)") == "‘빈티지’가"
    assert particles("<strong>클래식</strong>을(를)") == "<strong>클래식</strong>을"
    assert particles("&quot;클래식&quot;을(를)") == "&quot;클래식&quot;을"


def test_both_particles_stay_where_nobody_knows_how_a_word_is_read() -> None:
    assert particles("vintage은(는)") == "vintage은(는)"
    assert particles("은(는)") == "은(는)"


def test_text_without_a_choice_is_left_alone() -> None:
    assert particles("You mix about 3 styles.") == "You mix about 3 styles."


def test_the_filter_chooses_on_pages_and_escapes_what_was_not_safe() -> None:
    page = Template(
        "{% load i18n wording %}{% filter particles %}"
        "{% blocktranslate %}Roll back to {{ name }}{% endblocktranslate %}{% endfilter %}"
    )
    with translation.override("ko"):
        assert page.render(Context({"name": "<b>v7"})) == "&lt;b&gt;v7로 되돌리기"


def test_every_choice_in_the_translations_is_made_somewhere() -> None:
    sources = [
        re.sub(r'" *\n *"', "", path.read_text())  # parts of one text
        for folder in ("classifier", "fasi_site", "worker")
        for pattern in ("**/*.py", "**/templates/**/*")
        for path in Path(settings.BASE_DIR / folder).glob(pattern)
        if path.is_file()
    ]
    for entry in polib.pofile(str(PO)):
        if not any(map(_MARK.search, [entry.msgstr, *entry.msgstr_plural.values()])):
            continue
        fragment = max(re.split(r"%\(\w+\)[sd]|\n", entry.msgid), key=len)[:24]
        using = [source for source in sources if fragment in source]
        assert using, entry.msgid
        assert any(re.search("particles|ReleaseRefused|BackfillRefused", each) for each in using), (
            entry.msgid
        )
