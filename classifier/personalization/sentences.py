"""What a page says where this person would call an outfit something else than most people."""

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from classifier.catalogue import style_of
from classifier.models import Outfit, PersonalAnswer, Prediction

NOBODY_SAID = (Outfit.Certainty.SURE, Outfit.Certainty.UNSURE)


def personal_answer(outfit: Outfit) -> PersonalAnswer | None:
    """The one that stands beside the prediction that speaks, if it names another style.

    None once somebody said what the outfit is, and for what is no outfit.
    """
    prediction = outfit.prediction
    if prediction is None or outfit.kind != Prediction.Kind.OUTFIT:
        return None
    personal: PersonalAnswer | None = getattr(prediction, "personal", None)
    if personal is None or outfit.certainty not in NOBODY_SAID:
        return None
    return personal if personal.style != prediction.style else None


def in_a_sentence(outfit: Outfit) -> str:
    """ "Usually Casual; you called 4 similar outfits Streetwear."; empty where there is none."""
    personal = personal_answer(outfit)
    if personal is None or outfit.prediction is None:
        return ""
    language = get_language() or "en"
    said = {
        "usual": outfit.prediction.top_style.name(language),
        "personal": style_of(personal.style).name(language),
        "similar": personal.similar,
    }
    if not personal.similar:
        return _("Usually %(usual)s; going by your other answers, %(personal)s.") % said
    return (
        ngettext(
            "Usually %(usual)s; you called %(similar)d similar outfit %(personal)s.",
            "Usually %(usual)s; you called %(similar)d similar outfits %(personal)s.",
            personal.similar,
        )
        % said
    )
