"""How sure the model is, in words: "very sure", "fairly sure", "torn between two styles".

The temperature of the starter bundle was chosen on sources of photos that the model had not seen
(calibration error 0.06 there, `MODEL_CARD.md`), so for photos that are new to it 0.8 stands for
about four right answers in five: VERY_SURE. The bundle's threshold of *not sure* divides the rest.
On the 577 validation photos, most of them of sources that the model knows, 98 % are right from 0.8
on (132 photos), 83 % between that and the threshold (287), and 54 % below it (158), where in 80 %
the right style is one of the two best: which is why two are named.
"""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from classifier.models import Prediction
from classifier.wording.particles import particles
from inference.taxonomy import Style

VERY_SURE = 0.8
NAMED = 3
"""How many further styles are named; where there are more, the answer is hardly one."""
VERY, FAIRLY, TORN, GUESS = "very", "fairly", "torn", "guess"


def sureness(prediction: Prediction) -> str:
    """One of VERY, FAIRLY, TORN and GUESS, the last where the model saw no outfit at all."""
    if prediction.kind != Prediction.Kind.OUTFIT:
        return GUESS
    if not prediction.decided:
        return TORN
    return VERY if prediction.confidence >= VERY_SURE else FAIRLY


def how_sure(prediction: Prediction) -> str:
    """The same in a few words, for a reader who does not want numbers."""
    level = sureness(prediction)
    if level == GUESS:
        return _("Just a guess")
    if level != TORN:
        return _("Very sure") if level == VERY else _("Fairly sure")
    names = {"first": _name(prediction.top_style), "second": _name(_rival(prediction))}
    return particles(_("Torn between %(first)s and %(second)s") % names)


def also(prediction: Prediction) -> str:
    """The styles of its set that are not named yet, as a list in words; empty where none is left.

    The set holds the right style in nine of ten photos.
    """
    rival = _rival(prediction) if sureness(prediction) == TORN else None
    names = [_name(style) for style in prediction.perhaps if style != rival]
    more = len(names) - NAMED
    if more > 0:
        names[NAMED:] = [_("%d more") % more]
    if len(names) < 2:
        return "".join(names)
    return ", ".join(names[:-1]) + _(" or %s") % names[-1]


def _rival(prediction: Prediction) -> Style:
    """The second best style."""
    others = (style for style, _probability in prediction.top if style.id != prediction.style)
    return next(iter(prediction.perhaps), None) or next(others)


def _name(style: Style) -> str:
    return style.name(get_language() or "en")
