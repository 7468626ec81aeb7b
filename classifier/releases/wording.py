"""What the rule says of a candidate, in one sentence, and all of a comparison in JSON's types."""

from dataclasses import asdict
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from classifier.catalogue import style_of
from classifier.releases.comparison import Comparison, Judgement, Reason, Rule


def sentence(judgement: Judgement, comparison: Comparison, rule: Rule) -> str:
    """Whether to promote, and why, in the reader's language."""
    gain = comparison.gain
    figures = {
        "gain": f"{100 * gain.value:+.1f}",
        "low": f"{100 * gain.low:+.1f}",
        "high": f"{100 * gain.high:+.1f}",
        "photos": comparison.photos,
        "least": rule.photos,
    }
    if judgement.reason == Reason.TOO_FEW:
        text = _(
            "Don’t promote yet: there are only %(photos)s reviewed photos to compare on, and"
            " %(least)s are needed."
        )
    elif judgement.reason == Reason.NOT_BETTER:
        text = _(
            "Don’t promote: on %(photos)s reviewed photos it gains %(gain)s points (%(low)s to"
            " %(high)s), which may be chance."
        )
    elif judgement.reason == Reason.STYLE_WORSE:
        language = get_language() or "en"
        figures["styles"] = ", ".join(
            style_of(each.style).name(language) for each in judgement.worse
        )
        text = _("Don’t promote: it gains %(gain)s points, but is worse on %(styles)s.")
    else:
        text = _(
            "Promote it: on %(photos)s reviewed photos it gains %(gain)s points (%(low)s to"
            " %(high)s), and no style is worse."
        )
    return text % figures


def as_json(judgement: Judgement, comparison: Comparison, rule: Rule) -> dict[str, Any]:
    """Everything, for programs; shares lie between 0 and 1."""
    return {
        "promote": judgement.promote,
        "reason": judgement.reason.value,
        "sentence": sentence(judgement, comparison, rule),
        "rule": asdict(rule),
        **asdict(comparison),
    }
