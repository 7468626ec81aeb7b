"""Jobs with leases: a worker takes a row for a limited time, prolongs it while it works, ends it.

The row is the job. The fence of a lease is (status running, attempts): each claim counts an
attempt, so whoever no longer matches has lost the lease and changes nothing. Every moment is the
database's: hosts whose clocks differ agree on who holds what. (The queue of outfits has an
implementation of its own, which takes many rows at once: `classifier.lifecycle.claims`.)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

Row = TypeVar("Row", bound=models.Model)


class LeaseLost(Exception):
    """The row was taken back, cancelled or deleted meanwhile: stop, and change nothing more."""


def seconds_from_now(seconds: float) -> Combinable:
    """That moment by the database's clock, for an update."""
    return Now() + timedelta(seconds=seconds)


@dataclass(frozen=True)
class Jobs(Generic[Row]):
    """One kind of job.

    `lease_setting` names the setting with the lease's seconds, and `lease_field` the column that
    says when it ends. Where that is `not_before`, a job whose lease ran out may be claimed at once;
    otherwise it waits until it is taken back (`expired`).
    """

    model: type[Row]
    queued: str
    running: str
    lease_setting: str
    lease_field: str = "lease_until"
    order: Sequence[str] = ("not_before",)

    def claim(self, **change: Any) -> "Lease[Row] | None":
        """Take the job that waits longest, if one does."""
        claimable = Q(status=self.queued)
        if self.lease_field == "not_before":
            claimable |= Q(status=self.running)
        due = self.model._default_manager.filter(claimable, not_before__lte=Now())
        with transaction.atomic():
            row = due.order_by(*self.order).select_for_update(skip_locked=True).first()
            if row is None:
                return None
            self.model._default_manager.filter(pk=row.pk).update(
                status=self.running, attempts=F("attempts") + 1, **self.until(), **change
            )
        return Lease(self, row, row.attempts + 1)  # type: ignore[attr-defined]

    def until(self) -> dict[str, Combinable]:
        """The change that starts or prolongs a lease."""
        return {self.lease_field: seconds_from_now(getattr(settings, self.lease_setting))}

    def expired(self) -> QuerySet[Row]:
        """The jobs whose lease ran out."""
        over = {f"{self.lease_field}__lt": Now()}
        return self.model._default_manager.filter(status=self.running, **over)


@dataclass(frozen=True)
class Lease(Generic[Row]):
    """A job that a worker has; `row` is as it was before this attempt."""

    jobs: Jobs[Row]
    row: Row
    attempt: int

    @property
    def held(self) -> QuerySet[Row]:
        """The row, as long as the lease is not lost."""
        return self.jobs.model._default_manager.filter(
            pk=self.row.pk, status=self.jobs.running, attempts=self.attempt
        )

    def renew(self, **progress: Any) -> None:
        """Prolong the lease, and write down how far the job is. Raises LeaseLost."""
        if not self.held.update(**self.jobs.until(), **progress):
            raise LeaseLost

    def end(self, **change: Any) -> bool:
        """Write down what became of the job. False, and nothing is written, where it was lost."""
        return bool(self.held.update(**change))
