"""`/staff/review/`: photos to review, one after the other, or many of one style in one go.

The script of the page asks for parts (`request.htmx`): what comes next, with how far it is. Without
it each button sends its form and the page comes anew.
"""

import uuid
from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from classifier.access import MAY_REVIEW, SignedInRequest, reason_to_review, staff_with
from classifier.catalogue import is_known, known_styles
from classifier.history.heatmap import heat_png
from classifier.models import Outfit, ReviewItem
from classifier.reviews import steps
from classifier.reviews.cards import cards
from classifier.reviews.progress import progress_of
from classifier.reviews.queue import GridPlace, claim, claim_alike, let_go, reclaim, renew
from classifier.reviews.steps import NotTheirs, Said
from classifier.reviews.verdicts import UnknownStyle

AT_ONCE = 3
"""Photos that a browser has: one in front of the reviewer, the others fetched ahead."""
IN_A_GRID = 24
SKIP = "skip"


@login_required
@staff_with(MAY_REVIEW)
@require_safe
@never_cache
def review_page(request: SignedInRequest) -> HttpResponse:
    """The photo most worth looking at; `?outfit=` is one that was just undone."""
    items = reclaim(request.user, _ids(request.GET.getlist("outfit"))[:1])
    held = [item.pk for item in items]
    items += claim(request.user, AT_ONCE - len(held), besides=held)
    return render(request, "staff/review.html", _context(request, items, in_front=True))


@login_required
@staff_with(MAY_REVIEW)
@require_POST
def review_verdict(request: SignedInRequest, outfit_id: uuid.UUID) -> HttpResponse:
    """Field `say`: `style:ID`, `answer:ANSWER` or `skip`; `held`: what the browser has besides."""
    say = request.POST.get("say", "")
    try:
        if say == SKIP:
            steps.skip(request.user, outfit_id)
        else:
            steps.give(request, outfit_id, Said.read(say))
    except NotTheirs:
        text = _("Not counted: the photo is gone, or someone else is reviewing it.")
        messages.error(request, text)
    except UnknownStyle:
        messages.error(
            request, _("Not counted: another release’s result is shown now. Look again.")
        )
    except ValueError:
        return HttpResponseBadRequest(_("Unknown verdict. Reload the page."))
    return _next(request, [], redirect("review"))


@login_required
@staff_with(MAY_REVIEW)
@require_POST
def review_undo(request: SignedInRequest) -> HttpResponse:
    """Undo the reviewer's last step; its photo comes again."""
    undone = steps.undo(request)
    if not undone:
        messages.info(request, _("Nothing from the last 24 hours to undo."))
        return _next(request, [], redirect("review"))
    text = ngettext("%d step undone.", "%d steps undone.", len(undone))
    messages.success(request, text % len(undone))
    again = reclaim(request.user, undone[:1])
    query = "".join(f"?{urlencode({'outfit': item.pk})}" for item in again)
    return _next(request, again, redirect(reverse("review") + query))


@login_required
@staff_with(MAY_REVIEW)
@require_safe
@never_cache
def review_why(request: SignedInRequest, outfit_id: uuid.UUID) -> HttpResponse:
    """The activation map to lay over the photo, for whoever may review it."""
    outfit = get_object_or_404(Outfit, pk=outfit_id)
    prediction = outfit.prediction if reason_to_review(request.user, outfit) else None
    if prediction is None or not prediction.activation_map:
        raise Http404("no activation map")
    return HttpResponse(heat_png(bytes(prediction.activation_map)), content_type="image/png")


@method_decorator([login_required, staff_with(MAY_REVIEW), never_cache], name="dispatch")
class ReviewGridView(View):
    """Many photos of which the model says the same style (`?style=`; empty: no outfit).

    The surest come first. POST confirms those that are ticked (`outfit`) and ends the leases of all
    that were shown (`shown`); `after` is where the page ends.
    """

    def get(self, request: SignedInRequest) -> HttpResponse:
        style = request.GET.get("style")
        items: list[ReviewItem] = []
        if style is not None and (not style or is_known(style)):
            after = GridPlace.read(request.GET.get("after", ""))
            items = claim_alike(request.user, IN_A_GRID, style, after)
        # A release that took over since then may say something else of one.
        alike = [card for card in cards(items, in_front=True) if card.said_style == style]
        last = items[-1] if items else None
        context = {
            "cards": alike,
            "style": style,
            "styles": known_styles().values(),
            "after": GridPlace(last.worth, last.pk) if last else "",
            "progress": progress_of(request.user),
        }
        return render(request, "staff/review_grid.html", context)

    def post(self, request: SignedInRequest) -> HttpResponse:
        style = request.POST.get("style")
        if style is None:
            return HttpResponseBadRequest(_("Unknown verdict. Reload the page."))
        ticked = _ids(request.POST.getlist("outfit"))[:IN_A_GRID]
        confirmed = steps.confirm_all(request, ticked, style)
        let_go(request.user, _ids(request.POST.getlist("shown"))[:IN_A_GRID])
        text = ngettext("%d photo confirmed.", "%d photos confirmed.", confirmed.photos)
        messages.success(request, text % confirmed.photos)
        if confirmed.otherwise:
            text = ngettext(
                "%d photo wasn’t confirmed: another release now gives a different answer.",
                "%d photos weren’t confirmed: another release now gives a different answer.",
                confirmed.otherwise,
            )
            messages.warning(request, text % confirmed.otherwise)
        place = {name: request.POST.get(name, "") for name in ("style", "after")}
        return redirect(f"{reverse('review_grid')}?{urlencode(place)}")


def _next(
    request: SignedInRequest, again: list[ReviewItem], otherwise: HttpResponse
) -> HttpResponse:
    """For the script: what it lacks, photos that come `again` first; for others `otherwise`."""
    if not getattr(request, "htmx", False):
        return otherwise
    held = _ids(request.POST.getlist("held"))[:AT_ONCE]
    renew(request.user, held)
    there = [*held, *(item.pk for item in again)]
    new = claim(request.user, max(0, AT_ONCE - len(there)), besides=there)
    return render(request, "staff/_review_next.html", _context(request, again + new))


def _context(
    request: SignedInRequest, items: list[ReviewItem], *, in_front: bool = False
) -> dict[str, object]:
    return {"cards": cards(items, in_front=in_front), "progress": progress_of(request.user)}


def _ids(texts: Iterable[str]) -> list[uuid.UUID]:
    """Those that are ids of outfits."""
    found = []
    for text in texts:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found
