"""What is said of an outfit, in the reader's language."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from classifier.catalogue import style_of
from classifier.models import Outfit, Prediction

NAMED = 3
"""Styles beside the top one that are named; where there are more, the answer is hardly one."""
PERSONS_WORD = (Outfit.Certainty.CONFIRMED, Outfit.Certainty.CORRECTED)


def in_words(outfit: Outfit) -> str:
    """One line of a classified outfit: "Streetwear, perhaps Casual", or why there is no style."""
    if outfit.kind != Prediction.Kind.OUTFIT:
        return without_outfit(outfit)
    if not outfit.style:
        return _("Another style")
    style = style_of(outfit.style).name(get_language() or "en")
    return style + perhaps(outfit)


def without_outfit(outfit: Outfit) -> str:
    """Why a photo that counts as no outfit does not."""
    if outfit.certainty in PERSONS_WORD:
        return _("Not an outfit")
    if outfit.kind == Prediction.Kind.PEOPLE:
        return _("There are people in this photo, but no outfit we can judge")
    return _("We can’t find an outfit in this photo")


def perhaps(outfit: Outfit) -> str:
    """What comes after the top style: the others of its set; nothing once somebody said which."""
    prediction = outfit.prediction
    if prediction is None or outfit.certainty in PERSONS_WORD:
        return ""
    language = get_language() or "en"
    names = [style.name(language) for style in prediction.perhaps]
    more = len(names) - NAMED
    if more > 0:
        names[NAMED:] = [_("%d more") % more]
    if not names:
        return ""
    last = _(" or %s") % names[-1]
    if outfit.certainty == Outfit.Certainty.SURE:
        return _(", maybe %s") % (", ".join(names[:-1]) + last if names[1:] else names[0])
    return "".join(f", {name}" for name in names[:-1]) + last
