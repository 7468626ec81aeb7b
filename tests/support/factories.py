"""Rows that tests make up: histories with chosen styles and days, and dead letters."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from django.contrib.auth.models import User
from django.utils import timezone

from classifier.lifecycle.attempts import fail
from classifier.lifecycle.claims import claim_outfits
from classifier.lifecycle.failures import Failure
from classifier.models import Outfit, Prediction, Release

EMBEDDING = 256


def add_outfit(
    owner: User,
    release: Release,
    style: str,
    *,
    days_ago: float = 0,
    confidence: float = 1.0,
    look: Sequence[float] = (1.0,),
    kind: str = "outfit",
    style_set: Sequence[str] = (),
) -> Prediction:
    """A classified outfit of some days ago, a row without photos; see `add_prediction`."""
    created = timezone.now() - timedelta(days=days_ago)
    outfit_id = uuid.uuid4()
    outfit = Outfit.objects.create(
        id=outfit_id,
        owner=owner,
        sha256=hashlib.sha256(outfit_id.bytes).hexdigest(),
        width=480,
        height=720,
        stored_bytes=1,
        photo_key=f"outfits/{outfit_id}/photo.jpg",
        thumb_key=f"outfits/{outfit_id}/thumb.jpg",
        status=Outfit.Status.DONE,
        created=created,
        day=created.date(),
        classified=created,
    )
    return add_prediction(
        outfit, release, style, confidence=confidence, look=look, kind=kind, style_set=style_set
    )


def another_release(release: Release, name: str = "other") -> Release:
    """A candidate that knows the same styles; it has no bundle."""
    return Release.objects.create(
        name=name,
        bundle_key=f"bundles/{name}/",
        sha256=hashlib.sha256(name.encode()).hexdigest(),
        taxonomy=release.taxonomy,
    )


def add_prediction(
    outfit: Outfit,
    release: Release,
    style: str,
    *,
    confidence: float = 1.0,
    look: Sequence[float] = (1.0,),
    kind: str = "outfit",
    style_set: Sequence[str] = (),
    shown: bool = True,
) -> Prediction:
    """What the release said of it; `look` begins the embedding, zeros end it.

    What the confidence leaves goes in equal parts to the other styles. One that is `shown` speaks
    for the outfit from now on; another changes nothing of it.
    """
    ids = release.styles.ids
    rest = (1 - confidence) / (len(ids) - 1)
    worn = kind == "outfit"
    decided = worn and confidence >= 0.5
    certainty = Outfit.Certainty.SURE if decided else Outfit.Certainty.UNSURE
    if shown:
        outfit.predictions.update(shown=False)
        Outfit.objects.filter(pk=outfit.pk).update(
            kind=kind, style=style if worn else "", certainty=certainty if worn else ""
        )
    vector = np.zeros(EMBEDDING)
    vector[: len(look)] = look
    return Prediction.objects.create(
        outfit=outfit,
        release=release,
        probabilities=[confidence if each == style else rest for each in ids],
        kind=kind,
        gate=[float(kind == each) for each in ("outfit", "people", "none")],
        style=style,
        style_set=list(style_set),
        confidence=confidence,
        decided=decided,
        activation_map=bytes(49),
        embedding=(vector / np.linalg.norm(vector)).tolist(),
        milliseconds=1.0,
        shown=shown,
    )


def make_dead_letter(outfit: Outfit, reason: Failure = Failure.OBJECT_BROKEN) -> Outfit:
    """Make it a dead letter as a worker does."""
    (claim,) = claim_outfits("w", 1)
    assert claim.outfit_id == outfit.pk
    fail([claim], reason, f"{reason} of old")
    outfit.refresh_from_db()
    assert outfit.status == "failed"
    return outfit
