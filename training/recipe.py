"""A recipe: every option of a run, read from a TOML file and saved with the run."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, get_type_hints

from training.errors import TrainingError


@dataclass(frozen=True)
class Start:
    """Where the weights come from.

    ``backbone`` is a name in ``keras.applications``. ``weights``: ``people`` (the widened
    people-photo ResNet-50), ``imagenet``, ``scratch``, or a file (a run's ``model.keras``, a
    bundle's ``style.keras``), whose backbone is taken whatever ``backbone`` says.
    """

    backbone: str = "ResNet50"
    weights: str = "people"


@dataclass(frozen=True)
class HeadFit:
    """The linear head on frozen features: what is tried, the best on validation is taken.

    ``decays`` are L2 strengths on standardised features, ``balances`` the power of the inverse
    style frequency that weighs each photo.
    """

    decays: tuple[float, ...] = (0.01, 0.03, 0.1)
    balances: tuple[float, ...] = (0.0, 0.5)


@dataclass(frozen=True)
class Tune:
    """Fine-tuning by AdamW with warm-up and a cosine; ``epochs`` 0 leaves the backbone frozen.

    ``layers`` are name prefixes of the backbone's layers to train (``*`` is all). ``size`` is the
    side of training images; validation is at 224. ``average`` is the momentum of the weights'
    moving average, which is what is validated and kept (0 = none). ``mixup`` is the parameter of
    its Beta distribution. ``patience`` epochs without a better validation loss end the run.
    ``share`` is how far the backbone that is kept goes from the start's weights to the tuned ones.
    ``precision`` is what the backbone computes in (a Keras policy such as ``mixed_bfloat16``);
    its weights are float32 in any case.
    """

    epochs: int = 16
    layers: tuple[str, ...] = ("conv4", "conv5")
    size: int = 192
    batch: int = 32
    learning_rate: float = 1e-4
    warmup: float = 0.05
    weight_decay: float = 0.05
    label_smoothing: float = 0.1
    mixup: float = 0.2
    average: float = 0.99
    balance: float = 0.5
    patience: int = 6
    share: float = 1.0
    precision: str = "float32"


@dataclass(frozen=True)
class Augment:
    """What training photos go through. Probabilities, but for:

    ``crop`` the least share of the photo's area that is kept, ``stretch`` the largest change of
    its proportions, ``colour`` the largest relative change of brightness, contrast and saturation,
    ``rotate`` the largest angle in degrees.
    """

    background: float = 0.5
    crop: float = 0.5
    stretch: float = 1.2
    flip: float = 0.5
    colour: float = 0.25
    grey: float = 0.05
    rotate: float = 6.0
    jpeg: float = 0.3
    erase: float = 0.25


@dataclass(frozen=True)
class Gate:
    """The head that tells outfits from photos without one, where such photos are given.

    Beside the features that the backbone ends with it sees those of ``layers``, named as the
    backbone names them. ``decay`` is its L2 strength. Among the others each kind counts by the
    power ``balance`` of its inverse frequency, and all of them ``others`` times as much as all
    outfits. It is judged by ``folds`` of whole sources. Its threshold turns the share ``lost`` of
    the outfits away.
    """

    layers: tuple[str, ...] = ()
    decay: float = 0.02
    balance: float = 0.5
    others: float = 0.4
    folds: int = 4
    lost: float = 0.016


@dataclass(frozen=True)
class Sets:
    """Sets of styles that hold the right one in the share ``coverage`` of photos (RAPS): from rank
    ``free`` on each further style costs ``penalty``."""

    coverage: float = 0.9
    penalty: float = 0.01
    free: int = 1


@dataclass(frozen=True)
class LeftOut:
    """Heads without each source in turn. ``calibrate`` names the sources whose photos choose
    temperature and threshold so: those that the start's weights have not been trained on. Where
    none is named, all do."""

    calibrate: tuple[str, ...] = ()


@dataclass(frozen=True)
class Export:
    """INT8: photos to calibrate on, the share of top styles that must stay the float model's."""

    calibration_photos: int = 300
    agreement: float = 0.985


@dataclass(frozen=True)
class Card:
    """What the model card says and no run can know (Markdown): whose photos these are, what is
    wrong with them, and where the weights of a file come from."""

    data: str = "Nobody has written down yet where these photos come from and who may use them."
    limits: str = "- Nobody has written down yet what these photos do not show."
    weights: str = ""


@dataclass(frozen=True)
class Recipe:
    """All options of a run."""

    seed: int = 0
    start: Start = field(default_factory=Start)
    head: HeadFit = field(default_factory=HeadFit)
    tune: Tune = field(default_factory=Tune)
    augment: Augment = field(default_factory=Augment)
    gate: Gate = field(default_factory=Gate)
    sets: Sets = field(default_factory=Sets)
    left_out: LeftOut = field(default_factory=LeftOut)
    export: Export = field(default_factory=Export)
    card: Card = field(default_factory=Card)

    def to_toml(self) -> str:
        """The recipe with all defaults spelt out; ``read_recipe`` reads it back to an equal one."""
        tables = [("", self)] + [
            (item.name, value)
            for item in fields(self)
            if is_dataclass(value := getattr(self, item.name))
        ]
        return "\n".join(_table(name, value) for name, value in tables)


def read_recipe(name: str) -> Recipe:
    """A shipped recipe by name (``starter``), or one from a TOML file.

    What the file does not say keeps its default. Raises TrainingError for a file that cannot be
    read, a key that does not exist, and a value of the wrong type.
    """
    shipped = files("training").joinpath("recipes", f"{name}.toml")
    source = shipped if shipped.is_file() else Path(name)
    try:
        data = tomllib.loads(source.read_text(encoding="utf-8"))
    except OSError as error:
        raise TrainingError(f"There is no readable recipe {name!r}.") from error
    except ValueError as error:
        raise TrainingError(f"The recipe {name!r} is not valid TOML: {error}.") from error
    return with_changes(Recipe(), data)


def with_changes(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    """The recipe with nested ``changes`` such as ``{"tune": {"epochs": 3}}``.

    Raises TrainingError for a key that does not exist and for a value of the wrong type.
    """
    changed: Recipe = _changed(recipe, changes, "")
    return changed


def parse_change(text: str) -> dict[str, Any]:
    """``tune.epochs=3`` from the command line as ``{"tune": {"epochs": 3}}``; the value is TOML.

    Raises TrainingError when it is neither that nor a plain word.
    """
    key, separator, value = text.partition("=")
    if not separator or not key:
        raise TrainingError(f"{text!r} is no change of the recipe: write it like tune.epochs=3.")
    for candidate in (value, f'"{value}"'):
        try:
            return tomllib.loads(f"{key} = {candidate}")
        except tomllib.TOMLDecodeError:
            continue
    raise TrainingError(f"{text!r} is no change of the recipe: write it like tune.epochs=3.")


def _changed(part: Any, changes: Mapping[str, Any], prefix: str) -> Any:
    known = {item.name for item in fields(part)}
    types = get_type_hints(type(part))
    values = {name: getattr(part, name) for name in known}
    for key, value in changes.items():
        if key not in known:
            raise TrainingError(
                f"A recipe has no option {prefix}{key!r}; it has {', '.join(sorted(known))}."
            )
        if is_dataclass(values[key]):
            if not isinstance(value, Mapping):
                raise TrainingError(f"The option {prefix}{key} is a table of options.")
            values[key] = _changed(values[key], value, f"{prefix}{key}.")
        else:
            values[key] = _value(value, types[key], f"{prefix}{key}")
    return type(part)(**values)


def _value(value: Any, wanted: Any, name: str) -> Any:
    if wanted is float and type(value) is int:
        return float(value)
    if getattr(wanted, "__origin__", None) is tuple and isinstance(value, list):
        return tuple(_value(item, wanted.__args__[0], name) for item in value)
    if type(value) is not wanted:
        kind = "a list" if getattr(wanted, "__origin__", None) is tuple else wanted.__name__
        raise TrainingError(f"The option {name} is {kind}, not {value!r}.")
    if isinstance(value, (int, float)) and value < 0:
        raise TrainingError(f"The option {name} must not be negative.")
    return value


def _table(name: str, part: Any) -> str:
    lines = [f"[{name}]"] if name else []
    for item in fields(part):
        value = getattr(part, item.name)
        if not is_dataclass(value):
            lines.append(f"{item.name} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    # A TOML string may be written as a JSON string is.
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
