"""The ledger's part in the upload of one photo, in plain SQL and one round trip each.

It was the largest part of what an upload costs beside its photo (docs/performance.md).

Two statements of one round trip are one transaction, and the second sees what others committed
while the first waited for the lock of the owner's row; a single statement would not.
"""

import uuid
from datetime import tzinfo

from django.conf import settings
from django.db import connection

from classifier.limits.ledger import LOCK, PATIENCE, StorageIsFull, day_is_spent, offset_s

# What is stored and what is set aside, but for one reservation. Of direct uploads, those that no
# worker has begun to check: who checks one reserves anew.
_TAKEN = """
    stored_bytes + coalesce((
        SELECT sum(bytes) FROM classifier_reservation
        WHERE owner_id = %(owner)s AND expires > now() AND id <> %(id)s
    ), 0) + coalesce((
        SELECT sum(most_bytes) FROM classifier_directupload
        WHERE owner_id = %(owner)s AND status IN ('waiting', 'queued')
    ), 0)
"""
_RESERVE = f"""
    {LOCK};
    WITH allowed AS (
        SELECT %(counted)s OR uploads < %(most_uploads)s AS day,
               {_TAKEN} + %(size)s <= %(most_bytes)s AS room
        FROM classifier_usage WHERE owner_id = %(owner)s
    ), counted AS (
        UPDATE classifier_usage SET uploads = uploads + 1
        FROM allowed WHERE owner_id = %(owner)s AND allowed.day AND room AND NOT %(counted)s
    ), reserved AS (
        INSERT INTO classifier_reservation (id, owner_id, kind, bytes, expires)
        SELECT %(id)s, %(owner)s, 'photo', %(size)s, now() + make_interval(secs => %(patience_s)s)
        FROM allowed WHERE day AND room
    )
    SELECT day, room FROM allowed
"""  # noqa: S608  (no value is pasted in, only our own SQL)
_ENLARGE = f"""
    SELECT FROM classifier_usage WHERE owner_id = %(owner)s FOR UPDATE;
    WITH allowed AS (
        SELECT {_TAKEN} + %(size)s <= %(most_bytes)s AS room
        FROM classifier_usage WHERE owner_id = %(owner)s
    ), enlarged AS (
        UPDATE classifier_reservation SET bytes = %(size)s FROM allowed WHERE id = %(id)s AND room
    )
    SELECT room FROM allowed
"""  # noqa: S608


def reserve_photo(owner_id: int, size: int, zone: tzinfo, *, counted: bool = False) -> uuid.UUID:
    """Set room for a photo aside, and count it for the day unless it was `counted` before.

    `zone` is the person's. Raises DayIsSpent, StorageIsFull, and then nothing is counted.
    """
    reservation = uuid.uuid4()
    values = {
        "owner": owner_id,
        "id": reservation,
        "offset_s": offset_s(zone),
        "size": size,
        "counted": counted,
        "most_uploads": settings.FASI_UPLOADS_PER_DAY,
        "most_bytes": settings.FASI_STORED_BYTES,
        "patience_s": PATIENCE.total_seconds(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, values)
        day, room = cursor.fetchone()
    if not day:
        raise day_is_spent(owner_id)
    if not room:
        raise StorageIsFull(settings.FASI_STORED_BYTES)
    return reservation


def enlarge(owner_id: int, reservation: uuid.UUID, size: int) -> None:
    """What is stored is larger than what was reserved. Raises StorageIsFull."""
    most = settings.FASI_STORED_BYTES
    values = {"owner": owner_id, "id": reservation, "size": size, "most_bytes": most}
    with connection.cursor() as cursor:
        cursor.execute(_ENLARGE, values)
        (room,) = cursor.fetchone() or (False,)  # an account that was erased has no room
    if not room:
        raise StorageIsFull(most)
