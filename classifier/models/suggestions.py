"""What people were suggested of the catalogue, and what they said of it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models.catalogue import CatalogueItem


class Opinion(models.Model):
    """A person likes an item, or does not want to see it again. `variant` is who suggested it."""

    class Said(models.TextChoices):
        LIKED = "liked", _("liked")
        HIDDEN = "hidden", _("hidden")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="opinions"
    )
    item = models.ForeignKey(CatalogueItem, on_delete=models.CASCADE, related_name="opinions")
    said = models.CharField(max_length=10, choices=Said)
    variant = models.CharField(max_length=20, blank=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        constraints = [
            models.UniqueConstraint(fields=["owner", "item"], name="opinion_once_per_item"),
            models.CheckConstraint(
                condition=Q(said__in=["liked", "hidden"]), name="opinion_said_known"
            ),
        ]
        indexes = [models.Index(fields=["owner", "said", "-created"], name="opinion_of_owner")]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.said}"


class Suggested(models.Model):
    """What one person was shown lately: one row, which forgets.

    `items` are ids, the newest last; the last `newest` of them are the list that was shown last.
    `shown` counts since `variant` began to choose for this person.
    """

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="suggested",
        primary_key=True,
    )
    items = ArrayField(models.UUIDField(), default=list)
    newest = models.PositiveSmallIntegerField(default=0)
    variant = models.CharField(max_length=20)
    shown = models.PositiveIntegerField(default=0)
    changed = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("suggested")
        verbose_name_plural = _("suggested")
        indexes = [models.Index(fields=["variant"], name="suggested_by_variant")]

    def __str__(self) -> str:
        return f"{self.owner_id}: {self.shown}"


class EndedTrial(models.Model):
    """A ranking that was on trial and did worse than the one that ships: it chooses no more.

    The rates are likes less hides of a shown item. Whoever wants another trial deletes the row.
    """

    name = models.CharField(max_length=20, primary_key=True)
    rate = models.FloatField()
    shipped_rate = models.FloatField()
    ended = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("ended trial")
        verbose_name_plural = _("ended trials")

    def __str__(self) -> str:
        return self.name
