"""One search box: words of a style, a note, a tag, a file name; a colour; a day, month or year.

A word finds what begins with it, so that a Korean noun is found with any particle. All words must
be found, each in any of these places. An outfit's words are in a column of its own, each with its
owner's number before it: so the index has nothing to do with other people's, however many there
are. PostgreSQL's own parsers know no Korean, and its trigrams (`pg_trgm`) find nothing by the two
syllables that most Korean nouns have; so words are made here and not by a parser.
"""

import calendar
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_
from pathlib import PurePath

from django.contrib.postgres.search import SearchQueryField
from django.db.models import BooleanField, F, Func, Q, Value

from classifier.catalogue import known_styles
from classifier.history import colours, palette
from classifier.models import Outfit
from classifier.models.diary import LONGEST_TAG

LONGEST = 100
"""Characters of a search."""
MOST_TERMS = 8
_MOST_WORDS = 250
_LONGEST_WORD = 40
_MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): n for n, name in enumerate(calendar.month_abbr) if name}
_NAMED = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR, _ENDS = r"(?P<y>(?:19|20)\d\d)", r"(?![\w-])"
_WHEN = [
    re.compile(rf"(?<![\w-]){each}{_ENDS}", re.IGNORECASE)
    for each in (
        rf"{_YEAR}-(?P<m>\d\d?)-(?P<d>\d\d?)",
        rf"{_YEAR}년\s*(?P<m>\d\d?)월\s*(?P<d>\d\d?)일",
        rf"{_YEAR}-(?P<m>\d\d?)",
        rf"{_YEAR}년\s*(?P<m>\d\d?)월",
        rf"(?P<name>{_NAMED})\s+{_YEAR}",
        rf"{_YEAR}년?",
    )
]


@dataclass(frozen=True)
class Search:
    """What a search asks for: all of these words, on days from `since` to `until`."""

    words: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    @classmethod
    def read(cls, text: str) -> "Search":
        """From what somebody typed."""
        since = until = None
        for pattern in _WHEN:
            if (found := pattern.search(text)) and (days := _days(found)):
                since, until = days
                text = text[: found.start()] + " " + text[found.end() :]
                break
        return cls(tuple(dict.fromkeys(_words(text)))[:MOST_TERMS], since, until)

    def condition(self, owner_id: int) -> Q:
        """For outfits of this person."""
        return reduce(and_, (_anywhere(owner_id, word) for word in self.words), Q())


def tagged(owner_id: int, tag: str) -> Q:
    """Outfits of this person with this tag, however it is written."""
    kept = unicodedata.normalize("NFKC", tag).casefold()[:LONGEST_TAG]
    return _has(f"'{owner_id}#{_quoted(kept)}'")


def coloured(owner_id: int, colour: str) -> Q:
    """Outfits of this person in which a colour, one of `colours.NAMES`, is worn."""
    return _has(f"'{owner_id}@{_quoted(colour)}'")


def words_of(outfit: Outfit) -> str:
    """What an outfit is found by, as PostgreSQL writes a `tsvector`."""
    text = " ".join([PurePath(outfit.original_name).stem, outfit.note, *outfit.tags])
    found = [f"{outfit.owner_id}:{word}" for word in dict.fromkeys(_words(text))][:_MOST_WORDS]
    found += [f"{outfit.owner_id}#{tag}" for tag in outfit.tags]
    worn = {each.name for each in palette.read(outfit.palette) if each.share >= palette.NAMED}
    found += [f"{outfit.owner_id}@{name}" for name in sorted(worn)]
    return " ".join(f"'{_quoted(each)}'" for each in found)


def _anywhere(owner_id: int, word: str) -> Q:
    either = [f"'{owner_id}:{word}':*", *(f"'{owner_id}@{c}'" for c in colours.typed_as(word))]
    styles = [
        style.id
        for style in known_styles().values()
        if any(part.startswith(word) for name in style.names.values() for part in _words(name))
    ]
    found = _has(" | ".join(either))
    return found | Q(style__in=styles) if styles else found


def _has(query: str) -> Q:
    """Whether the words match a `tsquery` as it stands; none of PostgreSQL's parsers reads it."""
    matches = Func(
        F("words"),
        Func(Value(query), template="%(expressions)s::tsquery", output_field=SearchQueryField()),
        template="(%(expressions)s)",
        arg_joiner=" @@ ",
        output_field=BooleanField(),
    )
    return Q(matches)


def _words(text: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return (each[:_LONGEST_WORD] for each in re.findall(r"[^\W_]+", plain))


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "''")


def _days(found: re.Match[str]) -> tuple[date, date] | None:
    parts = found.groupdict()
    year = int(parts["y"])
    month = _MONTHS[parts["name"].lower()] if parts.get("name") else int(parts.get("m") or 0)
    if not month:
        return date(year, 1, 1), date(year, 12, 31)
    try:
        first = date(year, month, int(parts.get("d") or 1))
    except ValueError:
        return None
    if parts.get("d"):
        return first, first
    return first, first.replace(day=calendar.monthrange(year, month)[1])
