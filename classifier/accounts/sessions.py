"""Where somebody is signed in: every session is listed, with its place and time of last use."""

import time
from collections.abc import Callable
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from classifier.web import client_ip

GetResponse = Callable[[HttpRequest], HttpResponse]

# Often enough for a person who asks "was that me?", seldom enough to cost no writes.
NOTED_EVERY = timedelta(minutes=1)
LISTED = "session_is_listed"
# Sessions that this process noted lately, and until when it need not again.
_noted_until: dict[str, float] = {}
_MOST_NOTED = 10_000


def noted(get_response: GetResponse) -> GetResponse:
    """Middleware: note in the list of sessions that this one was used, from where, and when.

    allauth's own middleware writes a row for every request; this one does so once a minute, and
    asks the database no oftener.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            _note(request)
        return get_response(request)

    return answer


def not_stored(get_response: GetResponse) -> GetResponse:
    """Middleware: what somebody sees who is signed in is kept in no cache and no history.

    But for pictures whose view says how long the person's own browser may keep them: they are many
    and do not change. Signing out empties that cache.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        signs_out = request.method == "POST" and request.path == reverse("account_logout")
        response = get_response(request)
        picture = response.get("Content-Type", "").startswith("image/")
        if signs_out:
            response["Clear-Site-Data"] = '"cache"'
        if request.user.is_authenticated and not (picture and response.has_header("Cache-Control")):
            response["Cache-Control"] = "private, no-store"
        return response

    return answer


def _note(request: HttpRequest) -> None:
    if not request.session.get(LISTED):
        UserSession.objects.create_from_request(request)
        request.session[LISTED] = True
        return
    key = request.session.session_key or ""
    if _noted_until.get(key, 0) > time.monotonic():
        return
    if len(_noted_until) >= _MOST_NOTED:
        _noted_until.clear()
    _noted_until[key] = time.monotonic() + NOTED_EVERY.total_seconds()
    now = timezone.now()
    UserSession.objects.filter(session_key=key, last_seen_at__lt=now - NOTED_EVERY).update(
        last_seen_at=now,
        ip=client_ip(request),
        user_agent=request.headers.get("User-Agent", "")[:200],
    )


def end_session(owner_id: int, session_id: int) -> bool:
    """End one session of this person; False where they have no such session."""
    session = UserSession.objects.filter(user_id=owner_id, pk=session_id).first()
    if session is None:
        return False
    session.end()
    return True
