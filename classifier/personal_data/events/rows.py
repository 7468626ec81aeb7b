"""The events as they are read: portion by portion, under pseudonyms, in no order that tells more.

All are of one moment: the transaction sees the database as it was when it began. Outfits are
ordered by their id, which is random, and not by the order in which rows were written, which would
tell the time within a day.
"""

import hmac
import uuid
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.db import connection

PORTION = 10_000
Row = tuple[Any, ...]

# Everybody whose newest word on research is yes.
_PEOPLE = """
    SELECT person.id FROM auth_user AS person
    WHERE person.is_active AND (
        SELECT consent.given FROM classifier_consent AS consent
        WHERE consent.owner_id = person.id AND consent.purpose = 'research'
        ORDER BY consent.changed DESC, consent.id DESC LIMIT 1
    )
"""
_THERE = "outfit.status <> 'binned'"
_DAY = "({} AT TIME ZONE 'UTC')::date"
# No value is pasted in, only our own SQL.
_QUERIES = (
    f"""
    SELECT 'uploaded', outfit.owner_id, {_DAY.format("outfit.created")}, outfit.id, outfit.source,
           NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM classifier_outfit AS outfit
    WHERE {_THERE} AND outfit.owner_id IN ({_PEOPLE}) ORDER BY outfit.id
    """,  # noqa: S608
    f"""
    SELECT 'predicted', outfit.owner_id, {_DAY.format("prediction.created")}, outfit.id, NULL,
           release.name, prediction.kind, prediction.style,
           round(prediction.confidence::numeric, 2)::float, prediction.decided, NULL, NULL, NULL
    FROM classifier_prediction AS prediction
    JOIN classifier_outfit AS outfit ON outfit.id = prediction.outfit_id
    JOIN classifier_release AS release ON release.id = prediction.release_id
    WHERE prediction.shown AND {_THERE} AND outfit.owner_id IN ({_PEOPLE}) ORDER BY outfit.id
    """,  # noqa: S608
    f"""
    SELECT 'seen', outfit.owner_id, outfit.seen_on, outfit.id, NULL,
           NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM classifier_outfit AS outfit
    WHERE outfit.seen_on IS NOT NULL AND {_THERE} AND outfit.owner_id IN ({_PEOPLE})
    ORDER BY outfit.id
    """,  # noqa: S608
    f"""
    SELECT 'corrected', outfit.owner_id, {_DAY.format("review.created")}, outfit.id, NULL,
           release.name, NULL, nullif(review.style, ''), NULL, NULL,
           review.role, review.answer, review.verdict
    FROM classifier_review AS review
    JOIN classifier_prediction AS prediction ON prediction.id = review.prediction_id
    JOIN classifier_outfit AS outfit ON outfit.id = prediction.outfit_id
    JOIN classifier_release AS release ON release.id = prediction.release_id
    WHERE {_THERE} AND outfit.owner_id IN ({_PEOPLE}) ORDER BY outfit.id, random()
    """,  # noqa: S608
    f"""
    SELECT 'deleted', deleted.owner_id, deleted.day, NULL, NULL,
           NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM classifier_deletedoutfits AS deleted
    CROSS JOIN generate_series(1, deleted.outfits)
    WHERE deleted.owner_id IN ({_PEOPLE}) ORDER BY random()
    """,  # noqa: S608
)


class Pseudonyms:
    """Stand for people and outfits: HMAC-SHA256 with the export's key, cut to 128 bits."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.person = lru_cache(100_000)(self._person)

    def _person(self, owner_id: int) -> str:
        return self._of(f"person:{owner_id}")

    def outfit(self, outfit_id: uuid.UUID) -> str:
        """Nobody without the key can tell whether an id that they know is the one meant."""
        return self._of(f"outfit:{outfit_id}")

    def _of(self, what: str) -> str:
        return hmac.digest(self._key, what.encode(), "sha256").hex()[:32]


def portions(pseudonyms: Pseudonyms) -> Iterator[list[Row]]:
    """All events, at most `PORTION` at a time, each in the order of the columns.

    Inside a transaction that reads one moment, by cursors of the server.
    """
    for query in _QUERIES:
        with connection.chunked_cursor() as cursor:
            cursor.execute(query)
            while rows := cursor.fetchmany(PORTION):
                yield [_named(row, pseudonyms) for row in rows]


def _named(row: Row, pseudonyms: Pseudonyms) -> Row:
    event, owner_id, day, outfit_id, *rest = row
    outfit = pseudonyms.outfit(outfit_id) if outfit_id else None
    return (event, pseudonyms.person(owner_id), day, outfit, *rest)
