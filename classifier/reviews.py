"""Verdicts on predictions, by staff and by owners."""

from classifier.models import Prediction, Review


class UnknownStyle(ValueError):
    """The style is none of those that the prediction's release knows."""


def record_review(
    prediction: Prediction, by_id: int, role: Review.Role, style: str, note: str = ""
) -> Review:
    """Record which style is right, in this person's name; a second verdict replaces their first.

    Raises UnknownStyle.
    """
    if style not in prediction.release.styles.ids:
        raise UnknownStyle(style)
    right = style == prediction.style
    review, _ = Review.objects.update_or_create(
        prediction=prediction,
        by_id=by_id,
        defaults={
            "role": role,
            "verdict": Review.Verdict.RIGHT if right else Review.Verdict.WRONG,
            "style": style,
            "note": note,
        },
    )
    return review
