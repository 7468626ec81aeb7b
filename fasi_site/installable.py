"""What makes the site an app on a phone: its manifest, its service worker and its offline page.

The worker keeps static files and the offline page, which are the same for everybody, and nothing of
a person; what is shared to the app it hands to the upload page.
"""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

PAPER, ACCENT = "#faf7f2", "#a83a22"
ICONS = (192, 512)
KEPT = (
    *("fasi/colours.css", "fasi/fonts.css", "fasi/fasi.css", "fasi/controls.css"),
    *("fasi/offline.css", "fasi/icon.svg"),
    *("fasi/fonts/text-latin.woff2", "fasi/fonts/title-latin.woff2"),
)
"""What the offline page needs."""
AN_HOUR = 3_600


@require_safe
@cache_control(max_age=AN_HOUR)
def manifest(request: HttpRequest) -> HttpResponse:
    """How the app is called and looks, and that photos can be shared to it.

    See https://www.w3.org/TR/appmanifest/ and https://w3c.github.io/web-share-target/.
    """
    icons: list[dict[str, str]] = [
        {"src": static("fasi/icon.svg"), "sizes": "any", "type": "image/svg+xml"}
    ]
    for purpose, name in (("any", "icon"), ("maskable", "icon-maskable")):
        icons += [
            {
                "src": static(f"fasi/{name}-{size}.png"),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for size in ICONS
        ]
    answer: dict[str, Any] = {
        "id": "/",
        "name": "FASI",
        "short_name": "FASI",
        "description": _("What style is your outfit? Take a photo and see."),
        "lang": get_language() or "en",
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "theme_color": PAPER,
        "background_color": PAPER,
        "icons": icons,
        "shortcuts": [
            {"name": _("History"), "url": reverse("outfits")},
            {"name": _("Style"), "url": reverse("profile")},
        ],
        "share_target": {
            "action": reverse("share_target"),
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {"files": [{"name": "photo", "accept": ["image/*"]}]},
        },
    }
    return JsonResponse(
        answer,
        content_type="application/manifest+json",
        json_dumps_params={"ensure_ascii": False},
        headers={"Vary": "Accept-Language, Cookie"},
    )


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker, for the whole site. Another release of a file makes it another script."""
    files = [static(name) for name in KEPT]
    language = get_language() or "en"
    context = {
        "files": files,
        "version": hashlib.sha256("\n".join([language, *files]).encode()).hexdigest()[:12],
        "offline": reverse("offline"),
        "share_target": reverse("share_target"),
        "home": reverse("home"),
    }
    return render(request, "service-worker.js", context, content_type="text/javascript")


@require_safe
@cache_control(no_cache=True)
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown without a connection; nothing of whoever asks is in it."""
    return render(request, "offline.html")
