"""Candidates of retrainings that the settings let promote themselves: by the rule, after a shadow.

Off unless FASI_RETRAIN_PROMOTE says so. Then a candidate goes into shadow when it is registered,
and each hour the rule of `classifier.releases.comparison` is asked whether to promote it: enough
reviewed photos, the lower bound of the gain, no style that loses too much.
"""

import structlog
from django.conf import settings

from classifier.lifecycle.wakeup import wake_backfill
from classifier.models import Release, Retraining
from classifier.releases import backfills, lifecycle
from classifier.releases.backfills import BackfillRefused
from classifier.releases.comparing import comparison_of
from classifier.releases.comparison import Rule, judge
from classifier.releases.refusals import ReleaseRefused

log = structlog.get_logger(__name__)


def shadow_by_itself(candidate: Release) -> None:
    """Let it predict a share of live traffic, where the settings say so; else staff decide."""
    if not settings.FASI_RETRAIN_PROMOTE or candidate.status != Release.Status.CANDIDATE:
        return
    try:
        lifecycle.start_shadow(candidate)
        candidate.refresh_from_db()
        backfills.start_shadow(candidate, settings.FASI_RETRAIN_SHADOW)
        wake_backfill()
    except (ReleaseRefused, BackfillRefused) as refused:
        log.warning("candidate_not_shadowed", release=candidate.name, reason=str(refused))


def promote_what_is_better() -> list[Release]:
    """Promote the newest candidate in shadow that the rule lets through; those that were."""
    if not settings.FASI_RETRAIN_PROMOTE:
        return []
    made = Retraining.objects.filter(status=Retraining.Status.DONE).values("release")
    shadows = Release.objects.filter(status=Release.Status.SHADOW, pk__in=made)
    for candidate in shadows.order_by("-created"):
        active = Release.objects.filter(status=Release.Status.ACTIVE).first()
        if active is None:
            break
        judgement = judge(comparison_of(active, candidate), Rule.from_settings())
        log.info("candidate_judged", release=candidate.name, reason=str(judgement.reason))
        if judgement.promote:
            try:
                lifecycle.promote(candidate)
            except ReleaseRefused as refused:
                log.warning("candidate_not_promoted", release=candidate.name, reason=str(refused))
            else:
                return [candidate]
    return []
