"""Every change of a retraining's status, as guarded updates. Nothing else writes `status`.

    queued --claim--> running --finish--> done
      ^                  |---put_back---> queued, or failed after too many faults in one phase;
      |                  |                what is only away does not count
      |                  |---fail-------> failed (another attempt would end the same way)
      `--return_expired--'  (its lease ran out)

`classifier.leases` has the leases. One at a time waits or runs: a constraint keeps it. The process
that takes it is `manage.py retrain`, on whatever machine: what it needs is in the database and the
bucket, and what it leaves on its disk is only for a later attempt on the same machine.
"""

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.translation import gettext as _

from classifier.audit import Action, record
from classifier.leases import Jobs, Lease, seconds_from_now
from classifier.models import Release, Retraining
from classifier.retraining.enough import check_enough

log = structlog.get_logger(__name__)

Status = Retraining.Status
Phase = Retraining.Phase
Fault = Retraining.Fault
PENDING = (Status.QUEUED, Status.RUNNING)
JOBS = Jobs(Retraining, Status.QUEUED, Status.RUNNING, "FASI_RETRAIN_LEASE_S")
ENDED = {"lease_until": None, "claimed_by": ""}


class AlreadyPending(Exception):
    """Another retraining waits or is under way; the message says so."""


class NoActiveRelease(Exception):
    """There is nothing to be better than; the message says so."""


def request_retraining(request: HttpRequest | None = None) -> Retraining:
    """Queue a retraining; `request` is whose wish it is, if it is a person's.

    Raises AlreadyPending, NoActiveRelease, TooFew; then nothing is queued.
    """
    active = Release.objects.filter(status=Release.Status.ACTIVE).first()
    if active is None:
        raise NoActiveRelease(_("No release is active, so there is nothing to improve on."))
    _refuse_second()
    check_enough(active)
    try:
        with transaction.atomic():
            retraining = Retraining.objects.create()
            record(Action.RETRAINING_QUEUED, request=request, retraining=str(retraining.pk))
    except IntegrityError:  # somebody else was first
        _refuse_second()
        raise
    log.info("retraining_queued", retraining=str(retraining.pk))
    return retraining


def _refuse_second() -> None:
    if other := pending():
        raise AlreadyPending(
            _("A retraining is already %(status)s, since %(since)s: %(phase)s.")
            % {
                "status": other.get_status_display(),
                "since": f"{other.created:%Y-%m-%d %H:%M} UTC",
                "phase": other.get_phase_display(),
            }
        )


def pending() -> Retraining | None:
    """The one that waits or is under way."""
    return Retraining.objects.filter(status__in=PENDING).first()


def latest(count: int) -> list[Retraining]:
    """Those that were asked for last, the newest first."""
    return list(Retraining.objects.select_related("release").order_by("-created")[:count])


def claim(worker: str) -> Lease[Retraining] | None:
    """Take the one that waits, if one does and its pause is over."""
    return JOBS.claim(claimed_by=worker, started=Case(_FIRST, default=F("started")))


_FIRST = When(started__isnull=True, then=Now())


def begin(lease: Lease[Retraining], phase: Phase, *, further: bool) -> None:
    """This phase begins; `further`: no attempt was there before, so no fault counts yet.

    Raises LeaseLost.
    """
    lease.renew(phase=phase, progress="", **({"faults": 0} if further else {}))


def finish(lease: Lease[Retraining], release: Release) -> bool:
    """A candidate was registered. False: the lease was lost."""
    return lease.end(
        status=Status.DONE,
        release=release,
        ended=Now(),
        progress="",
        error_code="",
        error_text="",
        **ENDED,
    )


def fail(lease: Lease[Retraining], fault: Fault, text: str) -> bool:
    """It ends here: another attempt would end the same way."""
    return lease.end(
        status=Status.FAILED,
        error_code=fault.value,
        error_text=text[:2000],
        ended=Now(),
        **ENDED,
    )


def put_back(lease: Lease[Retraining], fault: Fault, text: str, *, counts: bool = True) -> None:
    """Go on after a pause, from the phase it is in; or fail, after several faults in it that count.

    What is away and comes back does not: hours of training are not thrown away for that.
    """
    pause_s = settings.FASI_RETRAIN_PAUSE_S
    if counts:
        _end_attempt(lease.held, fault, text, pause_s)
        return
    lease.end(
        status=Status.QUEUED,
        error_code=fault.value,
        error_text=text[:2000],
        not_before=seconds_from_now(pause_s),
        **ENDED,
    )


def stop(lease: Lease[Retraining]) -> None:
    """Somebody ended the process: whoever comes next goes on, and it is no fault."""
    lease.end(status=Status.QUEUED, not_before=Now(), **ENDED)


def return_expired() -> int:
    """Take back the one whose lease ran out. Returns how many."""
    text = "The lease ran out: the process was killed, froze or lost its database."
    return _end_attempt(JOBS.expired(), Fault.WORKER_LOST, text, 0)


def cancel(request: HttpRequest) -> bool:
    """End the one that waits or is under way; its process notices when it renews its lease."""
    with transaction.atomic():
        text = "Somebody cancelled it."
        ended = Retraining.objects.filter(status__in=PENDING).update(
            status=Status.FAILED,
            error_code=Fault.CANCELLED.value,
            error_text=text,
            ended=Now(),
            **ENDED,
        )
        if ended:
            record(Action.RETRAINING_CANCELLED, request=request)
    return bool(ended)


def _end_attempt(rows: QuerySet[Retraining], fault: Fault, text: str, pause_s: float) -> int:
    used_up = Q(faults__gte=settings.FASI_MAX_ATTEMPTS - 1)
    return rows.update(
        status=Case(When(used_up, then=Value(Status.FAILED)), default=Value(Status.QUEUED)),
        ended=Case(When(used_up, then=Now()), default=Value(None)),
        faults=F("faults") + 1,
        error_code=fault.value,
        error_text=text[:2000],
        not_before=seconds_from_now(pause_s),
        **ENDED,
    )
