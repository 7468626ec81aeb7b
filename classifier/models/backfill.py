"""A backfill: a release predicts outfits that others have predicted, in the background."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from classifier.models.leased_job import LeasedJob
from classifier.models.release import Release


class Backfill(LeasedJob):
    """The row is the job; only `classifier.releases.backfills` changes its status.

    `attempts` with `status` is the fence, as it is for other jobs. The place, (`place_at`,
    `place_id`), is the last outfit that was looked at: by it the next attempt goes on. A backfill
    goes from the newest outfit that was classified before `until` to the oldest, a shadow from
    there to the newest, for ever.
    """

    class Kind(models.TextChoices):
        BACKFILL = "backfill", _("backfill")
        SHADOW = "shadow", _("shadow")

    class Scope(models.TextChoices):
        """Of which outfits."""

        ALL = "all", _("all outfits")
        REVIEWED = "reviewed", _("reviewed outfits")

    class Status(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")
        FAILED = "failed", _("failed")

    OPEN = (Status.QUEUED, Status.RUNNING, Status.PAUSED)

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="backfills")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.BACKFILL)
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.ALL)
    share = models.FloatField(default=1.0, help_text=_("of the outfits, chosen by their ids"))
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    until = models.DateTimeField(db_default=Now())
    place_at = models.DateTimeField(null=True, blank=True)
    place_id = models.UUIDField(null=True, blank=True)

    total = models.PositiveIntegerField(default=0, help_text=_("outfits, when it began"))
    done = models.PositiveIntegerField(default=0, help_text=_("outfits that were looked at"))
    predicted = models.PositiveIntegerField(default=0, help_text=_("outfits that it predicted"))
    skipped = models.PositiveIntegerField(
        default=0, help_text=_("outfits whose photo could not be read")
    )
    milliseconds = models.FloatField(default=0, help_text=_("the engine's time for all of them"))

    deaths = models.PositiveSmallIntegerField(
        default=0, help_text=_("workers that died, one after the other, at the same photos")
    )
    error_text = models.TextField(blank=True)
    created = models.DateTimeField(db_default=Now())
    ended = models.DateTimeField(null=True, blank=True)

    class Meta(LeasedJob.Meta):
        verbose_name = _("backfill")
        verbose_name_plural = _("backfills")
        constraints = [
            *LeasedJob.Meta.constraints,
            models.CheckConstraint(
                condition=Q(
                    status__in=["queued", "running", "paused", "done", "cancelled", "failed"]
                ),
                name="backfill_status_known",
            ),
            models.CheckConstraint(
                condition=Q(share__gt=0) & Q(share__lte=1), name="backfill_share_is_one"
            ),
            models.CheckConstraint(
                condition=~Q(status="failed") | ~Q(error_text=""), name="backfill_failed_has_reason"
            ),
            models.UniqueConstraint(
                fields=["release", "kind"],
                condition=Q(status__in=["queued", "running", "paused"]),
                name="backfill_one_open",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=Q(status__in=["queued", "running"]),
                name="backfill_queue",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.release_id} ({self.status})"

    @property
    def open(self) -> bool:
        """It is on its way, or may be resumed."""
        return self.status in self.OPEN
