"""`/.well-known/security.txt`: where to report a hole (RFC 9116)."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

VALID = timedelta(days=180)


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to write to; 404 where the operator named nobody."""
    if not settings.FASI_SECURITY_CONTACT:
        raise Http404("no contact is set")
    expires = (timezone.now() + VALID).replace(microsecond=0)
    lines = (
        f"Contact: {settings.FASI_SECURITY_CONTACT}",
        f"Expires: {expires.isoformat()}",
        "Preferred-Languages: en, ko",
        f"Canonical: {settings.FASI_SITE_URL}/.well-known/security.txt",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
