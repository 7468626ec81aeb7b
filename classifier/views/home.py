"""The front page: the landing page for visitors, the upload form for whoever is signed in."""

from collections.abc import Sequence
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from classifier.access import SignedInRequest, outfits_of
from classifier.catalogue import offered_wardrobes
from classifier.uploads.refusals import Refused
from classifier.views.landing import landing
from classifier.views.trials import wants_to_keep

RECENT = 6


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The landing page, or the form and what was uploaded last."""
    if request.user.is_authenticated:
        if wants_to_keep(request):  # however they came by their account
            return redirect("try_keep")
        return upload_page(cast(SignedInRequest, request))
    return landing(request)


def upload_page(
    request: SignedInRequest, refusals: Sequence[tuple[str, Refused]] = ()
) -> HttpResponse:
    """The page with the form; `refusals` are what became of the last try, by file name."""
    language = get_language() or "en"
    wardrobes = {key: each.name(language) for key, each in offered_wardrobes().items()}
    chosen = request.POST.get("wardrobe", "")
    context = {
        "refusals": refusals,
        "wardrobes": wardrobes,
        "chosen_wardrobe": chosen if chosen in wardrobes else "",
        "recent": outfits_of(request.user)[:RECENT],
        "max_bytes": settings.FASI_MAX_UPLOAD_BYTES,
        "max_pixels": settings.FASI_MAX_PIXELS,
        "max_megapixels": settings.FASI_MAX_PIXELS // 1_000_000,
    }
    status = refusals[0][1].status if refusals else 200
    return render(request, "classifier/home.html", context, status=status)
