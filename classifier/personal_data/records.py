"""All that is known of one person, in JSON's types: what an export tells."""

import base64
import struct
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet

from classifier.models import (
    DeletedOutfits,
    Outfit,
    PersonalAnswer,
    Prediction,
    Preferences,
    Purpose,
    SharedRecap,
    TrainingSplit,
)
from classifier.personal_data.suggestions import suggestions_of
from classifier.personalization.switch import adapts_to


def account_of(owner: User) -> dict[str, Any]:
    """The account: name, address, dates, and what was consented to and when."""
    return {
        "username": owner.get_username(),
        "email": owner.email,
        "joined": owner.date_joined.isoformat(),
        "last_sign_in": owner.last_login.isoformat() if owner.last_login else None,
        "time_zone": _time_zone(owner),
        "answers_learn_from_corrections": adapts_to(owner.pk),
        "suggestions": suggestions_of(owner),
        "photos_may_train_the_model": _said(owner, Purpose.TRAINING),
        "photos_only_test_the_model": _held_out(owner),
        "may_be_researched": _said(owner, Purpose.RESEARCH),
        "shared_months": {
            f"{each.month:%Y-%m}": each.created.isoformat()
            for each in SharedRecap.objects.filter(owner=owner).order_by("month")
        },
        "outfits_deleted_by_day": {
            each.day.isoformat(): each.outfits
            for each in DeletedOutfits.objects.filter(owner=owner).order_by("day")
        },
    }


def _said(owner: User, purpose: Purpose) -> list[dict[str, Any]]:
    """What was consented to for this purpose, and when."""
    return [
        {"given": each.given, "changed": each.changed.isoformat()}
        for each in owner.consents.filter(purpose=purpose).order_by("changed", "pk")
    ]


def _time_zone(owner: User) -> str | None:
    preferences = Preferences.objects.filter(owner=owner).first()
    return preferences.time_zone if preferences else None


def _held_out(owner: User) -> bool | None:
    """None: none of their photos was ever taken for training."""
    side = TrainingSplit.objects.filter(owner=owner).first()
    return side.held_out if side else None


def rows_of(outfits: QuerySet[Outfit], missing: set[str]) -> Iterator[dict[str, Any]]:
    """What is known of each outfit; `missing` are the keys of photos that are gone."""
    detailed = outfits.prefetch_related(
        "predictions__release",
        "predictions__reviews",
        "predictions__personal",
        "worn_days",
    ).select_related("share", "binned")
    for outfit in detailed.iterator(chunk_size=500):
        binned = getattr(outfit, "binned", None)
        yield {
            "id": str(outfit.pk),
            "uploaded": outfit.created.isoformat(),
            "day": outfit.day.isoformat(),
            "day_from": outfit.day_source,
            "name": outfit.original_name,
            "came_from": outfit.source,
            "photo": None if outfit.photo_key in missing else photo_name(outfit),
            "width": outfit.width,
            "height": outfit.height,
            "sha256_of_upload": outfit.sha256,
            "wardrobe": outfit.wardrobe,
            "status": binned.was if binned else outfit.status,
            "in_bin_since": binned.since.isoformat() if binned else None,
            "kind": outfit.kind,
            "style": outfit.style,
            "certainty": outfit.certainty,
            "note": outfit.note,
            "tags": outfit.tags,
            "favorite": outfit.favorite,
            "worn_again": [each.day.isoformat() for each in outfit.worn_days.all()],
            "palette": outfit.palette,
            "shared": outfit.share.created.isoformat() if hasattr(outfit, "share") else None,
            "staff_asked_to_look": outfit.review_asked.isoformat() if outfit.review_asked else None,
            "error": outfit.error_code,
            "classified": outfit.classified.isoformat() if outfit.classified else None,
            "first_seen_on": outfit.seen_on.isoformat() if outfit.seen_on else None,
            "predictions": [
                _prediction(each)
                for each in sorted(outfit.predictions.all(), key=lambda each: each.created)
            ],
        }


def _prediction(prediction: Prediction) -> dict[str, Any]:
    ids = prediction.release.styles.ids
    embedding = struct.pack(f"<{len(prediction.embedding)}e", *prediction.embedding)
    return {
        "model": prediction.release.name,
        "created": prediction.created.isoformat(),
        "shown": prediction.shown,
        "kind": prediction.kind,
        "kinds": dict(zip(Prediction.Kind.values, prediction.gate, strict=True))
        if prediction.gate
        else None,
        "style": prediction.style,
        "styles_it_may_be": prediction.style_set,
        "confidence": prediction.confidence,
        "sure": prediction.decided,
        "probabilities": dict(zip(ids, prediction.probabilities, strict=True)),
        "activation_map": base64.b64encode(bytes(prediction.activation_map)).decode(),
        "embedding": base64.b64encode(embedding).decode(),
        "for_you": _personal(prediction),
        "reviews": [
            {
                # A member of staff is not named: that is their data, not the owner's.
                "by": review.role,
                "verdict": review.verdict,
                "answer": review.answer,
                "style": review.style,
                "note": review.note,
                "created": review.created.isoformat(),
            }
            for review in sorted(prediction.reviews.all(), key=lambda each: each.created)
        ],
    }


def _personal(prediction: Prediction) -> dict[str, Any] | None:
    """What it would be in the owner's words, where they had said enough to tell."""
    personal: PersonalAnswer | None = getattr(prediction, "personal", None)
    if personal is None:
        return None
    ids = prediction.release.styles.ids
    return {
        "style": personal.style,
        "confidence": personal.confidence,
        "probabilities": dict(zip(ids, personal.probabilities, strict=True)),
        "outfits_you_named": personal.told,
        "similar_ones_of_that_style": personal.similar,
        "created": personal.created.isoformat(),
    }


def photo_name(outfit: Outfit) -> str:
    """The name of its photo in the archive."""
    return f"photos/{outfit.created:%Y-%m-%d}-{outfit.pk}.jpg"
