"""What a page shows of a trial: its card, and the model's answer as a prediction without a row."""

import uuid
from collections.abc import Mapping
from typing import Any

from classifier.history import card_drawing, sharing
from classifier.models import Outfit, Prediction, Release
from classifier.trials import lane


def prediction_of(said: Mapping[str, Any]) -> Prediction | None:
    """The prediction that a worker described; None where its release is gone."""
    values = dict(said)
    release = Release.objects.defer("metrics").filter(pk=values.pop("release")).first()
    return Prediction(release=release, **values) if release else None


def card_of(trial_id: uuid.UUID) -> bytes | None:
    """The card to save, as owners have it, drawn once; None where there is none.

    Raises RedisError.
    """
    if known := lane.card(trial_id):
        return known
    with card_drawing.one_at_a_time:  # many requests at once cost one drawing
        return lane.card(trial_id) or _drawn(trial_id)


def _drawn(trial_id: uuid.UUID) -> bytes | None:
    trial, photo = lane.look(trial_id), lane.photo(trial_id)
    prediction = prediction_of(trial.said) if trial and trial.said else None
    if photo is None or prediction is None or prediction.kind != Prediction.Kind.OUTFIT:
        return None
    sure = Outfit.Certainty.SURE if prediction.decided else Outfit.Certainty.UNSURE
    card = sharing.draw(photo, prediction, prediction.style, sure)
    lane.keep_card(trial_id, card)
    return card
