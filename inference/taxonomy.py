"""The styles that a model knows, with names and descriptions for people.

Pure Python: training writes a taxonomy into the bundle, the worker reads it, the site shows it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FALLBACK_LANGUAGE = "en"

ID_LENGTH = 40
"""Characters of an id at most: what the database keeps."""

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class TaxonomyError(ValueError):
    """A taxonomy that cannot be used; the message is one sentence that says why."""


@dataclass(frozen=True)
class Style:
    """One class of a taxonomy: an id and its texts by language (``en``, ``ko``)."""

    id: str
    names: Mapping[str, str]
    descriptions: Mapping[str, str] = field(default_factory=dict)

    def name(self, language: str = FALLBACK_LANGUAGE) -> str:
        """The display name in ``language`` (``ko`` or ``ko-kr``), else in English."""
        return _text(self.names, language)

    def description(self, language: str = FALLBACK_LANGUAGE) -> str:
        """The one-line description in ``language``, else in English, else empty."""
        return _text(self.descriptions, language)


@dataclass(frozen=True)
class Wardrobe:
    """A subset of a taxonomy's styles: their ids, and the names of the subset by language."""

    names: Mapping[str, str]
    styles: tuple[str, ...]

    def name(self, language: str = FALLBACK_LANGUAGE) -> str:
        """The display name in ``language`` (``ko`` or ``ko-kr``), else in English."""
        return _text(self.names, language)


@dataclass(frozen=True)
class Taxonomy:
    """The ordered styles of a model, and its wardrobes by id: subsets that one may choose.

    The order of ``styles`` is the order of the model's probabilities.
    """

    id: str
    styles: tuple[Style, ...]
    wardrobes: Mapping[str, Wardrobe] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_id("The taxonomy", self.id)
        if len(self.styles) < 2:
            raise TaxonomyError(f"Taxonomy {self.id!r} needs at least two styles.")
        seen: set[str] = set()
        for style in self.styles:
            _check_id(f"A style of taxonomy {self.id!r}", style.id)
            if style.id in seen:
                raise TaxonomyError(f"Taxonomy {self.id!r} names the style {style.id!r} twice.")
            seen.add(style.id)
            if not style.names.get(FALLBACK_LANGUAGE):
                raise TaxonomyError(f"Style {style.id!r} has no English name.")
        for wardrobe_id, wardrobe in self.wardrobes.items():
            self._check_wardrobe(wardrobe_id, wardrobe, seen)

    def _check_wardrobe(self, wardrobe_id: str, wardrobe: Wardrobe, known: set[str]) -> None:
        _check_id(f"A wardrobe of taxonomy {self.id!r}", wardrobe_id)
        if not wardrobe.names.get(FALLBACK_LANGUAGE):
            raise TaxonomyError(f"Wardrobe {wardrobe_id!r} has no English name.")
        if not wardrobe.styles:
            raise TaxonomyError(f"Wardrobe {wardrobe_id!r} is empty.")
        if len(set(wardrobe.styles)) < len(wardrobe.styles):
            raise TaxonomyError(f"Wardrobe {wardrobe_id!r} names a style twice.")
        for unknown in (style for style in wardrobe.styles if style not in known):
            raise TaxonomyError(
                f"Wardrobe {wardrobe_id!r} names the style {unknown!r},"
                f" which taxonomy {self.id!r} does not have."
            )

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the styles, in the order of the model's probabilities."""
        return tuple(style.id for style in self.styles)

    def style(self, style_id: str) -> Style:
        """The style with this id; raises TaxonomyError when there is none."""
        for style in self.styles:
            if style.id == style_id:
                return style
        raise TaxonomyError(f"Taxonomy {self.id!r} has no style {style_id!r}.")

    def ids_in(self, wardrobe_id: str) -> frozenset[str]:
        """The ids of the wardrobe's styles; of all styles for a wardrobe that is not known.

        No wardrobe (an empty id) means all styles, and so does one that another release offered.
        """
        wardrobe = self.wardrobes.get(wardrobe_id)
        return frozenset(wardrobe.styles if wardrobe else self.ids)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Taxonomy:
        """Read what ``to_dict`` wrote (the content of ``taxonomy.json``).

        Raises TaxonomyError with one sentence for anything missing or of a wrong type.
        """
        if not isinstance(data, Mapping):
            raise TaxonomyError("A taxonomy must be a JSON object.")
        styles = data.get("styles")
        if not isinstance(styles, list):
            raise TaxonomyError("A taxonomy needs a list of styles under 'styles'.")
        wardrobes = data.get("wardrobes", {})
        if not isinstance(wardrobes, Mapping):
            raise TaxonomyError("'wardrobes' must be an object of wardrobes by id.")
        return cls(
            id=_string(data, "id", "The taxonomy"),
            styles=tuple(_style(style) for style in styles),
            wardrobes={name: _wardrobe(name, wardrobe) for name, wardrobe in wardrobes.items()},
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; ``from_dict`` reads them back to an equal taxonomy."""
        return {
            "id": self.id,
            "styles": [
                {
                    "id": style.id,
                    "names": dict(style.names),
                    "descriptions": dict(style.descriptions),
                }
                for style in self.styles
            ],
            "wardrobes": {
                name: {"names": dict(wardrobe.names), "styles": list(wardrobe.styles)}
                for name, wardrobe in self.wardrobes.items()
            },
        }


def _text(texts: Mapping[str, str], language: str) -> str:
    for key in (language, language.split("-", maxsplit=1)[0], FALLBACK_LANGUAGE):
        if texts.get(key):
            return texts[key]
    return ""


def _check_id(what: str, value: str) -> None:
    if len(value) > ID_LENGTH or not _ID.fullmatch(value):
        raise TaxonomyError(
            f"{what} has the id {value!r}; an id is at most {ID_LENGTH} small letters, digits and"
            " single hyphens."
        )


def _string(data: Mapping[str, Any], key: str, what: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise TaxonomyError(f"{what} has no {key!r}.")
    return value


def _style(data: Any) -> Style:
    if not isinstance(data, Mapping):
        raise TaxonomyError("Each style must be a JSON object.")
    style_id = _string(data, "id", "A style")
    what = f"style {style_id!r}"
    return Style(
        id=style_id,
        names=_texts(data, "names", what),
        descriptions=_texts(data, "descriptions", what),
    )


def _wardrobe(wardrobe_id: str, data: Any) -> Wardrobe:
    if not isinstance(data, Mapping):
        raise TaxonomyError(
            f"Wardrobe {wardrobe_id!r} must be an object with 'names' and 'styles'."
        )
    styles = data.get("styles")
    if not isinstance(styles, list) or not all(isinstance(style, str) for style in styles):
        raise TaxonomyError(f"'styles' of wardrobe {wardrobe_id!r} must be a list of style ids.")
    names = _texts(data, "names", f"wardrobe {wardrobe_id!r}")
    return Wardrobe(names=names, styles=tuple(styles))


def _texts(data: Mapping[str, Any], key: str, what: str) -> dict[str, str]:
    texts = data.get(key, {})
    if not isinstance(texts, Mapping) or not all(
        isinstance(part, str) for pair in texts.items() for part in pair
    ):
        raise TaxonomyError(f"{key!r} of {what} must map languages to texts.")
    return dict(texts)
