"""Steps 1 to 4 of the way of one photo: accept, store, record, wake."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import wraps
from pathlib import PurePosixPath
from typing import ParamSpec

import structlog
from django.conf import settings
from django.core.files.base import File
from django.db import IntegrityError, transaction

from classifier.bin.service import restore
from classifier.catalogue import offered_wardrobes
from classifier.history.days import day_taken, is_plausible, upload_day
from classifier.lifecycle.fairness import next_turn
from classifier.lifecycle.wakeup import wake_worker
from classifier.models import Batch, Outfit, Preferences
from classifier.models.compiled import Compiled
from classifier.monitoring.metrics import STEP, UPLOADS
from classifier.storage import objects, thumb_cache
from classifier.storage.objects import StorageUnavailable
from classifier.uploads.quota import Room, room_for_photo
from classifier.uploads.refusals import Refusal, Refused
from classifier.uploads.sanitise import sanitise

log = structlog.get_logger(__name__)

_SAME_PHOTO = Compiled(lambda: Outfit.everything.filter(owner_id=0).filter(sha256=""))

P = ParamSpec("P")


@dataclass(frozen=True)
class Accepted:
    """The outfit, and whether this person had uploaded the same photo before."""

    outfit: Outfit
    seen_before: bool


def _counted(accept: Callable[P, Accepted]) -> Callable[P, Accepted]:
    """Tell Prometheus and the log what became of each upload."""

    @wraps(accept)
    def counted(*args: P.args, **kwargs: P.kwargs) -> Accepted:
        try:
            accepted = accept(*args, **kwargs)
        except Refused as refusal:
            UPLOADS.labels(refusal.reason).inc()
            log.info("photo_refused", reason=refusal.reason)
            raise
        UPLOADS.labels("seen_before" if accepted.seen_before else "accepted").inc()
        return accepted

    return counted


@_counted
def accept_photo(
    owner_id: int,
    upload: File[bytes],
    *,
    ip_address: str = "",
    wardrobe: str = "",
    batch: Batch | None = None,
    priority: Outfit.Priority = Outfit.Priority.INTERACTIVE,
    source: Outfit.Source = Outfit.Source.UNKNOWN,
    paced: bool = False,
    day: date | None = None,
    zone: tzinfo | None = None,
    counted: bool = False,
    sha256: str = "",
) -> Accepted:
    """Check, sanitise and store one photo and queue it. Nothing can lose it from then on.

    `wardrobe` is one that `offered_wardrobes` has, or empty for all styles. `paced`: a
    worker of ours takes it, so no rate of uploads limits it. `counted`: the day's quota counted it
    before. `source` is how it came to us. `day` is when the photo was taken, where whoever sends it
    knows better than the file; `zone` the person's, where the caller knows it. `sha256` is that of
    the file as the person has it, where these are no longer its bytes. Raises Refused, and then
    leaves nothing behind: neither a row nor an object.
    """
    zone = zone or Preferences.zone_of(owner_id)
    room_for_it = room_for_photo(
        owner_id, ip_address, upload.size, zone, paced=paced, counted=counted
    )
    with room_for_it as room:
        return accept_into(
            room,
            upload,
            wardrobe=wardrobe,
            batch=batch,
            priority=priority,
            source=source,
            day=day,
            zone=zone,
            sha256=sha256,
        )


def accept_into(
    room: Room,
    upload: File[bytes],
    *,
    wardrobe: str = "",
    batch: Batch | None = None,
    priority: Outfit.Priority,
    source: Outfit.Source,
    day: date | None = None,
    zone: tzinfo,
    sha256: str = "",
) -> Accepted:
    """What `accept_photo` does, for whom there is room already: see there. Raises Refused."""
    owner_id = room.owner_id
    if wardrobe and wardrobe not in offered_wardrobes():
        raise Refused(Refusal.UNKNOWN_WARDROBE)
    if batch and not batch.takes_photos():
        raise Refused(Refusal.BATCH_CANCELLED)
    if upload.size > settings.FASI_MAX_UPLOAD_BYTES:
        raise Refused(Refusal.TOO_LARGE)
    data = upload.read()
    sha256 = sha256 or hashlib.sha256(data).hexdigest()
    if known := _known(owner_id, sha256):
        return Accepted(known, seen_before=True)

    with STEP.labels("decode").time():
        clean = sanitise(data)
    outfit_id = uuid.uuid4()
    outfit = Outfit(
        id=outfit_id,
        owner_id=owner_id,
        batch=batch,
        wardrobe=wardrobe,
        priority=priority,
        source=source,
        original_name=display_name(upload.name or ""),
        sha256=sha256,
        width=clean.width,
        height=clean.height,
        stored_bytes=len(clean.photo) + len(clean.thumb),
        photo_key=f"{objects.OUTFITS}{outfit_id}/photo.jpg",
        thumb_key=f"{objects.OUTFITS}{outfit_id}/thumb.jpg",
    )
    _set_day(outfit, day or day_taken(clean.taken, zone), zone)
    room.hold(outfit.stored_bytes)
    try:
        with STEP.labels("store").time():
            objects.put_all({outfit.photo_key: clean.photo, outfit.thumb_key: clean.thumb})
        if priority == Outfit.Priority.INTERACTIVE:  # a batch may wait for hours
            thumb_cache.hand_on(outfit.thumb_key, clean.thumb)
    except StorageUnavailable as error:
        log.error("photo_not_stored", outfit=str(outfit_id), error=str(error))
        _discard(outfit)
        raise Refused(Refusal.STORAGE_UNAVAILABLE) from error

    try:
        with STEP.labels("record").time(), transaction.atomic():
            if batch and not batch.add_photo():
                raise Refused(Refusal.BATCH_CANCELLED)
            outfit.turn = next_turn(owner_id, priority)
            outfit.save(force_insert=True)
            room.release()
            transaction.on_commit(wake_worker, robust=True)
    except Refused:
        _discard(outfit)
        raise
    except IntegrityError:  # the same photo came in twice at the same time, and the other was first
        _discard(outfit)
        if (known := _known(owner_id, sha256)) is None:
            raise
        return Accepted(known, seen_before=True)
    log.info("outfit_queued", outfit=str(outfit_id), owner=owner_id, bytes=len(data))
    return Accepted(outfit, seen_before=False)


def _known(owner_id: int, sha256: str) -> Outfit | None:
    """The outfit that this person's same photo is; one in the bin comes out of it."""
    known = _SAME_PHOTO.get(owner_id, sha256)
    if known is None or known.status != Outfit.Status.BINNED:
        return known
    restore(owner_id, [known.pk])
    return Outfit.objects.filter(pk=known.pk).first()  # none: it has just been removed for ever


def _set_day(outfit: Outfit, day: date | None, zone: tzinfo) -> None:
    if day and is_plausible(day, zone):
        outfit.day, outfit.day_source = day, Outfit.DaySource.PHOTO
    else:
        outfit.day = upload_day(outfit.created, zone)


def display_name(name: str) -> str:
    """What the file was called, for people to recognise it: never part of a path or a key."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(character for character in last if character.isprintable())[:255]


def _discard(outfit: Outfit) -> None:
    """Take the objects of an outfit that has no row away; what stays, the orphan sweep finds."""
    try:
        objects.remove([outfit.photo_key, outfit.thumb_key])
    except StorageUnavailable as error:
        log.warning("objects_left_behind", outfit=str(outfit.id), error=str(error))
