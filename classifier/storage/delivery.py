"""Answers whose body is an object of the bucket: nginx fetches it, and no thread of ours waits."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from classifier.storage import objects

# Where nginx.conf.template lets us, and nobody else, name an object.
STORED = "/_stored"
CHUNK_BYTES = 64 * 1024


def stored(key: str, content_type: str, download_as: str = "") -> HttpResponseBase:
    """The object, for whoever may see it, which the caller has checked.

    `download_as` is the name of the file that browsers save it to, instead of showing it. Without
    nginx, as in tests and under `runserver`, the object comes through this process, whole, and may
    raise ObjectMissing, StorageUnavailable.
    """
    headers = {
        "Content-Type": content_type,
        "Content-Disposition": f'attachment; filename="{download_as}"' if download_as else "inline",
        "X-Content-Type-Options": "nosniff",
    }
    if settings.BEHIND_NGINX:
        address = urlsplit(objects.signed_url(key, content_type))
        headers["X-Accel-Redirect"] = f"{STORED}{address.path}?{address.query}"
        return HttpResponse(headers=headers)
    return StreamingHttpResponse(objects.chunks(key, CHUNK_BYTES), headers=headers)
