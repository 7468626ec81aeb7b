"""The styles that a model knows, with names and descriptions for people.

Pure Python: training writes a taxonomy into the bundle, the worker reads it, the site shows it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FALLBACK_LANGUAGE = "en"

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
class Taxonomy:
    """The ordered styles of a model, and its wardrobes: named subsets of them.

    The order of ``styles`` is the order of the model's probabilities.
    """

    id: str
    styles: tuple[Style, ...]
    wardrobes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

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
        for wardrobe, ids in self.wardrobes.items():
            self._check_wardrobe(wardrobe, ids, seen)

    def _check_wardrobe(self, wardrobe: str, ids: tuple[str, ...], known: set[str]) -> None:
        if not ids:
            raise TaxonomyError(f"Wardrobe {wardrobe!r} is empty.")
        if len(set(ids)) < len(ids):
            raise TaxonomyError(f"Wardrobe {wardrobe!r} names a style twice.")
        for unknown in (style for style in ids if style not in known):
            raise TaxonomyError(
                f"Wardrobe {wardrobe!r} names the style {unknown!r},"
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
            raise TaxonomyError("'wardrobes' must be an object of lists of style ids.")
        return cls(
            id=_string(data, "id", "The taxonomy"),
            styles=tuple(_style(style) for style in styles),
            wardrobes={name: _style_ids(name, ids) for name, ids in wardrobes.items()},
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
            "wardrobes": {name: list(ids) for name, ids in self.wardrobes.items()},
        }


def _text(texts: Mapping[str, str], language: str) -> str:
    for key in (language, language.split("-", maxsplit=1)[0], FALLBACK_LANGUAGE):
        if texts.get(key):
            return texts[key]
    return ""


def _check_id(what: str, value: str) -> None:
    if not _ID.fullmatch(value):
        raise TaxonomyError(
            f"{what} has the id {value!r}; an id is small letters, digits and single hyphens."
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
    return Style(
        id=style_id,
        names=_texts(data, "names", style_id),
        descriptions=_texts(data, "descriptions", style_id),
    )


def _texts(data: Mapping[str, Any], key: str, style_id: str) -> dict[str, str]:
    texts = data.get(key, {})
    if not isinstance(texts, Mapping) or not all(
        isinstance(part, str) for pair in texts.items() for part in pair
    ):
        raise TaxonomyError(f"{key!r} of style {style_id!r} must map languages to texts.")
    return dict(texts)


def _style_ids(wardrobe: str, ids: Any) -> tuple[str, ...]:
    if not isinstance(ids, list) or not all(isinstance(style_id, str) for style_id in ids):
        raise TaxonomyError(f"Wardrobe {wardrobe!r} must be a list of style ids.")
    return tuple(ids)
