"""Why an outfit failed for good: reason codes and what the person reads."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Failure(StrEnum):
    """The reason codes of dead letters."""

    OBJECT_MISSING = "object_missing"
    OBJECT_BROKEN = "object_broken"
    STORAGE_UNAVAILABLE = "storage_unavailable"
    ENGINE = "engine_error"
    TIMED_OUT = "timed_out"
    WORKER_LOST = "worker_lost"


SENTENCES: dict[str, Promise] = {
    Failure.OBJECT_MISSING: _("The stored photo is gone. Delete this outfit and upload it again."),
    Failure.OBJECT_BROKEN: _(
        "The stored photo cannot be read. Delete this outfit and upload it again."
    ),
    Failure.STORAGE_UNAVAILABLE: _("The photo store did not answer, several times over."),
    Failure.ENGINE: _("The model could not classify this photo."),
    Failure.TIMED_OUT: _("Classifying this photo took too long, several times over."),
    Failure.WORKER_LOST: _("Classifying this photo was cut short, several times over."),
}


def sentence(code: str) -> str:
    """What to tell the person whose outfit failed with this code."""
    return str(SENTENCES.get(code, _("Something went wrong with this photo.")))
