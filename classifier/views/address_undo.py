"""`/account/address/undo/…`: the old address takes a change of address back."""

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from classifier.accounts.address_change import AddressTaken, find_change, undo_change


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def address_undo(request: HttpRequest, text: str) -> HttpResponse:
    """GET asks, POST does it. Needs no session: the link proves who somebody is."""
    limited = ratelimit.consume_or_429(request, action="reset_password_from_key")
    if limited:
        return limited  # type: ignore[no-any-return]
    change = find_change(text)
    if change is None:
        return _page(request, {}, status=404)
    if request.method != "POST":
        return _page(request, {"change": change})
    try:
        undo_change(request, change)
    except AddressTaken:
        return _page(request, {"taken": True}, status=409)
    logout(request)
    messages.success(
        request,
        _(
            "The change is undone and all access is ended. We’ll email you a link to set a new "
            "password."
        ),
    )
    return redirect("account_login")


def _page(request: HttpRequest, context: dict[str, object], status: int = 200) -> HttpResponse:
    answer = render(request, "account/address_undo.html", context, status=status)
    answer["Referrer-Policy"] = "no-referrer"
    return answer
