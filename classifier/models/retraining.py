"""A retraining: the way from what people corrected to a new release, and the job of going it."""

import uuid

from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models.leased_job import LeasedJob
from classifier.models.release import Release


class Retraining(LeasedJob):
    """The row is the job; only `classifier.retraining.queue` changes its status.

    `attempts` with `status` is the fence, as it is for other jobs; `faults` counts those that came
    one after the other without a phase being completed. `log` is the end of what the trainer said.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("under way")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    class Phase(models.TextChoices):
        """What is done, in this order."""

        EXPORT = "export", _("fetching reviewed photos")
        PREPARE = "prepare", _("checking photos")
        FIT = "fit", _("training")
        EVALUATE = "evaluate", _("judging the training")
        BUNDLE = "bundle", _("making the bundle")
        COMPARE = "compare", _("comparing with the active release")
        REGISTER = "register", _("registering the candidate")

    class Fault(models.TextChoices):
        """Why it failed, or why its last attempt did."""

        TOO_FEW = "too_few", _("too few reviewed photos")
        NO_RELEASE = "no_release", _("no release is active")
        NO_GATE = "no_gate", _("no photos without an outfit")
        TRAINING = "training", _("the training ended with an error")
        KILLED = "killed", _("the training was killed")
        DISK_FULL = "disk_full", _("the disk is full")
        STORAGE_UNAVAILABLE = "storage_unavailable", _("S3 is away")
        REFUSED = "refused", _("the bundle was refused")
        WORKER_LOST = "worker_lost", _("its process was lost")
        CANCELLED = "cancelled", _("cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    phase = models.CharField(max_length=10, choices=Phase, default=Phase.EXPORT)
    progress = models.CharField(max_length=200, blank=True)
    faults = models.PositiveSmallIntegerField(default=0)
    error_code = models.CharField(max_length=40, choices=Fault, blank=True)
    error_text = models.TextField(blank=True)
    log = models.TextField(blank=True)
    report = models.JSONField(default=dict)
    release = models.ForeignKey(
        Release, on_delete=models.SET_NULL, null=True, blank=True, related_name="retrainings"
    )
    created = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True, blank=True)
    ended = models.DateTimeField(null=True, blank=True)

    class Meta(LeasedJob.Meta):
        verbose_name = _("retraining")
        verbose_name_plural = _("retrainings")
        constraints = [
            *LeasedJob.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=["queued", "running", "done", "failed"]),
                name="retraining_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(status="failed") | ~Q(error_code=""),
                name="retraining_failed_has_reason",
            ),
            models.UniqueConstraint(
                Case(When(status__in=["queued", "running"], then=Value(1))),
                name="retraining_one_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["-created"], name="retraining_newest")]

    def __str__(self) -> str:
        return f"{self.created:%Y-%m-%d %H:%M} ({self.status})"
