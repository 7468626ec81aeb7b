"""A claimed retraining to its end, whatever becomes of it: done, put back, or failed with why."""

import errno
from contextlib import suppress

import structlog
from django.db import Error as AnyDatabaseError
from django.db import InterfaceError, OperationalError, close_old_connections

from classifier.leases import Lease, LeaseLost
from classifier.models import Release, Retraining
from classifier.releases.refusals import ReleaseRefused
from classifier.retraining import queue
from classifier.retraining.enough import TooFew
from classifier.retraining.promotion import shadow_by_itself
from classifier.storage.objects import ObjectMissing, StorageUnavailable
from inference.bundle import BundleError
from inference.engine import EngineError
from inference.probe import ProbeFailed
from inference.signatures import KeyRefused
from worker.retraining.phases import NoGate, Retrain
from worker.retraining.trainer import TrainerFailed, TrainerKilled
from worker.retraining.workspace import DiskFull, FolderTaken, clean, workspace

log = structlog.get_logger(__name__)

Fault = Retraining.Fault
NO_ROOM = "No space left on device"
FINAL: dict[type[Exception], Fault] = {
    Release.DoesNotExist: Fault.NO_RELEASE,
    TooFew: Fault.TOO_FEW,
    NoGate: Fault.NO_GATE,
    BundleError: Fault.REFUSED,
    ReleaseRefused: Fault.REFUSED,
    EngineError: Fault.REFUSED,
    ProbeFailed: Fault.REFUSED,
    KeyRefused: Fault.REFUSED,
    TrainerFailed: Fault.TRAINING,
}
"""Another attempt would end the same way."""
PASSING: dict[type[Exception], Fault] = {
    TrainerKilled: Fault.KILLED,
    StorageUnavailable: Fault.STORAGE_UNAVAILABLE,
    ObjectMissing: Fault.STORAGE_UNAVAILABLE,
    DiskFull: Fault.DISK_FULL,
    FolderTaken: Fault.WORKER_LOST,
}
"""Another attempt, a little later, may well come further."""


def retrain(lease: Lease[Retraining]) -> None:
    """Go all the way, or as far as it goes now; the row says what came of it.

    Where the database is away its error is raised: nothing can be written down, and the lease runs
    out.
    """
    try:
        active = Release.objects.get(status=Release.Status.ACTIVE)
        with workspace(lease.row.pk) as space:
            release = Retrain(lease, space, active).go()
        if queue.finish(lease, release):
            shadow_by_itself(release)
        log.info("retraining_done", retraining=str(lease.row.pk), release=release.name)
    except LeaseLost:
        log.warning("retraining_lease_was_lost", retraining=str(lease.row.pk))
    except KeyboardInterrupt:
        with suppress(AnyDatabaseError):
            queue.stop(lease)
        raise
    except Exception as error:
        if is_away(error):
            raise
        _write_down(lease, error)
    finally:
        close_old_connections()
        with suppress(AnyDatabaseError):
            clean()


def is_away(error: Exception) -> bool:
    """Whether the database went away. What it says has a code; that it died comes without one, and
    as any class of error."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, AnyDatabaseError) and not getattr(error.__cause__, "pgcode", None)


def _write_down(lease: Lease[Retraining], error: Exception) -> None:
    """Why it went no further, and whether another attempt is worth it."""
    text = str(error) or type(error).__name__
    log.warning("retraining_stopped", retraining=str(lease.row.pk), error=text)
    if _is_full(error):
        queue.put_back(lease, Fault.DISK_FULL, text)
    elif fault := _of(FINAL, error):
        queue.fail(lease, fault, text)
    elif fault := _of(PASSING, error):
        queue.put_back(lease, fault, text, counts=not isinstance(error, StorageUnavailable))
    else:  # nobody knows what that was: it may pass, and a few more times it is tried
        log.exception("retraining_broke", retraining=str(lease.row.pk))
        queue.put_back(lease, Fault.WORKER_LOST, f"{type(error).__name__}: {text}")


def _is_full(error: Exception) -> bool:
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return isinstance(error, TrainerFailed) and NO_ROOM in str(error)


def _of(faults: dict[type[Exception], Fault], error: Exception) -> Fault | None:
    return next((fault for kind, fault in faults.items() if isinstance(error, kind)), None)
