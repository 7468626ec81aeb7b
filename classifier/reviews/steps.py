"""What a reviewer does with a photo of the queue: a verdict, skipping it, and undoing that.

Each checks again, under the outfit's lock, that the photo is theirs to judge: that they hold its
lease (or nobody took it after it ran out) and that its owner still lets staff look. Verdicts and
what undoes them are written into the audit trail in the same transaction.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Func, Value
from django.utils import timezone

from classifier.access import SignedInRequest, reason_to_review
from classifier.audit import Action, record
from classifier.models import Outfit, Prediction, Review, ReviewItem, ReviewStep
from classifier.reviews.verdicts import (
    UnknownStyle,
    as_columns,
    record_review,
    take_back,
    verdict_of,
)

Answer = Review.Answer
UNDONE_FOR = timedelta(hours=24)
"""So long a step can be undone, and counts for the reviewer's progress."""

BY_STAFF = (Answer.NO_STYLE, Answer.NOT_AN_OUTFIT, Answer.UNUSABLE)
"""What a reviewer says besides a style."""


_IDS = ReviewItem._meta.get_field("skipped_by")


class NotTheirs(Exception):
    """Somebody else has the photo by now, or it is gone, or its owner lets nobody look any more."""


@dataclass(frozen=True)
class Said:
    """A verdict as a form sends it: `style:boho`, `answer:unusable`."""

    answer: Review.Answer
    style: str = ""

    @classmethod
    def read(cls, text: str) -> "Said":
        """Raises ValueError."""
        kind, _, value = text.partition(":")
        if kind == "style" and value:
            return cls(Answer.STYLE, value)
        if kind == "answer" and value in BY_STAFF:
            return cls(Answer(value))
        raise ValueError(f"{text!r} is no verdict")

    def __str__(self) -> str:
        return f"style:{self.style}" if self.style else f"answer:{self.answer}"

    @classmethod
    def confirming(cls, prediction: Prediction) -> "Said":
        """That the prediction is right."""
        if prediction.kind != Prediction.Kind.OUTFIT:
            return cls(Answer.NOT_AN_OUTFIT)
        return cls(Answer.STYLE, prediction.style)


def give(
    request: SignedInRequest, outfit_id: uuid.UUID, said: Said, together: uuid.UUID | None = None
) -> bool:
    """Record the verdict of whoever is signed in. False where they said the same before.

    Steps with the same `together` are undone in one go. Raises NotTheirs, UnknownStyle.
    """
    reviewer = request.user
    with transaction.atomic():
        outfit = _locked(outfit_id)
        prediction = outfit.prediction
        if prediction is None:
            raise NotTheirs
        before = verdict_of(outfit_id, reviewer.pk)
        if not _release(reviewer, outfit):
            if before and (before.answer, before.style) == (said.answer, said.style):
                return False  # sent twice
            raise NotTheirs
        record_review(prediction, reviewer.pk, Review.Role.STAFF, said.style, answer=said.answer)
        ReviewStep.objects.create(
            reviewer=reviewer,
            outfit=outfit,
            act=ReviewStep.Act.VERDICT,
            before=as_columns(before) if before else None,
            together=together or uuid.uuid4(),
        )
        record(
            Action.STAFF_VERDICT,
            request=request,
            subject=outfit.owner_id,
            outfit=outfit.pk,
            said=str(said),
        )
    return True


@dataclass(frozen=True)
class Confirmed:
    """Of a grid: how many photos are, and of how many the model says something else by now."""

    photos: int
    otherwise: int


def confirm_all(request: SignedInRequest, outfits: Sequence[uuid.UUID], style: str) -> Confirmed:
    """Confirm that each is of this style, or no outfit (empty), as the reviewer was shown.

    Left out is what is not theirs, and what another release says something else of by now.
    """
    said = Said(Answer.STYLE, style) if style else Said(Answer.NOT_AN_OUTFIT)
    together, confirmed, otherwise = uuid.uuid4(), 0, 0
    shown = Outfit.objects.filter(pk__in=outfits).prefetch_related("predictions__release")
    for outfit in shown.order_by("pk"):
        if outfit.prediction is None:
            continue
        if Said.confirming(outfit.prediction) != said:
            otherwise += 1
            continue
        try:
            confirmed += give(request, outfit.pk, said, together)
        except (NotTheirs, UnknownStyle):
            continue
    return Confirmed(confirmed, otherwise)


def skip(reviewer: User, outfit_id: uuid.UUID) -> None:
    """Leave the photo to others. Raises NotTheirs."""
    with transaction.atomic():
        outfit = _locked(outfit_id)
        if not _release(reviewer, outfit):
            raise NotTheirs
        appended = Func(
            F("skipped_by"), Value(reviewer.pk), function="array_append", output_field=_IDS
        )
        ReviewItem.objects.filter(outfit=outfit).update(skipped_by=appended)
        ReviewStep.objects.create(reviewer=reviewer, outfit=outfit, act=ReviewStep.Act.SKIP)


def undo(request: SignedInRequest) -> list[uuid.UUID]:
    """Undo what the reviewer did last; the outfits that it was about, none where there is none."""
    reviewer = request.user
    since = timezone.now() - UNDONE_FOR
    mine = ReviewStep.objects.filter(reviewer=reviewer, created__gt=since)
    last = mine.order_by("-created", "-pk").first()
    if last is None:
        return []
    undone = []
    for step in mine.filter(together=last.together):
        with transaction.atomic():
            outfit = Outfit.objects.select_for_update(no_key=True).filter(pk=step.outfit_id).first()
            deleted, _ = ReviewStep.objects.filter(pk=step.pk).delete()
            if outfit is None or not deleted:  # deleted, or undone by another click
                continue
            if step.act == ReviewStep.Act.SKIP:
                removed = Func(
                    F("skipped_by"), Value(reviewer.pk), function="array_remove", output_field=_IDS
                )
                ReviewItem.objects.filter(outfit=outfit).update(skipped_by=removed)
            else:
                take_back(outfit.pk, reviewer.pk, step.before)
                record(
                    Action.STAFF_VERDICT_UNDONE,
                    request=request,
                    subject=outfit.owner_id,
                    outfit=outfit.pk,
                )
            undone.append(outfit.pk)
    return undone


def forget_old() -> int:
    """Delete steps that can no longer be undone. Returns how many there were."""
    old = ReviewStep.objects.filter(created__lt=timezone.now() - UNDONE_FOR)
    return old._raw_delete(old.db)


def _locked(outfit_id: uuid.UUID) -> Outfit:
    outfits = Outfit.objects.select_for_update(no_key=True).filter(pk=outfit_id)
    outfit = outfits.prefetch_related("predictions__release").first()
    if outfit is None:
        raise NotTheirs
    return outfit


def _release(reviewer: User, outfit: Outfit) -> bool:
    """End the reviewer's lease; whether they had one, and may still look at the photo."""
    if not reason_to_review(reviewer, outfit):
        return False
    mine = ReviewItem.objects.filter(outfit=outfit, claimed_by=reviewer)
    return bool(mine.update(claimed_by=None, lease_until=None))
