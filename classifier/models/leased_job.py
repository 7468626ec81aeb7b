"""What models of jobs with leases have in common (`classifier.leases` claims and renews them)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LeasedJob(models.Model):
    """The row is the job: while it runs it has a lease, and `attempts` with `status` is the fence.

    Each kind of job has statuses of its own beside `queued` and `running`.
    """

    status = models.CharField(max_length=10)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(default=timezone.now, help_text=_("back-off after a fault"))
    lease_until = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(status="running", lease_until__isnull=False)
                | (~Q(status="running") & Q(lease_until__isnull=True)),
                name="%(class)s_running_has_lease",
            )
        ]

    @property
    def pending(self) -> bool:
        """It comes to its end by itself: a page that shows it asks again."""
        return self.status in ("queued", "running")
