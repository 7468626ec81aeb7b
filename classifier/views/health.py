"""For machines that watch the site: `/healthz` (this process) and `/readyz` (all it needs)."""

from collections.abc import Callable

from celery import current_app
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from classifier.monitoring.heartbeat import warm_worker
from classifier.storage import objects
from version import VERSION


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers, and says which version it is."""
    return JsonResponse({"ok": True, "version": VERSION})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when a photo can be accepted and classified, else 503 and what is missing."""
    checks = {
        "database": _holds(_database),
        "broker": _holds(_broker),
        "storage": _holds(objects.reachable),
        "worker": _holds(lambda: warm_worker() is not None),
    }
    answer = JsonResponse(checks, status=200 if all(checks.values()) else 503)
    # "Not yet" is an answer, not an error to log with each question.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def _holds(check: Callable[[], bool]) -> bool:
    """Whatever a client library raises when its server is away, the answer is no."""
    try:
        return check()
    except Exception:
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


def _broker() -> bool:
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
    return True
