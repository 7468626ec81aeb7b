"""Which time zone a person is in: what they chose, else what their browser says, else the site's.

It decides what day it is for them, and how every time on a page is shown.
"""

import time
from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from classifier.models import Preferences
from classifier.values.middleware import API
from classifier.values.zones import zone_named

COOKIE = "time_zone"
_KEY = "time_zone"
_FRESH_S = 600
"""After this long a session asks again what was chosen, perhaps in another browser."""

GetResponse = Callable[[HttpRequest], HttpResponse]


def choose_zone(request: HttpRequest, owner_id: int, name: str) -> bool:
    """Keep a person's choice; an empty name follows the browser again. False: no such zone."""
    chosen = bool(name)
    name = name or request.COOKIES.get(COOKIE, "") or settings.TIME_ZONE
    if zone_named(name) is None:
        return False
    _remember(request, owner_id, name, chosen=chosen)
    return True


def in_persons_time_zone(get_response: GetResponse) -> GetResponse:
    """Middleware: while a request is answered, the person's zone is the current one."""

    def answer(request: HttpRequest) -> HttpResponse:
        with timezone.override(_zone_of_request(request)):
            return get_response(request)

    return answer


def _zone_of_request(request: HttpRequest) -> ZoneInfo:
    said = zone_named(request.COOKIES.get(COOKIE, ""))
    default = said or ZoneInfo(settings.TIME_ZONE)
    # Nothing but pages of somebody who is signed in may ask for a session: that is a query.
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or request.path_info.startswith(API):
        return default
    owner_id = request.session.get(SESSION_KEY)
    if owner_id is None:
        return default
    name, chosen, until = request.session.get(_KEY, ("", False, 0))
    if until < time.time():
        kept = Preferences.objects.filter(owner_id=owner_id).first()
        name, chosen = (kept.time_zone, kept.chosen) if kept else ("", False)
        request.session[_KEY] = (name, chosen, time.time() + _FRESH_S)
    if said and not chosen and said.key != name:
        _remember(request, int(owner_id), said.key, chosen=False)
        return said
    return zone_named(name) or default


def _remember(request: HttpRequest, owner_id: int, name: str, *, chosen: bool) -> None:
    Preferences.objects.update_or_create(
        owner_id=owner_id, defaults={"time_zone": name, "chosen": chosen}
    )
    request.session[_KEY] = (name, chosen, time.time() + _FRESH_S)
