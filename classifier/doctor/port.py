"""The site answers at its address, and it is this version of it."""

import http.client
import json
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings

from classifier.doctor.findings import Finding, Options, error, first_line, ok, warning
from version import VERSION

TIMEOUT_S = 5
MOST_BYTES = 4096


def check(_: Options) -> Iterator[Finding]:
    """Ask `/healthz` at FASI_SITE_URL."""
    address = settings.FASI_SITE_URL
    if not urlsplit(address).netloc:
        yield warning("port.unknown", "The site's address is not known.", "Set FASI_SITE_URL.")
        return
    try:
        version = _version(address)
    except OSError as fault:
        start = "`fasi up` starts it" if settings.EMBEDDED else "Start nginx and gunicorn"
        yield warning(
            "port.silent",
            f"Nothing answers at {address}: {first_line(fault)}.",
            f"{start}; from inside of a container the address may lead nowhere, which is fine.",
        )
        return
    if version is None:
        yield error(
            "port.taken",
            f"What answers at {address} is not FASI.",
            "Stop that program, or choose another port: FASI_PORT, `fasi up --port`.",
        )
    elif version != VERSION:
        yield warning(
            "port.version",
            f"The site runs FASI {version}, and this is {VERSION}.",
            "Start its processes again.",
        )
    else:
        yield ok("port.ok", f"The site answers at {address}.")


def _version(address: str) -> str | None:
    """What FASI says that it is; None of whatever else answers. Raises OSError."""
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=TIMEOUT_S)
    try:
        connection.request("GET", "/healthz")
        said = json.loads(connection.getresponse().read(MOST_BYTES))
        return str(said["version"]) if said["ok"] else None
    except (http.client.HTTPException, ValueError, KeyError, TypeError):
        return None
    finally:
        connection.close()
