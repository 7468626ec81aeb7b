"""A site profile: how the listing of one site is read. A TOML file, docs/crawler.md explains it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlsplit

from crawler.errors import CrawlerError

SHIPPED = Path(__file__).parent / "profiles"
CLICK = "click"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True)
class Where:
    """What to read of an item: `.lbox@href`, an attribute; `.name`, a text; `@href`, its own."""

    selector: str
    attribute: str

    @classmethod
    def read(cls, text: str) -> Self:
        selector, at, attribute = text.rpartition("@")
        return cls(selector.strip(), attribute.strip()) if at else cls(text.strip(), "")


def pair(where: Where | None) -> list[str] | None:
    """Selector and attribute, as the scripts in the browser take them."""
    return [where.selector, where.attribute] if where else None


@dataclass(frozen=True)
class Profile:
    """How a listing is read. `styles` maps the site's ids to the names that the manifest gets.

    Where `opens` says how an item's own page is opened (its link, `a@href`, or "click"), image,
    owner and date are read there, and the page's address is the snap's. `leave_out` names pieces
    of file names of images that are none, such as placeholders.

    Of a listing by pages (`scroll` false) the end is a page without items, or one without the
    element `next`. `per_page` is only for noticing that a page had fewer.
    """

    name: str
    listing: str
    styles: Mapping[str, str]
    item: str
    image: Where
    opens: str = ""
    page: Where | None = None
    owner: Where | None = None
    date: Where | None = None
    leave_out: tuple[str, ...] = ()
    next: str = ""
    scroll: bool = False
    lazy: bool = False
    first_page: int = 1
    per_page: int = 0
    wardrobe: str = ""
    rights: str = ""
    terms: str = ""
    delay_s: float = 2.0
    patience_s: float = 10.0
    least_side: int = 200
    hosts: tuple[str, ...] = field(default=())

    @property
    def link(self) -> Where | None:
        """Where an item has the address of its own page, if that is opened by a link."""
        return Where.read(self.opens) if self.opens and not self.opens_by_click else None

    @property
    def opens_by_click(self) -> bool:
        return self.opens == CLICK

    def address(self, style: str, page: int) -> str:
        """Of a page of a style's listing."""
        return self.listing.replace("{style}", quote(style)).replace("{page}", str(page))

    def chosen(self, names: str) -> dict[str, str]:
        """The styles of a comma-separated list of ids or names; all for an empty one."""
        wanted = [name.strip() for name in names.split(",") if name.strip()]
        for name in wanted:
            if name not in self.styles and name not in self.styles.values():
                known = ", ".join(f"{key} ({value})" for key, value in self.styles.items())
                raise CrawlerError(f"The profile has no style {name!r}; it has: {known}.")
        return {
            key: value
            for key, value in self.styles.items()
            if not wanted or key in wanted or value in wanted
        }


def load_profile(name: str, listing: str = "") -> Profile:
    """A shipped profile by its name, or a TOML file; `listing` replaces its address.

    Raises CrawlerError with what is wrong with it.
    """
    path = Path(name)
    if path.suffix != ".toml":
        path = SHIPPED / f"{name}.toml"
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        shipped = ", ".join(sorted(each.stem for each in SHIPPED.glob("*.toml")))
        raise CrawlerError(
            f"There is no profile {name!r}. Shipped are: {shipped}; a file ends in .toml."
        ) from error
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise CrawlerError(f"The profile {path} cannot be read: {error}.") from error
    if listing:
        values["listing"] = listing
    try:
        return _checked(values)
    except (TypeError, ValueError) as error:
        raise CrawlerError(f"The profile {path} cannot be used: {error}.") from error


def _checked(values: dict[str, Any]) -> Profile:
    kinds = {each.name: str(each.type) for each in fields(Profile)}
    if unknown := sorted(set(values) - set(kinds)):
        raise ValueError(f"it has {', '.join(unknown)}, which no profile has")
    for name, value in values.items():
        if not isinstance(value, _types_of(kinds[name])):
            raise TypeError(f"{name} = {value!r} is of another type than it should be")
    for name in ("image", "page", "owner", "date"):
        if text := values.pop(name, ""):
            values[name] = Where.read(text)
    for name in ("hosts", "leave_out"):
        values[name] = tuple(values.get(name, ()))
    missing = [
        name for name in ("name", "listing", "styles", "item", "image") if not values.get(name)
    ]
    if missing:
        raise ValueError(f"it lacks {', '.join(missing)}")
    profile = Profile(**values)
    if not profile.image.attribute:
        raise ValueError('image needs an attribute, as in ".lbox@href"')
    if profile.opens:
        _check_opens(profile)
    if urlsplit(profile.listing).scheme not in ("http", "https"):
        raise ValueError("listing is no http or https address")
    if not profile.scroll and "{page}" not in profile.listing:
        raise ValueError(
            "listing has no {page}; a listing that goes on by itself has scroll = true"
        )
    if bad := [each for each in profile.styles.values() if not _NAME.fullmatch(str(each))]:
        raise ValueError(f"the style {bad[0]!r} is no name of small letters, digits and hyphens")
    return profile


def _check_opens(profile: Profile) -> None:
    if profile.link and not profile.link.attribute:
        raise ValueError('opens is "click", or has an attribute, as in "a@href"')
    if profile.page:
        raise ValueError("page is for listings that have the full images; opens says it here")
    if profile.opens_by_click and profile.scroll:
        raise ValueError('opens = "click" needs a listing by pages: an endless one loses its place')


def _types_of(kind: str) -> type | tuple[type, ...]:
    if kind == "float":
        return (int, float)
    return {"bool": bool, "int": int, "Mapping[str, str]": dict, "tuple[str, ...]": list}.get(
        kind, str
    )
