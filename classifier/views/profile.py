"""`/profile/`: somebody's style; `/outfits/<id>/similar/`: what looks like an outfit of theirs."""

import uuid
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from classifier.access import SignedInRequest, access_outfit, outfits_of
from classifier.catalogue import style_of
from classifier.history import profile, queries
from classifier.models import Outfit, Prediction, Release
from inference.taxonomy import Style

SHOWN_STYLES = 6
SIMILAR = 12
FEW_SIMILAR = 4


@dataclass(frozen=True)
class Named:
    """Something that is said of a style, with the style to show."""

    style: Style
    said: object


@login_required
@require_safe
@never_cache
def profile_page(request: SignedInRequest) -> HttpResponse:
    """The style profile; with few outfits, how many are missing."""
    active = Release.objects.filter(status=Release.Status.ACTIVE).defer("metrics").first()
    totals = queries.daily_totals(request.user.id)
    latest = queries.latest_styles(request.user.id)
    today = timezone.localdate()
    known = active.styles.ids if active else ()
    found = profile.style_profile(totals, latest, today, known)
    outfits = sum(each.outfits for each in totals)
    context: dict[str, object] = {
        "outfits": outfits,
        "fewest": profile.FEWEST,
        "missing": max(0, profile.FEWEST - outfits),
        "latest": [style_of(style) for style in dict.fromkeys(latest)],
    }
    if not found:
        context |= _not_counted(request)
    else:
        shares = [Named(style_of(share.style), share) for share in found.shares]
        context |= {
            "profile": found,
            "first": shares[0],
            "shares": shares[:SHOWN_STYLES],
            "rest": shares[SHOWN_STYLES:],
            "now": [
                Named(style_of(style), count)
                for style, count in zip(found.now.styles, found.now.latest, strict=True)
            ],
            "trends": [Named(style_of(trend.style), trend) for trend in found.trends],
            "variety": round(found.variety),
            "models": queries.speaking_models(request.user.id),
            "lately_days": profile.LATELY_DAYS,
            "half_life_days": profile.HALF_LIFE_DAYS,
            "fewest_in_window": profile.FEWEST_IN_WINDOW,
            "limit": queries.NEWEST if queries.has_more(request.user.id) else None,
            **_extremes(request),
        }
    return render(request, "classifier/profile.html", context)


def _not_counted(request: SignedInRequest) -> dict[str, int]:
    """Photos that a profile does not count, and why: so that whoever uploaded five sees it."""
    photos = outfits_of(request.user).prefetch_related(None).order_by()
    done = photos.filter(status=Outfit.Status.DONE)
    return {
        "waiting": photos.filter(status__in=[Outfit.Status.QUEUED, Outfit.Status.RUNNING]).count(),
        "without_outfit": done.exclude(kind=Prediction.Kind.OUTFIT).count(),
        "without_style": done.filter(kind=Prediction.Kind.OUTFIT, style="").count(),
    }


def _extremes(request: SignedInRequest) -> dict[str, Outfit]:
    """The most typical and the most unusual outfit, by the release that saw the newest one."""
    outfits = outfits_of(request.user)
    done = outfits.filter(status=Outfit.Status.DONE)
    newest = done.filter(kind=Prediction.Kind.OUTFIT).first()
    if newest is None or newest.prediction is None:
        return {}
    found = queries.extremes_of(request.user.id, newest.prediction.release_id)
    if found is None:
        return {}
    chosen = outfits.in_bulk([found.typical, found.unusual])
    if len(chosen) < 2:  # deleted a moment ago
        return {}
    return {"typical": chosen[found.typical], "unusual": chosen[found.unusual]}


@login_required
@require_safe
@never_cache
def similar_page(request: SignedInRequest, outfit_id: uuid.UUID) -> HttpResponse:
    """The person's other outfits that look most like this one; with `few`, a part of a page."""
    few = "few" in request.GET
    outfit = access_outfit(request.user, outfit_id)
    cosines: dict[uuid.UUID, float] = {}
    if outfit.kind == Prediction.Kind.OUTFIT:
        cosines = queries.similar_to(request.user.id, outfit.pk, FEW_SIMILAR if few else SIMILAR)
    found = outfits_of(request.user).in_bulk(list(cosines))
    if few:
        similar = [found[each] for each in cosines if each in found]
        return render(request, "classifier/_similar_few.html", {"similar": similar})
    context = {
        "outfit": outfit,
        "prediction": outfit.prediction,
        "similar": [found[each] for each in cosines if each in found],
        "limit": queries.NEWEST if queries.has_more(request.user.id) else None,
    }
    return render(request, "classifier/similar.html", context)
