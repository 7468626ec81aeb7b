"""Why a person is shown an item, in a sentence that is true of it."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from classifier.catalogue import style_of
from classifier.models import CatalogueItem
from classifier.personalization.candidates import Found
from classifier.personalization.ranking import Candidate
from classifier.personalization.taste import Taste
from classifier.personalization.weights import NEAR


class Because(StrEnum):
    """What the sentence says, for programs."""

    LIKED = "looks_like_liked"
    LOOK = "looks_like_worn"
    STYLE = "style_is_worn"
    POPULAR = "popular"
    NEW = "another_style"
    FIRST = "to_begin_with"


@dataclass(frozen=True)
class Why:
    """A reason, and its sentence in the reader's language."""

    because: Because
    sentence: str


def why(candidate: Candidate[Found], like: CatalogueItem | None, taste: Taste) -> Why:
    """The strongest thing that is true: `like` is what they liked that looks most like it."""
    style = style_of(candidate.style).name(get_language() or "en")
    worn = taste.worn.get(candidate.style, 0)
    if like is not None and candidate.liked >= NEAR:
        return Why(Because.LIKED, _("Similar to “%(title)s”, which you like.") % {"title": like})
    if worn and candidate.look >= NEAR:
        sentence = _("Similar to how you wear %(style)s.") % {"style": style}
        return Why(Because.LOOK, sentence)
    if worn:
        said = {"style": style, "worn": worn, "all": sum(taste.worn.values())}
        return Why(Because.STYLE, _("%(style)s: %(worn)d of your last %(all)d outfits.") % said)
    if candidate.popular > 0:
        return Why(Because.POPULAR, _("Popular in %(style)s.") % {"style": style})
    if taste.evidence:
        return Why(Because.NEW, _("Something different: %(style)s.") % {"style": style})
    return Why(Because.FIRST, _("To get to know your taste: %(style)s.") % {"style": style})
