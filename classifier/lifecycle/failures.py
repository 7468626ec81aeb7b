"""Why an outfit failed for good: reason codes and what people read."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


class Failure(StrEnum):
    """The reason codes of dead letters."""

    OBJECT_MISSING = "object_missing"
    OBJECT_BROKEN = "object_broken"
    STORAGE_UNAVAILABLE = "storage_unavailable"
    ENGINE = "engine_error"
    TIMED_OUT = "timed_out"
    WORKER_LOST = "worker_lost"


@dataclass(frozen=True)
class FailureMessage:
    """A reason as a label, as a sentence for the owner, and what another try will bring."""

    label: StrOrPromise
    sentence: StrOrPromise
    retry_hint: StrOrPromise


_MESSAGES: dict[str, FailureMessage] = {
    Failure.OBJECT_MISSING: FailureMessage(
        _("Stored photo missing"),
        _("The stored photo is missing. Delete this outfit and upload it again."),
        _("Trying again only helps if the photo has been restored."),
    ),
    Failure.OBJECT_BROKEN: FailureMessage(
        _("Stored photo can’t be read"),
        _("The stored photo can’t be read. Delete this outfit and upload it again."),
        _("Trying again reads the same photo and will probably fail again."),
    ),
    Failure.STORAGE_UNAVAILABLE: FailureMessage(
        _("Photo storage unavailable"),
        _("The photo storage didn’t respond after several tries."),
        _("Try again once the photo storage is back."),
    ),
    Failure.ENGINE: FailureMessage(
        _("Model error"),
        _("The model couldn’t classify this photo."),
        _("Trying again may help, especially if the model has been replaced since."),
    ),
    Failure.TIMED_OUT: FailureMessage(
        _("Took too long"),
        _("Classifying this photo took too long, several times."),
        _("Trying again usually works when the servers are less busy."),
    ),
    Failure.WORKER_LOST: FailureMessage(
        _("Worker stopped"),
        _("Classifying this photo was interrupted several times."),
        _("Trying again works unless the photo itself stops the worker."),
    ),
}
_UNKNOWN = FailureMessage(
    _("Unknown reason"),
    _("Something went wrong with this photo."),
    _("Trying again may help."),
)


def failure_message(code: str) -> FailureMessage:
    """What to say of an outfit that failed with this code."""
    return _MESSAGES.get(code, _UNKNOWN)
