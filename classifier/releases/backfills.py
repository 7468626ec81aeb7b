"""A release predicts outfits that others have predicted: every change of such a job's status.

    queued --claim--> running --finish--> done
      ^  |               |---fail-------> failed (the bundle cannot run)
      |  |               |---pause------> paused --resume--> queued
      |  |---------------+---cancel-----> cancelled
      |---put_back-------|
      `--return_expired--'  (its lease ran out)

Two kinds, one job. A *backfill* looks at what was classified before it began, the newest first; of
the active release it makes the predictions those that speak, of another it only keeps them. A
*shadow* follows live traffic, for a share of it, until its release is no shadow any more.
`worker.jobs.backfill` does the work, `classifier.leases` has the leases; each step writes its
predictions and its place in one transaction, so a killed worker loses nothing and repeats nothing.

What was predicted already is not predicted again: a shadow's prediction is adopted by the backfill
of the release that was promoted, and after a rollback the older release speaks again at once.
"""

from typing import Any

import structlog
from django.db import IntegrityError, connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from classifier.leases import Jobs, Lease, seconds_from_now
from classifier.models import Backfill, Release
from classifier.releases.stretches import count_outfits
from classifier.wording.particles import particles

log = structlog.get_logger(__name__)

Kind, Scope, Status = Backfill.Kind, Backfill.Scope, Backfill.Status
JOBS = Jobs(Backfill, Status.QUEUED, Status.RUNNING, "FASI_BACKFILL_LEASE_S")
CLAIMABLE = (Status.QUEUED, Status.RUNNING)


class BackfillRefused(Exception):
    """It cannot be begun; the message is a sentence that says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(particles(sentence))


def start_backfill(release: Release, scope: Backfill.Scope = Scope.ALL) -> Backfill:
    """Let this release predict what was classified until now. Raises BackfillRefused."""
    if release.status == Release.Status.RETIRED:
        raise BackfillRefused(_("%(name)s is retired.") % {"name": release.name})
    return _start(Backfill(release=release, kind=Kind.BACKFILL, scope=scope))


def start_shadow(release: Release, share: float) -> Backfill:
    """Let this release, a shadow, predict this share of what is classified from now on.

    Where it does so already, only the share changes: what was in a smaller one is in a larger one.
    Raises BackfillRefused.
    """
    if not 0 < share <= 1:
        raise BackfillRefused(_("Choose a share above 0 and up to 1."))
    if release.status != Release.Status.SHADOW:
        raise BackfillRefused(_("%(name)s is not in shadow.") % {"name": release.name})
    running = Backfill.objects.filter(release=release, kind=Kind.SHADOW, status__in=Backfill.OPEN)
    if running.update(share=share) and (job := running.first()):
        return job
    return _start(Backfill(release=release, kind=Kind.SHADOW, share=share))


def _start(backfill: Backfill) -> Backfill:
    try:
        with transaction.atomic():
            backfill.save(force_insert=True)
            backfill.refresh_from_db()
            if backfill.kind == Kind.BACKFILL:
                backfill.total = count_outfits(backfill)
                backfill.save(update_fields=["total"])
    except IntegrityError as error:
        if "backfill_one_open" not in str(error):
            raise
        text = _("%(name)s already has a job of this kind in progress.")
        raise BackfillRefused(text % {"name": backfill.release.name}) from error
    log.info("backfill_queued", release=backfill.release.name, kind=backfill.kind)
    return backfill


def jobs_of(release: Release) -> list[Backfill]:
    """The newest jobs of this release, the open ones first."""
    rows = list(Backfill.objects.filter(release=release).order_by("-created", "-pk")[:10])
    return sorted(rows, key=lambda job: not job.open)


def pause(backfill_id: int) -> bool:
    """Do no more of it until `resume`; a worker that is at it stops before its next step."""
    return _end(_of(backfill_id, *CLAIMABLE), status=Status.PAUSED)


def resume(backfill_id: int) -> bool:
    """Go on with one that was paused, or failed, from where it was."""
    try:
        return _end(
            _of(backfill_id, Status.PAUSED, Status.FAILED),
            status=Status.QUEUED,
            not_before=Now(),
            deaths=0,
            error_text="",
            ended=None,
        )
    except IntegrityError:  # another was begun after this one failed
        return False


def cancel(backfill_id: int) -> bool:
    """End it; what it has predicted stays."""
    return _end(_of(backfill_id, *Backfill.OPEN), status=Status.CANCELLED, ended=Now())


def claim(worker: str) -> Lease[Backfill] | None:
    """Take the job that waits longest, if one does."""
    return JOBS.claim(claimed_by=worker)


def renew(lease: Lease[Backfill], **progress: Any) -> None:
    """A step is done: prolong the lease. Raises LeaseLost."""
    lease.renew(deaths=0, **progress)


def finish(lease: Lease[Backfill]) -> bool:
    """There is nothing more to do for it."""
    return _end(lease.held, status=Status.DONE, ended=Now())


def fail(lease: Lease[Backfill], text: str) -> bool:
    """It cannot go on without somebody's help."""
    return _end(lease.held, status=Status.FAILED, error_text=text[:2000], ended=Now())


def put_back(lease: Lease[Backfill], seconds: float, text: str = "") -> bool:
    """Not now: go on later from where it is."""
    return _end(
        lease.held,
        status=Status.QUEUED,
        not_before=seconds_from_now(seconds),
        error_text=text[:2000],
    )


def others_wait(lease: Lease[Backfill]) -> bool:
    """Whether another job could be worked at now."""
    due = Backfill.objects.filter(status=Status.QUEUED, not_before__lte=Now())
    return due.exclude(pk=lease.row.pk).exists()


def return_expired() -> int:
    """Take back every job whose worker died. Returns how many."""
    return JOBS.expired().update(
        status=Status.QUEUED,
        deaths=F("deaths") + 1,
        lease_until=None,
        claimed_by="",
        not_before=Now(),
    )


def end_shadows() -> int:
    """End the jobs of releases that are no shadows any more. Returns how many."""
    over = Backfill.objects.filter(kind=Kind.SHADOW, status__in=Backfill.OPEN).exclude(
        release__status=Release.Status.SHADOW
    )
    return over.update(status=Status.DONE, ended=Now(), lease_until=None, claimed_by="")


def status_of(release_id: int) -> str:
    """The release's status now, which stays until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status FROM classifier_release WHERE id = %s FOR SHARE", [release_id]
        )
        return str(cursor.fetchone()[0])


def _of(backfill_id: int, *statuses: str) -> QuerySet[Backfill]:
    return Backfill.objects.filter(pk=backfill_id, status__in=statuses)


def _end(rows: QuerySet[Backfill], **change: Any) -> bool:
    return bool(rows.update(lease_until=None, claimed_by="", **change))
