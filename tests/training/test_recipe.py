"""A recipe is read strictly, can be changed from outside, and is saved whole."""

from pathlib import Path

import pytest

from training.errors import TrainingError
from training.recipe import Recipe, parse_change, read_recipe, with_changes


def test_a_saved_recipe_reads_back_equal(tmp_path: Path) -> None:
    recipe = with_changes(
        read_recipe("starter"),
        {"tune": {"epochs": 3}, "card": {"data": 'Mine: "all" of it.\n| a |'}},
    )
    path = tmp_path / "recipe.toml"
    path.write_text(recipe.to_toml(), encoding="utf-8")

    assert read_recipe(str(path)) == recipe
    assert "label_smoothing" in path.read_text(), "defaults are spelt out"


def test_the_shipped_recipe_says_where_the_photos_come_from() -> None:
    recipe = read_recipe("starter")

    assert recipe != Recipe()
    assert "fashion-meter" in recipe.card.data


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("tune.epochs=3", {"tune": {"epochs": 3}}),
        ("tune.layers=['conv5']", {"tune": {"layers": ["conv5"]}}),
        ("start.weights=imagenet", {"start": {"weights": "imagenet"}}),
        ("start.weights=runs/a/model.keras", {"start": {"weights": "runs/a/model.keras"}}),
        ("seed=7", {"seed": 7}),
    ],
)
def test_one_option_is_changed_from_the_command_line(text: str, changes: dict[str, object]) -> None:
    assert parse_change(text) == changes
    assert with_changes(Recipe(), changes) != Recipe()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("tune = 3", "The option tune is a table of options."),
        ("[tune]\nepoch = 3", "A recipe has no option tune.'epoch'"),
        ("[tune]\nepochs = 'three'", "The option tune.epochs is int, not 'three'."),
        ("[tune]\nepochs = true", "The option tune.epochs is int, not True."),
        ("[tune]\nlayers = 'conv5'", "The option tune.layers is a list, not 'conv5'."),
        ("[tune]\nbatch = -1", "The option tune.batch must not be negative."),
        ("[tune", "is not valid TOML"),
    ],
)
def test_a_wrong_recipe_is_refused_in_one_sentence(
    tmp_path: Path, content: str, sentence: str
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(content)

    with pytest.raises(TrainingError) as refusal:
        read_recipe(str(path))
    assert sentence in str(refusal.value)


def test_a_recipe_that_is_not_there_is_named() -> None:
    with pytest.raises(TrainingError, match="There is no readable recipe 'no-such'"):
        read_recipe("no-such")
    with pytest.raises(TrainingError, match=r"write it like tune\.epochs=3"):
        parse_change("tune.epochs")
