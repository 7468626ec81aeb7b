"""What somebody allowed to be done with their photos, and when."""

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Consents(models.Manager["Consent"]):
    """What holds: the newest row of each person; nobody without a row has consented."""

    def holds(self, owner_id: int) -> bool:
        """What the person said last; False if they never said anything."""
        newest = self.filter(owner_id=owner_id).order_by("-changed", "-pk")
        return newest.values_list("given", flat=True).first() or False

    def owners(self) -> QuerySet[User]:
        """Everybody whose consent holds now."""
        newest = self.filter(owner=OuterRef("pk")).order_by("-changed", "-pk")
        said = Subquery(newest.values("given")[:1])
        people = User.objects.filter(Exists(newest), is_active=True)
        return people.annotate(said=said).filter(said=True)


class Consent(models.Model):
    """One change of mind: may staff review the owner's photos, and may they train the model?

    Rows are added, never changed.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents"
    )
    given = models.BooleanField()
    changed = models.DateTimeField(default=timezone.now)

    objects = Consents()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        get_latest_by = ["changed", "id"]
        indexes = [models.Index(fields=["owner", "-changed", "-id"], name="consent_newest")]

    def __str__(self) -> str:
        return f"{self.owner_id}: {'yes' if self.given else 'no'} ({self.changed:%Y-%m-%d})"
