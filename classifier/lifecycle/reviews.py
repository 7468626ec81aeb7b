"""Verdicts on predictions, by staff and by owners."""

from django.db import transaction

from classifier.models import Outfit, Prediction, Review


class UnknownStyle(ValueError):
    """The style is none of those that the prediction's release knows."""


def record_review(
    prediction: Prediction, by_id: int, role: Review.Role, style: str, note: str = ""
) -> Review:
    """Record which style is right, in this person's name; a second verdict replaces their first.

    The outfit counts as this style from now on: the owner's word before that of staff. Raises
    UnknownStyle.
    """
    if style not in prediction.release.styles.ids:
        raise UnknownStyle(style)
    right = style == prediction.style
    with transaction.atomic():
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
        _settle(prediction)
    return review


def _settle(prediction: Prediction) -> None:
    """Write down what the outfit counts as."""
    verdict = prediction.reviews.order_by("role", "-created").first()  # "owner" before "staff"
    if verdict is None:
        return
    confirmed = verdict.verdict == Review.Verdict.RIGHT
    certainty = Outfit.Certainty.CONFIRMED if confirmed else Outfit.Certainty.CORRECTED
    Outfit.objects.filter(pk=prediction.outfit_id).update(style=verdict.style, certainty=certainty)
