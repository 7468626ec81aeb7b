"""Two things that are only written down for research, and only while the person consents to it.

On which day somebody first saw an answer, and how many outfits they deleted on a day. Nothing is
kept of the outfits that were deleted. Each is one statement, which asks for the consent itself, so
that whoever takes it back at the same moment is not overtaken; see also
`classifier.personal_data.consents`.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db import connection

from classifier.models import Outfit

_CONSENTS = """coalesce((
    SELECT given FROM classifier_consent
    WHERE owner_id = %(owner)s AND purpose = 'research'
    ORDER BY changed DESC, id DESC LIMIT 1
), false)"""
# Locked in the order in which others lock several, so that neither waits for the other for ever.
_SEEN = f"""
    WITH new AS MATERIALIZED (
        SELECT id FROM classifier_outfit
        WHERE id = ANY(%(ids)s) AND owner_id = %(owner)s AND status = 'done' AND seen_on IS NULL
          AND {_CONSENTS}
        ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE classifier_outfit AS outfit SET seen_on = (now() AT TIME ZONE 'UTC')::date
    FROM new WHERE outfit.id = new.id
"""  # noqa: S608  (no value is pasted in, only our own SQL)
_DELETED = f"""
    INSERT INTO classifier_deletedoutfits AS known (owner_id, day, outfits)
    SELECT %(owner)s, (now() AT TIME ZONE 'UTC')::date, %(outfits)s WHERE {_CONSENTS}
    ON CONFLICT (owner_id, day) DO UPDATE SET outfits = known.outfits + excluded.outfits
"""
# What was taken back since is not written down; a day without any has no row.
_RESTORED = """
    WITH fewer AS (
        DELETE FROM classifier_deletedoutfits
        WHERE owner_id = %(owner)s AND day = %(day)s AND outfits <= 1
    )
    UPDATE classifier_deletedoutfits SET outfits = outfits - 1
    WHERE owner_id = %(owner)s AND day = %(day)s AND outfits > 1
"""


def notice_seen(owner_id: int, outfits: Iterable[Outfit]) -> None:
    """The owner is shown these outfits. Costs nothing where all of them were seen before."""
    new = [
        each.pk for each in outfits if each.status == Outfit.Status.DONE and each.seen_on is None
    ]
    if new:
        with connection.cursor() as cursor:
            cursor.execute(_SEEN, {"owner": owner_id, "ids": new})


def notice_deleted(owner_id: int, outfits: int) -> None:
    """The owner deleted so many. Belongs into the transaction that deletes them."""
    with connection.cursor() as cursor:
        cursor.execute(_DELETED, {"owner": owner_id, "outfits": outfits})


def notice_restored(owner_id: int, deleted: datetime) -> None:
    """One that the owner deleted at that moment is back: that day counts one less."""
    day = deleted.astimezone(UTC).date()
    with connection.cursor() as cursor:
        cursor.execute(_RESTORED, {"owner": owner_id, "day": day})
