"""Verdicts on predictions, by staff and by owners: a style, none of ours, an outfit, or none."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Case, Value, When

from classifier.models import Outfit, Prediction, Review

Answer = Review.Answer
Certainty = Outfit.Certainty
Kind = Prediction.Kind


def _role_first(role: Review.Role) -> Case:
    return Case(When(role=role, then=Value(0)), default=Value(1))


OWNER_FIRST = (_role_first(Review.Role.OWNER), "-created")
"""Whose verdict an outfit counts by, on its owner's pages: theirs, else the newest by staff."""
STAFF_FIRST = (_role_first(Review.Role.STAFF), "-created")
"""Whose verdict trains a model: the newest by staff, else the owner's."""


class UnknownStyle(ValueError):
    """The style is none of those that the prediction's release knows."""


def record_review(
    prediction: Prediction,
    by_id: int,
    role: Review.Role,
    style: str = "",
    note: str = "",
    *,
    answer: Review.Answer = Answer.STYLE,
) -> Review:
    """Record what is right, in this person's name; a second verdict replaces their first.

    `style` goes with the answer STYLE, and with no other. The outfit counts as that from now on:
    the owner's word before that of staff. Raises UnknownStyle.
    """
    known = prediction.release.styles.ids if answer == Answer.STYLE else ("",)
    if style not in known:
        raise UnknownStyle(style)
    right = _counts_as(prediction, answer, style) == _predicted(prediction)
    with transaction.atomic():
        review, _ = Review.objects.update_or_create(
            prediction=prediction,
            by_id=by_id,
            defaults={
                "role": role,
                "verdict": Review.Verdict.RIGHT if right else Review.Verdict.WRONG,
                "answer": answer,
                "style": style,
                "note": note,
            },
        )
        _settle(prediction)
    return review


@dataclass(frozen=True)
class _Counted:
    """What an outfit counts as."""

    kind: str
    style: str


def _predicted(prediction: Prediction) -> _Counted:
    return _Counted(prediction.kind, prediction.style if prediction.kind == Kind.OUTFIT else "")


def _counts_as(prediction: Prediction, answer: str, style: str) -> _Counted:
    if answer == Answer.NOT_AN_OUTFIT:
        gate = prediction.kind
        return _Counted(Kind.NONE if gate == Kind.OUTFIT else gate, "")
    return _Counted(Kind.OUTFIT, prediction.style if answer == Answer.OUTFIT else style)


def _settle(prediction: Prediction) -> None:
    """Write down what the outfit counts as."""
    review = prediction.reviews.order_by(*OWNER_FIRST).first()
    if review is None:
        return
    counted = _counts_as(prediction, review.answer, review.style)
    if review.answer == Answer.OUTFIT:  # which style it is, nobody has said
        certainty = Certainty.SURE if prediction.decided else Certainty.UNSURE
    elif review.verdict == Review.Verdict.RIGHT:
        certainty = Certainty.CONFIRMED
    else:
        certainty = Certainty.CORRECTED
    Outfit.objects.filter(pk=prediction.outfit_id).update(
        kind=counted.kind, style=counted.style, certainty=certainty
    )
