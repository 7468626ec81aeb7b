"""An outfit: one uploaded photo, and the job of classifying it. The row is the job."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models import diary
from classifier.models.batch import Batch
from classifier.models.prediction import Prediction


class NotInTheBin(models.Manager["Outfit"]):
    """The outfits that are there for whoever asks: without what their owners threw into the bin."""

    def get_queryset(self) -> models.QuerySet["Outfit"]:
        return super().get_queryset().exclude(status="binned")


class Outfit(diary.DiaryFields):
    """One photo of what somebody wears. Only `classifier.lifecycle` changes its status.

    What is in the bin (`classifier.models.Binned`) is there for the bin itself, for the export of
    its owner's data and for what removes bytes: they ask `everything`. For all others, who ask
    `objects` or for a status of their own, it does not exist.

    `attempts` counts claims and, with `status` and `claimed_by`, is the fence: a worker that lost
    its lease no longer matches them and writes nothing.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("being looked at")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        BINNED = "binned", _("in the bin")

    class Priority(models.IntegerChoices):
        INTERACTIVE = 0, _("interactive")
        BATCH = 10, _("batch")

    class Certainty(models.TextChoices):
        """How it is known what style the outfit is."""

        SURE = "sure", _("sure")
        UNSURE = "unsure", _("not sure")
        CONFIRMED = "confirmed", _("confirmed")
        CORRECTED = "corrected", _("corrected")

    class Source(models.TextChoices):
        """How the photo came to us."""

        UNKNOWN = "unknown", _("unknown")
        SITE = "site", _("the site")
        PHONE = "phone", _("the site on a phone")
        API = "api", _("a program")
        BATCH = "batch", _("a batch or a ZIP")
        FOLDER = "folder", _("a folder of an operator")
        CATALOGUE = "catalogue", _("the catalogue")

    class DaySource(models.TextChoices):
        """Where the day of an outfit is from."""

        UPLOAD = "upload", _("the day of the upload")
        PHOTO = "photo", _("the photo")
        OWNER = "owner", _("you")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="outfits"
    )
    batch = models.ForeignKey(
        Batch, on_delete=models.SET_NULL, null=True, blank=True, related_name="outfits"
    )
    wardrobe = models.CharField(max_length=40, blank=True)
    # Outfits from before this was written down are of an unknown one.
    source = models.CharField(
        max_length=10, choices=Source, default=Source.UNKNOWN, db_default=Source.UNKNOWN
    )

    original_name = models.CharField(max_length=255, blank=True)
    sha256 = models.CharField(max_length=64, help_text=_("of the file as it was uploaded"))
    width = models.PositiveIntegerField(help_text=_("of the stored photo, in pixels"))
    height = models.PositiveIntegerField(help_text=_("of the stored photo, in pixels"))
    stored_bytes = models.PositiveIntegerField(help_text=_("photo and thumb together"))
    photo_key = models.CharField(max_length=200)
    thumb_key = models.CharField(max_length=200)

    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    priority = models.SmallIntegerField(choices=Priority, default=Priority.INTERACTIVE)
    turn = models.BigIntegerField(
        default=0, help_text=_("virtual start time: what keeps the queue fair between owners")
    )
    queued_at = models.DateTimeField(
        default=timezone.now,
        db_default=Now(),
        help_text=_("since when it waits: its upload, or when it was last queued again"),
    )
    not_before = models.DateTimeField(default=timezone.now, help_text=_("back-off after a fault"))
    attempts = models.PositiveSmallIntegerField(default=0)
    attempts_before = models.PositiveSmallIntegerField(
        default=0, help_text=_("attempts before somebody queued it again: they do not count")
    )
    alone = models.BooleanField(
        default=False, help_text=_("its last claim died with its worker: claim it by itself")
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=200, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_text = models.TextField(blank=True)
    # What counts in histories and profiles: the prediction's kind and style, or a review's. Kept
    # here so that lists are filtered by an index; `lifecycle.claims.finish` and
    # `reviews.verdicts` write them together with what they follow from. A photo counts as an
    # outfit until something says otherwise. Without a style it is no outfit, or none of our styles.
    kind = models.CharField(
        max_length=10,
        choices=Prediction.Kind,
        default=Prediction.Kind.OUTFIT,
        db_default=Prediction.Kind.OUTFIT,
    )
    style = models.CharField(max_length=40, blank=True)
    certainty = models.CharField(max_length=10, choices=Certainty, blank=True)
    created = models.DateTimeField(default=timezone.now)
    # What histories, charts and profiles go by: a person's day, which no zone moves afterwards.
    day = models.DateField(
        default=timezone.localdate,
        db_default=Cast(Now(), models.DateField()),
        help_text=_("when the photo was taken, as far as is known"),
    )
    day_source = models.CharField(
        max_length=10, choices=DaySource, default=DaySource.UPLOAD, db_default=DaySource.UPLOAD
    )
    classified = models.DateTimeField(null=True, blank=True)
    review_asked = models.DateTimeField(
        null=True, blank=True, help_text=_("its owner asks staff to look at it, since then")
    )
    # For research, of those who consent to it: `lifecycle.noticing` writes it.
    seen_on = models.DateField(
        null=True, blank=True, help_text=_("when its owner first saw the answer; in UTC")
    )

    objects = NotInTheBin()
    everything: models.Manager["Outfit"] = models.Manager()

    class Meta:
        verbose_name = _("outfit")
        verbose_name_plural = _("outfits")
        constraints = [
            # The same photo uploaded twice by one person is one outfit.
            models.UniqueConstraint(fields=["owner", "sha256"], name="outfit_once_per_owner"),
            models.CheckConstraint(
                condition=Q(status__in=["queued", "running", "done", "failed", "binned"]),
                name="outfit_status_known",
            ),
            models.CheckConstraint(
                condition=Q(status="running", lease_until__isnull=False)
                | (~Q(status="running") & Q(lease_until__isnull=True)),
                name="outfit_running_has_lease",
            ),
            models.CheckConstraint(
                condition=~Q(status="failed") | ~Q(error_code=""), name="outfit_failed_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(status="done", classified__isnull=False)
                | Q(status="binned")  # as it was before
                | (~Q(status="done") & Q(classified__isnull=True)),
                name="outfit_done_has_time",
            ),
            models.CheckConstraint(
                condition=Q(style="", certainty__in=["", "confirmed", "corrected"])
                | (~Q(style="") & ~Q(certainty="")),
                name="outfit_style_has_certainty",
            ),
            models.CheckConstraint(
                condition=Q(kind="outfit") | Q(kind__in=["people", "none"], style=""),
                name="outfit_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    source__in=["unknown", "site", "phone", "api", "batch", "folder", "catalogue"]
                ),
                name="outfit_source_known",
            ),
            models.CheckConstraint(
                condition=Q(attempts_before__lte=F("attempts")), name="outfit_forgives_what_was"
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "turn", "created"],
                condition=Q(status="queued"),
                name="outfit_queue",
            ),
            models.Index(
                fields=["owner", "priority", "turn"],
                condition=Q(status="queued"),
                name="outfit_owner_turn",
            ),
            models.Index(
                fields=["priority", "queued_at"],
                condition=Q(status="queued"),
                name="outfit_queue_age",
            ),
            models.Index(
                fields=["lease_until"], condition=Q(status="running"), name="outfit_lease"
            ),
            # Backfills and shadows walk along it.
            models.Index(
                fields=["classified", "id"], condition=Q(status="done"), name="outfit_classified"
            ),
            # Without the bin, so that whoever threw thousands away pages as fast as before.
            models.Index(
                fields=["owner", "-day", "-created", "-id"],
                condition=~Q(status="binned"),
                name="outfit_by_day",
            ),
            # Programs page by the moment of the upload.
            models.Index(
                fields=["owner", "-created", "-id"],
                condition=~Q(status="binned"),
                name="outfit_history",
            ),
            models.Index(
                fields=["owner", "style", "-day", "-created", "-id"],
                condition=~Q(status="binned"),
                name="outfit_by_style_and_day",
            ),
            models.Index(
                fields=["owner", "certainty", "-day", "-created", "-id"],
                condition=Q(certainty__in=["unsure", "corrected"]) & ~Q(status="binned"),
                name="outfit_by_certainty_and_day",
            ),
            models.Index(
                fields=["owner", "-day", "-created", "-id"],
                condition=~Q(kind="outfit") & ~Q(status="binned"),
                name="outfit_by_day_without_outfit",
            ),
            models.Index(
                fields=["error_code", "-created", "-id"],
                condition=Q(status="failed"),
                name="outfit_dead_letters",
            ),
            models.Index(
                fields=["-created", "-id"],
                condition=Q(status="failed"),
                name="outfit_newest_dead_letters",
            ),
            models.Index(fields=["-created"], name="outfit_newest"),
            *diary.INDEXES,
        ]

    def __str__(self) -> str:
        return f"{self.id} ({self.status})"

    def get_absolute_url(self) -> str:
        return reverse("outfit", args=[self.pk])

    @property
    def finished(self) -> bool:
        """Nothing more will happen to it by itself."""
        return self.status in (self.Status.DONE, self.Status.FAILED)

    @property
    def prediction(self) -> Prediction | None:
        """The prediction that speaks; reads the prefetched ones where there are any."""
        return next((each for each in self.predictions.all() if each.shown), None)
