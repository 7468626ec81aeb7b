"""Photos that somebody shares to the installed app from elsewhere on their phone.

Where the service worker runs it takes them (`fasi_site/templates/service-worker.js`) and the upload
page sends them, as it sends all. This answers for browsers whose worker is not there, and leads who
was sent here by it to the upload page, over the sign-in if need be.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt

from classifier.access import SignedInRequest
from classifier.views.outfits import OutfitsView

FROM_THE_PHONE = ("none", "same-origin")


@method_decorator(csrf_exempt, "dispatch")
class SharedPhotosView(OutfitsView):
    """`/share/`: POST uploads the photos in the field `photo`, as the manifest says; GET goes on.

    The system that shares knows no token of a form. What a browser says of who asks takes its
    place: no page can forge it (Sec-Fetch-Site; https://www.w3.org/TR/fetch-metadata/), and every
    browser that can share to a site says it.
    """

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked_by = request.headers.get("Sec-Fetch-Site", "")
        if request.method == "POST" and asked_by not in FROM_THE_PHONE:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: SignedInRequest) -> HttpResponse:
        return redirect("home")
