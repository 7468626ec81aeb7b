"""How pages show styles, probabilities and private photos."""

from collections.abc import Sequence
from datetime import date

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from classifier import catalogue
from classifier.history import answers, colours, sureness
from classifier.history import palette as palettes
from classifier.history.pages import Month
from classifier.lifecycle.failures import failure_message
from classifier.models import Outfit, Prediction
from classifier.personalization.sentences import in_a_sentence
from inference.taxonomy import Style
from version import VERSION

UNDO = "undo:"
"""Begins the tag of a message of what can be undone."""

register = template.Library()
register.filter("failure_message", failure_message)


@register.filter
def style_of(style_id: str) -> Style:
    """The style with this id, in the words of the newest release that knows it."""
    return catalogue.style_of(style_id)


@register.filter
def style_name(style: Style) -> str:
    """The style's name in the reader's language."""
    return style.name(get_language() or "en")


@register.filter
def style_description(style: Style) -> str:
    """The style's description in the reader's language."""
    return style.description(get_language() or "en")


@register.filter
def in_words(outfit: Outfit) -> str:
    """What is said of a classified outfit, in one line."""
    return answers.in_words(outfit)


@register.filter
def level(prediction: Prediction) -> str:
    """How sure the model is, for style sheets: `very`, `fairly`, `torn` or `guess`."""
    return sureness.sureness(prediction)


@register.filter
def how_sure(prediction: Prediction) -> str:
    """How sure the model is, in words."""
    return sureness.how_sure(prediction)


@register.filter
def also(prediction: Prediction) -> str:
    """What else it may be, as a list in words."""
    return sureness.also(prediction)


@register.filter
def for_this_person(outfit: Outfit) -> str:
    """What its owner would call it, by what they said of others; empty where that is no news."""
    return in_a_sentence(outfit)


@register.filter
def percent(probability: float) -> str:
    """0.8412 -> `84%`; what is not zero is not shown as zero."""
    return "< 1%" if 0 < probability < 0.01 else f"{probability:.0%}"


@register.filter
def points(difference: float) -> str:
    """0.034 -> `+3.4`: a difference of two shares in points of a hundred."""
    return f"{100 * difference:+.1f}".replace("-", "\N{MINUS SIGN}")


@register.filter
def palette(outfit: Outfit) -> list[palettes.Colour]:
    """The colours of what is worn, the largest share first; empty until they are known."""
    return palettes.read(outfit.palette)


@register.filter
def colour_name(name: str) -> str:
    """What a colour is called in the reader's language."""
    return str(colours.NAMES[name])


@register.filter
def model_days(months: Sequence[Month]) -> list[date]:
    """The days of the models that speak for these outfits, the newest first."""
    spoken = [outfit.prediction for month in months for outfit in month.outfits]
    days = {timezone.localdate(each.release.created) for each in spoken if each}
    return sorted(days, reverse=True)


@register.filter
def dotted(probability: float) -> str:
    """For attributes that machines read: a point in every language."""
    return f"{probability:.4f}"


@register.filter
def plain(number: float) -> str:
    """For SVG: a number with a point in every language."""
    return f"{number:g}"


@register.filter
def undo_address(tags: str | None) -> str:
    """Where the act that a message tells of is taken back; empty where it cannot be."""
    _, undoes, together = (tags or "").partition(UNDO)
    return reverse("bin_undo", args=[together]) if undoes else ""


@register.simple_tag
def version() -> str:
    """The version of FASI, for staff."""
    return VERSION
