"""The history page, its chart, and deleting several outfits at once."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from classifier.access import SignedInRequest, outfits_of
from classifier.catalogue import known_styles, offered_wardrobes, style_of
from classifier.history.colours import NAMES
from classifier.history.diary import tags_in_use
from classifier.history.pages import NO_OUTFIT, Filters, history_page, place
from classifier.history.timeline import timeline_of
from classifier.lifecycle.noticing import notice_seen
from classifier.models import Outfit, Prediction
from classifier.views.bin import chosen_ids, throw_away_and_tell


def history(request: SignedInRequest) -> HttpResponse:
    """A page of the history; what HTMX asks for on the way down is only its outfits."""
    filters = Filters.read(request.GET)
    after = place(request.GET.get("after", ""))
    language = get_language() or "en"
    page = history_page(request.user, filters, after)
    notice_seen(request.user.id, [each for month in page.months for each in month.outfits])
    context = {
        "page": page,
        "filters": filters,
        "after": after,
        "tags": tags_in_use(request.user),
        "colours": NAMES,
        "styles": sorted(known_styles().values(), key=lambda style: style.name(language)),
        "wardrobes": {key: each.name(language) for key, each in offered_wardrobes().items()},
        "certainties": [
            *(
                (each.value, each.label)
                for each in (Outfit.Certainty.UNSURE, Outfit.Certainty.CORRECTED)
            ),
            (NO_OUTFIT, Prediction.Kind.NONE.label),
        ],
    }
    only_outfits = request.headers.get("HX-Request") and after
    template = "classifier/_outfits.html" if only_outfits else "classifier/history.html"
    answer = render(request, template, context)
    answer["Vary"] = "HX-Request"
    return answer


@login_required
@require_safe
@never_cache
def timeline(request: SignedInRequest) -> HttpResponse:
    """The chart of styles over time, which the history loads after itself."""
    chart = timeline_of(request.user.id, timezone.localdate())
    legend = [(n, style_of(each)) for n, each in enumerate(chart.styles, 1)] if chart else []
    return render(request, "classifier/_timeline.html", {"chart": chart, "legend": legend})


@login_required
@require_POST
def delete_outfits(request: SignedInRequest) -> HttpResponse:
    """Put several outfits into the bin."""
    ids = chosen_ids(request)
    if ids is None:
        return HttpResponseBadRequest(_("That isn’t an outfit ID."))
    chosen = list(outfits_of(request.user).filter(pk__in=ids))
    if not chosen:
        messages.info(request, _("Select outfits to delete first."))
    throw_away_and_tell(request, chosen)
    return redirect("outfits")
