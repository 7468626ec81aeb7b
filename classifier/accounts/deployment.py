"""What accounts on a server cannot do without: mail, and the site's own address."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

# These reach nobody: whoever reads the log, or the disk, would hold every password reset.
UNSENT = ("console", "dummy", "filebased")


def deployment_errors() -> list[str]:
    """One sentence for each setting that is missing; the embedded stack needs none of them."""
    if settings.EMBEDDED:
        return []
    errors = []
    if any(f".{name}." in settings.EMAIL_BACKEND for name in UNSENT):
        errors.append(
            "FASI_EMAIL_URL must name a mail server, as smtp+tls://user:password@host:587."
        )
    site = urlsplit(settings.FASI_SITE_URL)
    if site.scheme not in ("http", "https") or not site.netloc or site.path:
        errors.append("FASI_SITE_URL must be the site's address, as https://fasi.example.org.")
    elif settings.HTTPS and site.scheme != "https":
        errors.append("FASI_SITE_URL must begin with https:// where FASI_HTTPS is set.")
    return errors


@register()
def check_deployment(*_args: Any, **_options: Any) -> Iterable[CheckMessage]:
    return [
        Error(sentence, hint="docs/operations.md lists every setting.", id="fasi.E002")
        for sentence in deployment_errors()
    ]
