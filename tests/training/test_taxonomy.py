"""A taxonomy is refused with a sentence, or it works."""

from typing import Any

import pytest

from classifier.taxonomy import Style, Taxonomy, TaxonomyError
from training.cli import read_taxonomy


def data(**changes: Any) -> dict[str, Any]:
    return {
        "id": "tiny",
        "styles": [
            {
                "id": "work",
                "names": {"en": "Work", "ko": "오피스"},
                "descriptions": {"en": "Desk."},
            },
            {"id": "street", "names": {"en": "Street"}, "descriptions": {}},
        ],
        "wardrobes": {"men": ["street"]},
        **changes,
    }


def test_to_dict_and_back_is_the_same() -> None:
    taxonomy = Taxonomy.from_dict(data())

    assert taxonomy.to_dict() == data()
    assert Taxonomy.from_dict(taxonomy.to_dict()) == taxonomy
    assert taxonomy.ids == ("work", "street")
    assert taxonomy.wardrobes == {"men": ("street",)}


def test_names_and_descriptions_fall_back_to_english() -> None:
    taxonomy = Taxonomy.from_dict(data())

    assert taxonomy.style("work").name("ko") == "오피스"
    assert taxonomy.style("work").name("ko-kr") == "오피스"
    assert taxonomy.style("street").name("ko") == "Street"
    assert taxonomy.style("work").description("ko") == "Desk."
    assert taxonomy.style("street").description("ko") == ""


def test_an_unknown_style_is_an_error() -> None:
    with pytest.raises(TaxonomyError, match="has no style 'retro'"):
        Taxonomy.from_dict(data()).style("retro")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"id": ""}, "The taxonomy has no 'id'"),
        ({"id": "Big One"}, "The taxonomy has the id 'Big One'"),
        ({"styles": None}, "needs a list of styles"),
        ({"styles": [{"id": "a", "names": {"en": "A"}}]}, "needs at least two styles"),
        ({"styles": [{"id": "a", "names": {"en": "A"}}] * 2}, "names the style 'a' twice"),
        ({"styles": [{"id": "a", "names": {"ko": "가"}}] * 2}, "'a' has no English name"),
        ({"styles": [{"names": {"en": "A"}}] * 2}, "A style has no 'id'"),
        ({"styles": [{"id": "a", "names": ["A"]}] * 2}, "must map languages to texts"),
        ({"styles": ["a", "b"]}, "Each style must be a JSON object"),
        ({"wardrobes": {"men": ["suit"]}}, "names the style 'suit', which .* does not have"),
        ({"wardrobes": {"men": ["work", "work"]}}, "names a style twice"),
        ({"wardrobes": {"men": []}}, "'men' is empty"),
        ({"wardrobes": {"men": "work"}}, "must be a list of style ids"),
        ({"wardrobes": ["men"]}, "must be an object"),
    ],
)
def test_a_wrong_taxonomy_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(TaxonomyError, match=sentence):
        Taxonomy.from_dict(data(**changes))


def test_the_starter_speaks_english_and_korean() -> None:
    taxonomy = read_taxonomy("starter")

    assert len(taxonomy.styles) == 13
    for style in taxonomy.styles:
        assert isinstance(style, Style)
        for texts in (style.names, style.descriptions):
            assert texts["en"]
            assert texts["ko"]
