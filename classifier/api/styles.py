"""`/api/v1/styles`: what the model knows."""

from django.utils.translation import get_language
from ninja import Router

from classifier.api.auth import READ, ApiRequest
from classifier.api.schemas import StylesOut, WardrobeOut
from classifier.api.serializers import style_out
from classifier.models import Release

router = Router()


@router.get("", auth=READ, response=StylesOut)
def list_styles(request: ApiRequest) -> StylesOut:
    """The styles and wardrobes of the active release, in the language of Accept-Language."""
    active = Release.objects.filter(status=Release.Status.ACTIVE).first()
    if active is None:
        return StylesOut(release=None, styles=[], wardrobes=[])
    language = get_language() or "en"
    return StylesOut(
        release=active.name,
        styles=[style_out(style) for style in active.styles.styles],
        wardrobes=[
            WardrobeOut(id=key, name=each.name(language), styles=list(each.styles))
            for key, each in active.styles.wardrobes.items()
        ],
    )
