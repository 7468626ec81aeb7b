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
        _("Stored photo gone"),
        _("The stored photo is gone. Delete this outfit and upload it again."),
        _("Another try only helps if the photo was put back; else it ends the same way."),
    ),
    Failure.OBJECT_BROKEN: FailureMessage(
        _("Stored photo unreadable"),
        _("The stored photo cannot be read. Delete this outfit and upload it again."),
        _("Another try reads the same stored photo and will most likely end the same way."),
    ),
    Failure.STORAGE_UNAVAILABLE: FailureMessage(
        _("Photo store away"),
        _("The photo store did not answer, several times over."),
        _("Another try works as soon as the photo store answers again."),
    ),
    Failure.ENGINE: FailureMessage(
        _("Model error"),
        _("The model could not classify this photo."),
        _("Another try may help, above all when the model was replaced since."),
    ),
    Failure.TIMED_OUT: FailureMessage(
        _("Took too long"),
        _("Classifying this photo took too long, several times over."),
        _("Another try usually works once the machines are less busy."),
    ),
    Failure.WORKER_LOST: FailureMessage(
        _("Worker died"),
        _("Classifying this photo was cut short, several times over."),
        _("Another try works unless it is the photo itself that ends the worker."),
    ),
}
_UNKNOWN = FailureMessage(
    _("Unknown reason"),
    _("Something went wrong with this photo."),
    _("Another try may help."),
)


def failure_message(code: str) -> FailureMessage:
    """What to say of an outfit that failed with this code."""
    return _MESSAGES.get(code, _UNKNOWN)
