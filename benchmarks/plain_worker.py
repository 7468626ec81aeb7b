"""The worker of most tutorials, to compare with: one Celery task per photo.

It opens the full photo, calls Keras' `predict` and saves, once each, with Celery's defaults:
a process for each core.
"""

import os
from functools import cache
from io import BytesIO
from typing import Any

import django
import numpy as np
from celery import Celery
from PIL import Image

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fasi_site.settings")
QUEUE = TASK = "plain.classify"

app = Celery("plain", broker=os.environ.get("FASI_BROKER_URL"))
app.conf.worker_hijack_root_logger = False


@cache
def _model() -> Any:
    import keras
    from django.conf import settings

    return keras.models.load_model(
        settings.BASE_DIR / "models" / "starter" / "style.keras", compile=False, safe_mode=True
    )


@app.task(name=TASK, ignore_result=True)
def classify(outfit_id: str) -> None:
    """Classify one photo."""
    django.setup()
    from django.utils import timezone

    from classifier.models import Outfit, Prediction, Release
    from classifier.storage import objects

    outfit = Outfit.objects.get(pk=outfit_id)
    release = Release.objects.get(status=Release.Status.ACTIVE)
    photo = Image.open(BytesIO(objects.get(outfit.photo_key))).convert("RGB").resize((224, 224))
    answer = _model().predict(np.asarray(photo)[None], verbose=0)
    probabilities = answer["probabilities"][0]
    top = int(probabilities.argmax())
    Prediction.objects.create(
        outfit=outfit,
        release=release,
        probabilities=probabilities.tolist(),
        style=release.styles.ids[top],
        confidence=float(probabilities[top]),
        decided=True,
        activation_map=bytes(49),
        embedding=answer["embedding"][0].tolist(),
        milliseconds=0.0,
    )
    outfit.status = Outfit.Status.DONE
    outfit.classified = timezone.now()
    outfit.save()
