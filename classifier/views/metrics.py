"""`/metrics`: for Prometheus, which shows a token; for nobody else."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from classifier.drift.gauges import DriftCollector
from classifier.monitoring.metrics import QueueCollector, exposition


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics of all processes of this host, of the queue, and of drift.

    With FASI_METRICS_TOKEN set, `Authorization: Bearer TOKEN` opens it. Without one it is there on
    the embedded stack only, which listens on 127.0.0.1; elsewhere 404, as if it did not exist.
    """
    token = settings.FASI_METRICS_TOKEN
    if token:
        given = request.headers.get("Authorization", "")
        if not constant_time_compare(given, f"Bearer {token}"):
            answer = HttpResponse("Send Authorization: Bearer FASI_METRICS_TOKEN.\n", status=401)
            answer["WWW-Authenticate"] = "Bearer"
            return answer
    elif not settings.EMBEDDED:
        raise Http404
    return HttpResponse(
        exposition(QueueCollector(), DriftCollector()), content_type=CONTENT_TYPE_LATEST
    )
