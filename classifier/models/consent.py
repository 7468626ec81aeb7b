"""What somebody allowed to be done with what is theirs, and when."""

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """What for. One says nothing of the other."""

    TRAINING = "training", _("reviews by staff and training")
    RESEARCH = "research", _("research")


class Consents(models.Manager["Consent"]):
    """What holds: the newest row of each person and purpose; without a row nothing is allowed."""

    def holds(self, owner_id: int, purpose: Purpose = Purpose.TRAINING) -> bool:
        """What the person said last; False if they never said anything, or may not sign in."""
        said = self.filter(owner_id=owner_id, owner__is_active=True, purpose=purpose)
        return said.order_by("-changed", "-pk").values_list("given", flat=True).first() or False

    def owners(self, purpose: Purpose = Purpose.TRAINING) -> QuerySet[User]:
        """Everybody whose consent holds now."""
        of_each = self.filter(owner=OuterRef("pk"), purpose=purpose)
        newest = of_each.order_by("-changed", "-pk")
        said = Subquery(newest.values("given")[:1])
        people = User.objects.filter(Exists(newest), is_active=True)
        return people.annotate(said=said).filter(said=True)


class Consent(models.Model):
    """One change of mind.

    TRAINING: may staff review the owner's photos, and may they train the model? RESEARCH: may
    researchers get what happened with them, under a pseudonym? Rows are added, never changed.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents"
    )
    purpose = models.CharField(
        max_length=10, choices=Purpose, default=Purpose.TRAINING, db_default=Purpose.TRAINING
    )
    given = models.BooleanField()
    changed = models.DateTimeField(default=timezone.now)

    objects = Consents()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        get_latest_by = ["changed", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=["training", "research"]), name="consent_purpose_known"
            ),
        ]
        indexes = [models.Index(fields=["owner", "-changed", "-id"], name="consent_newest")]

    def __str__(self) -> str:
        said = "yes" if self.given else "no"
        return f"{self.owner_id}, {self.purpose}: {said} ({self.changed:%Y-%m-%d})"
