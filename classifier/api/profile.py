"""`/api/v1/profile`: who the token belongs to, and the styles of what they wear."""

from django.db.models import Count
from ninja import Router

from classifier.api.auth import READ, ApiRequest
from classifier.api.schemas import ProfileOut, ShareOut
from classifier.models import Outfit

router = Router()


@router.get("", auth=READ, response=ProfileOut)
def get_profile(request: ApiRequest) -> ProfileOut:
    """How many outfits you have, and how many of them count as each style."""
    mine = Outfit.objects.filter(owner_id=request.auth.owner_id)
    counts = list(
        mine.filter(status=Outfit.Status.DONE, style__gt="")
        .values_list("style")
        .annotate(outfits=Count("pk"))
        .order_by("-outfits", "style")
    )
    classified = sum(outfits for _style, outfits in counts)
    return ProfileOut(
        username=request.auth.owner.get_username(),
        outfits=mine.count(),
        classified=classified,
        styles=[
            ShareOut(style=style, outfits=outfits, share=outfits / classified)
            for style, outfits in counts
        ],
    )
