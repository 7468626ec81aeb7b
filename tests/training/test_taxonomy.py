"""A taxonomy is refused with a sentence, or it works."""

from typing import Any

import pytest

from inference.taxonomy import Style, Taxonomy, TaxonomyError
from training.taxonomies import read_taxonomy


def wardrobe(styles: object, **changes: Any) -> dict[str, Any]:
    return {"names": {"en": "Men", "ko": "남성"}, "styles": styles, **changes}


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
        "wardrobes": {"men": wardrobe(["street"])},
        **changes,
    }


def test_to_dict_and_back_is_the_same() -> None:
    taxonomy = Taxonomy.from_dict(data())

    assert taxonomy.to_dict() == data()
    assert Taxonomy.from_dict(taxonomy.to_dict()) == taxonomy
    assert taxonomy.ids == ("work", "street")
    assert taxonomy.wardrobes["men"].styles == ("street",)


def test_names_and_descriptions_fall_back_to_english() -> None:
    taxonomy = Taxonomy.from_dict(data())

    assert taxonomy.style("work").name("ko") == "오피스"
    assert taxonomy.style("work").name("ko-kr") == "오피스"
    assert taxonomy.style("street").name("ko") == "Street"
    assert taxonomy.style("work").description("ko") == "Desk."
    assert taxonomy.style("street").description("ko") == ""


def test_a_wardrobe_has_names_too() -> None:
    men = Taxonomy.from_dict(data()).wardrobes["men"]

    assert (men.name(), men.name("ko-kr"), men.name("fr")) == ("Men", "남성", "Men")


def test_a_wardrobe_picks_styles_and_no_wardrobe_picks_all() -> None:
    taxonomy = Taxonomy.from_dict(data())

    assert taxonomy.ids_in("men") == {"street"}
    assert taxonomy.ids_in("") == {"work", "street"}
    assert taxonomy.ids_in("children") == {"work", "street"}


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
        ({"id": "a" * 41}, "an id is at most 40 small letters"),
        ({"wardrobes": {"men": wardrobe(["suit"])}}, "names the style 'suit', which .* not have"),
        ({"wardrobes": {"men": wardrobe(["work", "work"])}}, "names a style twice"),
        ({"wardrobes": {"men": wardrobe([])}}, "'men' is empty"),
        ({"wardrobes": {"men": wardrobe("work")}}, "'styles' of wardrobe 'men' must be a list"),
        ({"wardrobes": {"men": wardrobe([1])}}, "must be a list of style ids"),
        ({"wardrobes": {"men": wardrobe(["work"], names={})}}, "'men' has no English name"),
        ({"wardrobes": {"men": wardrobe(["work"], names="Men")}}, "must map languages to texts"),
        ({"wardrobes": {"men": ["work"]}}, "'men' must be an object with 'names' and 'styles'"),
        ({"wardrobes": {"All men": wardrobe(["work"])}}, "A wardrobe of .* has the id 'All men'"),
        ({"wardrobes": ["men"]}, "must be an object of wardrobes"),
    ],
)
def test_a_wrong_taxonomy_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(TaxonomyError, match=sentence):
        Taxonomy.from_dict(data(**changes))


def test_the_2021_snaps_have_seven_styles_for_women_and_five_of_them_for_men() -> None:
    taxonomy = read_taxonomy("snaps-2021")
    women, men = taxonomy.wardrobes["women"], taxonomy.wardrobes["men"]

    assert set(women.styles) == set(taxonomy.ids)
    assert len(women.styles) == 7
    assert set(women.styles) - set(men.styles) == {"girlish", "sexy"}
    assert (women.name("ko"), men.name("ko")) == ("여성", "남성")


@pytest.mark.parametrize(("name", "count"), [("starter", 13), ("snaps-2021", 7)])
def test_the_shipped_taxonomies_speak_english_and_korean(name: str, count: int) -> None:
    taxonomy = read_taxonomy(name)

    assert taxonomy.id == name
    assert len(taxonomy.styles) == count
    for style in taxonomy.styles:
        assert isinstance(style, Style)
        for texts in (style.names, style.descriptions):
            assert texts["en"]
            assert texts["ko"]
