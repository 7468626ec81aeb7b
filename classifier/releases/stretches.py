"""Which outfits a backfill or a shadow looks at, and in which order.

They are walked along the index of the moment when they were classified, which never changes. A row
may be committed a little after that moment, so nobody walks past the beginning of the oldest
transaction that is under way: before it, all that there will ever be is there.

A share is chosen by a hash of the outfit's id: the same outfits whenever and wherever it is asked,
and those of a smaller share are among those of a larger one.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from classifier.models import Backfill

LONGEST_S = 60
"""No transaction that classifies takes so long; whoever reads for longer keeps nobody waiting."""

_SETTLED_UNTIL = """
    SELECT least(now(), min(xact_start)) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend'
      AND pid <> pg_backend_pid()
      AND xact_start > now() - make_interval(secs => %s)
"""
_REVIEWED = """
    AND EXISTS (
        SELECT FROM classifier_prediction AS judged
        JOIN classifier_review AS review ON review.prediction_id = judged.id
        WHERE judged.outfit_id = outfit.id
    )
"""
_SHARED = """
    AND ('x' || left(md5('shadow:' || outfit.id), 8))::bit(32)::bigint
        < %(share)s * 4294967296
"""
_OUTFITS = """
    FROM classifier_outfit AS outfit
    WHERE outfit.status = 'done'
"""


@dataclass(frozen=True)
class Seen:
    """An outfit of the walk; `predicted` where the release has predicted it already."""

    id: uuid.UUID
    classified: datetime
    thumb_key: str
    wardrobe: str
    predicted: bool


def settled_until() -> datetime:
    """Before this moment no outfit will turn up any more that counts as classified before it."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED_UNTIL, [LONGEST_S])
        moment: datetime = cursor.fetchone()[0]
    return moment


def count_outfits(backfill: Backfill) -> int:
    """How many outfits a backfill that begins now will look at."""
    condition = _REVIEWED if backfill.scope == Backfill.Scope.REVIEWED else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) {_OUTFITS} AND outfit.classified < %s {condition}",
            [backfill.until],
        )
        return int(cursor.fetchone()[0])


def following(backfill: Backfill, limit: int) -> list[Seen]:
    """The next outfits of the walk, in its order; none where it has caught up, or is at its end."""
    ascending = backfill.kind == Backfill.Kind.SHADOW
    parts = [_REVIEWED if backfill.scope == Backfill.Scope.REVIEWED else ""]
    values: dict[str, Any] = {
        "release": backfill.release_id,
        "until": backfill.until,
        "at": backfill.place_at,
        "id": backfill.place_id,
        "share": backfill.share,
        "limit": limit,
    }
    if ascending:
        values["settled"] = settled_until()
        parts.append("AND outfit.classified >= %(until)s AND outfit.classified < %(settled)s")
    else:
        parts.append("AND outfit.classified < %(until)s")
    if backfill.place_at:
        side = ">" if ascending else "<"
        parts.append(f"AND (outfit.classified, outfit.id) {side} (%(at)s, %(id)s::uuid)")
    if backfill.share < 1:
        parts.append(_SHARED)
    way = "ASC" if ascending else "DESC"
    statement = f"""
        SELECT outfit.id, outfit.classified, outfit.thumb_key, outfit.wardrobe,
               EXISTS (SELECT FROM classifier_prediction AS known
                       WHERE known.outfit_id = outfit.id AND known.release_id = %(release)s)
        {_OUTFITS} {" ".join(parts)}
        ORDER BY outfit.classified {way}, outfit.id {way} LIMIT %(limit)s
    """  # noqa: S608  (no value is pasted in, only our own SQL)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [Seen(*row) for row in cursor.fetchall()]
