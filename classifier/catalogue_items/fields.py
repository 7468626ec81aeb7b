"""What an operator says of an item, as typed values."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from classifier.catalogue import is_known
from classifier.models import CatalogueItem
from classifier.values.text import is_line

TITLE_LENGTH, LINK_LENGTH = CatalogueItem.TITLE_LENGTH, CatalogueItem.LINK_LENGTH


class FieldRefused(ValueError):
    """One of an item's fields cannot be taken. `field` is its name, the message says why."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


@dataclass(frozen=True)
class Fields:
    """A title, a link or none, and the id of a style or none."""

    title: str
    link: str
    style: str

    @classmethod
    def read(cls, title: str, link: str = "", style: str = "") -> "Fields":
        """From text of any origin. Raises FieldRefused."""
        return cls(_title(title), _link(link), _style(style))


def _title(text: str) -> str:
    title = text.strip()
    if not title or not is_line(title):
        raise FieldRefused("title", "a title of one line is needed")
    if len(title) > TITLE_LENGTH:
        raise FieldRefused("title", f"a title has at most {TITLE_LENGTH} characters")
    return title


def _link(text: str) -> str:
    """Pages lead to it, so it is nothing that a browser would run, and hides no other host."""
    link = text.strip()
    if not link:
        return ""
    if len(link) > LINK_LENGTH:
        raise FieldRefused("link", f"a link has at most {LINK_LENGTH} characters")
    try:
        parts = urlsplit(link)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.username is None
        _ = parts.port
    except ValueError:
        usable = False
    if not usable or not is_line(link) or any(each.isspace() or each in '\\<>"' for each in link):
        raise FieldRefused("link", "a link begins with https:// or http:// and names a host")
    return link


def _style(text: str) -> str:
    style = text.strip()
    if style and not (is_line(style) and is_known(style)):
        raise FieldRefused("style", "no release knows this style")
    return style
