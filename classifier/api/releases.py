"""`/api/v1/releases`: the registered models, for staff."""

from django.shortcuts import get_object_or_404
from ninja import Router

from classifier.api.auth import ADMIN, ApiRequest
from classifier.api.schemas import Line, ReleaseList, ReleaseOut
from classifier.api.serializers import release_out
from classifier.models import Release

router = Router()


@router.get("", auth=ADMIN, response=ReleaseList)
def list_releases(request: ApiRequest) -> ReleaseList:
    """All releases, newest first."""
    return ReleaseList(items=[release_out(each) for each in Release.objects.order_by("-created")])


@router.get("/{name}", auth=ADMIN, response=ReleaseOut)
def get_release(request: ApiRequest, name: Line) -> ReleaseOut:
    """One release with its styles and the metrics of its bundle."""
    return release_out(get_object_or_404(Release, name=name))
