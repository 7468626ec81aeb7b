"""Verdicts on predictions, by staff and by owners: a style, none of ours, an outfit, or none.

A verdict stays with the prediction that it was given on, and says what is right of the photo: it
holds on when another release speaks for the outfit. Then only whether it confirms or corrects is
asked anew, of the prediction that speaks.
"""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone

from classifier.models import Outfit, Prediction, Review
from classifier.reviews.worth import refresh

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

    It does so on whichever release's prediction the first was given.

    `style` goes with the answer STYLE, and with no other. The outfit counts as that from now on:
    the owner's word before that of staff. Raises UnknownStyle.
    """
    known = prediction.release.styles.ids if answer == Answer.STYLE else ("",)
    if style not in known:
        raise UnknownStyle(style)
    with transaction.atomic():
        lock([prediction.outfit_id])
        theirs = Review.objects.filter(prediction__outfit=prediction.outfit_id, by_id=by_id)
        theirs.exclude(prediction=prediction).delete()
        review, _ = Review.objects.update_or_create(
            prediction=prediction,
            by_id=by_id,
            defaults={
                "role": role,
                "verdict": _verdict(prediction, answer, style),
                "answer": answer,
                "style": style,
                "note": note,
                "created": timezone.now(),
            },
        )
        settle([prediction.outfit_id])
    return review


def owners_reviews(outfits: Collection[Outfit]) -> dict[uuid.UUID, Review]:
    """What their owners said of these outfits, by the outfit's id."""
    said = Review.objects.filter(
        prediction__outfit__in=outfits, by=F("prediction__outfit__owner")
    ).annotate(outfit=F("prediction__outfit"))
    return {review.outfit: review for review in said.order_by("created")}


def lock(outfit_ids: Iterable[uuid.UUID], *, skip_locked: bool = False) -> set[uuid.UUID]:
    """Keep these outfits from being settled, or deleted, by others until the transaction ends.

    In the order of their ids, as all who lock several do: so neither waits for the other for ever.
    Returns those that are there, be it in the bin, and with `skip_locked` those of them that nobody
    else has locked.
    """
    rows = Outfit.everything.filter(pk__in=outfit_ids).order_by("pk")
    rows = rows.select_for_update(no_key=True, skip_locked=skip_locked)
    return set(rows.values_list("pk", flat=True))


_SETTLE_BY_PREDICTIONS = """
    UPDATE classifier_outfit AS outfit
    SET kind = spoken.kind,
        style = CASE WHEN spoken.kind = 'outfit' THEN spoken.style ELSE '' END,
        certainty = CASE WHEN spoken.kind <> 'outfit' THEN ''
                         WHEN spoken.decided THEN 'sure' ELSE 'unsure' END
    FROM classifier_prediction AS spoken
    WHERE spoken.outfit_id = outfit.id AND spoken.shown
      AND outfit.id = ANY(%(ids)s::uuid[]) AND NOT outfit.id = ANY(%(reviewed)s::uuid[])
"""


def settle(outfit_ids: Collection[uuid.UUID]) -> None:
    """Write down what the outfits count as: what people said of them, else what is predicted.

    Their places in the review queue follow. The caller has locked them (`lock`), in the transaction
    in which that changed.
    """
    reviews: dict[uuid.UUID, Review] = {}
    said = Review.objects.filter(prediction__outfit__in=outfit_ids)
    said = said.exclude(answer=Answer.UNUSABLE)  # which says nothing of what it is
    for review in said.annotate(outfit=F("prediction__outfit")).order_by(*OWNER_FIRST):
        reviews.setdefault(review.outfit, review)
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE_BY_PREDICTIONS, {"ids": list(outfit_ids), "reviewed": list(reviews)})
    spoken = Prediction.objects.filter(outfit__in=reviews, shown=True)
    for prediction in spoken.defer("embedding", "activation_map"):
        _settle_by_review(prediction, reviews[prediction.outfit_id])
    refresh(outfit_ids)


def verdict_of(outfit_id: uuid.UUID, by_id: int) -> Review | None:
    """What this person said of the outfit, on whichever release's prediction."""
    return Review.objects.filter(prediction__outfit=outfit_id, by=by_id).first()


def as_columns(review: Review) -> dict[str, Any]:
    """A verdict in JSON's types, to be given back to `take_back`."""
    said = {name: getattr(review, name) for name in ("role", "verdict", "answer", "style", "note")}
    return {"prediction_id": review.prediction_id, "created": review.created.isoformat(), **said}


def take_back(outfit_id: uuid.UUID, by_id: int, before: dict[str, Any] | None = None) -> None:
    """This person's verdict is gone, or `before`, which it replaced, is back.

    The outfit counts as what the others say, or as what is predicted.
    """
    with transaction.atomic():
        lock([outfit_id])
        Review.objects.filter(prediction__outfit=outfit_id, by=by_id).delete()
        if before is not None:
            Review.objects.create(by_id=by_id, **before)
        settle([outfit_id])


def _verdict(prediction: Prediction, answer: str, style: str) -> Review.Verdict:
    if answer == Answer.UNUSABLE:
        return Review.Verdict.NEITHER
    right = _counts_as(prediction, answer, style) == _predicted(prediction)
    return Review.Verdict.RIGHT if right else Review.Verdict.WRONG


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


def _settle_by_review(prediction: Prediction, review: Review) -> None:
    """`prediction` speaks for the outfit, and `review` counts before it."""
    counted = _counts_as(prediction, review.answer, review.style)
    if review.answer == Answer.OUTFIT:  # which style it is, nobody has said
        certainty = Certainty.SURE if prediction.decided else Certainty.UNSURE
    elif counted == _predicted(prediction):
        certainty = Certainty.CONFIRMED
    else:
        certainty = Certainty.CORRECTED
    # In the bin, too: what comes out of it counts as what was said of it.
    Outfit.everything.filter(pk=prediction.outfit_id).update(
        kind=counted.kind, style=counted.style, certainty=certainty
    )
