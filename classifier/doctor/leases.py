"""Outfits and jobs whose lease ran out, and that no sweep has returned."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now

from classifier.batches import unpacking
from classifier.doctor.findings import Finding, Options, error, ok
from classifier.models import Outfit
from classifier.personal_data import exports
from classifier.releases import backfills
from classifier.retraining import queue as retraining
from classifier.uploads import direct

PERIODS = 3
"""So many turns of the schedule may go by before it is not coming."""
JOBS = (exports.JOBS, unpacking.JOBS, backfills.JOBS, retraining.JOBS, direct.JOBS)


def check(_: Options) -> Iterator[Finding]:
    """By the database's clock, as the leases are."""
    stuck = _over(Outfit.objects.filter(status=Outfit.Status.RUNNING), "lease_until", _sweeps())
    count = stuck.count()
    if count:
        named = ", ".join(str(pk) for pk in stuck.values_list("pk", flat=True)[:3])
        yield error(
            "leases.outfits",
            f"{count} outfits are with a worker that was lost ({named}).",
            "A sweep returns them to the queue: see that `workers` finds nothing.",
        )
    late = timedelta(seconds=PERIODS * settings.FASI_CHORES_S)
    jobs = 0
    for kind in JOBS:
        rows = _over(kind.expired(), kind.lease_field, late)  # type: ignore[arg-type]
        if number := rows.count():
            jobs += number
            yield error(
                "leases.jobs",
                f"{number} {kind.model._meta.verbose_name_plural} are with a worker that was lost.",
                "The maintenance process returns them: see that `workers` finds nothing.",
            )
    if not count + jobs:
        yield ok("leases.ok", "Nothing is left behind by a lost worker.")


def _sweeps() -> timedelta:
    return timedelta(seconds=PERIODS * settings.FASI_SWEEP_S)


def _over(rows: "QuerySet[Outfit]", field: str, late: timedelta) -> "QuerySet[Outfit]":
    return rows.filter(**{f"{field}__lt": Now() - late})
