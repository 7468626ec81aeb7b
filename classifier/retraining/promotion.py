"""Candidates of retrainings that the settings let promote themselves: by the rule, after a shadow.

Off unless FASI_RETRAIN_PROMOTE says so. Then a candidate goes into shadow when it is registered,
the shadows of earlier retrainings retire, and each hour the rule of
`classifier.releases.comparison` is asked whether to promote it: enough reviewed photos, the lower
bound of the gain, no style that loses too much.

The bound is that at OFTEN, which is stricter than the one that staff see: whoever looks at an
interval again and again, while photos come in, sees it above zero far more often by chance than
whoever looks once. Of equal releases, looked at all the way from 200 reviewed photos to 2,000 (to
20,000), a bound at 95 % lets 16 % (24 %) through, one at OFTEN 2 % (3 %): simulated as a random
walk.
"""

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from classifier.lifecycle.wakeup import wake_backfill
from classifier.models import Backfill, Release, Retraining
from classifier.releases import backfills, lifecycle
from classifier.releases.backfills import BackfillRefused
from classifier.releases.comparing import comparison_of
from classifier.releases.comparison import Rule, judge
from classifier.releases.refusals import ReleaseRefused

log = structlog.get_logger(__name__)

OFTEN = 0.997
"""How sure it is that the gain is one; see above."""


def shadow_by_itself(candidate: Release) -> None:
    """Let it predict a share of live traffic, where the settings say so; else staff decide.

    Each costs as much as its share of the traffic, so one at a time: those of earlier retrainings
    retire. May be called again, where a process was killed on the way.
    """
    if not settings.FASI_RETRAIN_PROMOTE:
        return
    try:
        with transaction.atomic():
            if candidate.status == Release.Status.CANDIDATE:
                lifecycle.start_shadow(candidate)
            if candidate.status != Release.Status.SHADOW:
                return
            for older in _shadows().filter(created__lt=candidate.created):
                lifecycle.retire(older)
            if not _has_job(candidate):
                backfills.start_shadow(candidate, settings.FASI_RETRAIN_SHADOW)
        wake_backfill()
    except (ReleaseRefused, BackfillRefused) as refused:
        log.warning("candidate_not_shadowed", release=candidate.name, reason=str(refused))


def _has_job(shadow: Release) -> bool:
    """Whether it has one that is not over, or that staff cancelled, or whose bundle cannot run."""
    jobs = Backfill.objects.filter(release=shadow, kind=Backfill.Kind.SHADOW)
    return jobs.exclude(status=Backfill.Status.DONE).exists()


def _shadows() -> QuerySet[Release]:
    """Those that retrainings made, the newest first."""
    made = Retraining.objects.filter(status=Retraining.Status.DONE).values("release")
    shadows = Release.objects.filter(status=Release.Status.SHADOW, pk__in=made)
    return shadows.order_by("-created")


def promote_what_is_better() -> list[Release]:
    """Promote the newest candidate in shadow that the rule lets through; those that were."""
    if not settings.FASI_RETRAIN_PROMOTE:
        return []
    done = Retraining.objects.filter(status=Retraining.Status.DONE).select_related("release")
    newest = done.order_by("-created").first()
    if newest and newest.release:
        shadow_by_itself(newest.release)
    for candidate in _shadows():
        active = Release.objects.filter(status=Release.Status.ACTIVE).first()
        if active is None:
            break
        comparison = comparison_of(active, candidate, OFTEN)
        judgement = judge(comparison, Rule.from_settings())
        log.info("candidate_judged", release=candidate.name, reason=str(judgement.reason))
        if judgement.promote:
            try:
                lifecycle.promote(candidate)
            except ReleaseRefused as refused:
                log.warning("candidate_not_promoted", release=candidate.name, reason=str(refused))
            else:
                return [candidate]
    return []
