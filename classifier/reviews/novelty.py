"""How unlike the training photos a photo to review is. For workers: needs numpy.

A model learns most from photos that those it knows do not cover, the farthest from what is labelled
(Sener and Savarese, "Active Learning for Convolutional Neural Networks: A Core-Set Approach",
2018). How far that is says the embedding's distance to its nearest training photos
(`inference.reference`). On its own it prefers what is merely odd (Settles, "Active Learning
Literature Survey", 2009, 3.6), so it is one reason among others, and only an outfit has it.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection

import numpy as np
from django.db.models import F, Q

from classifier.models import Consent, Outfit, Prediction, Release
from classifier.references import reference_of
from classifier.reviews.worth import Far

USUAL = 0.9
"""Up to this share of its distances to validation photos a release is at home: 0; beyond all: 1.

So a photo is told to be far (`worth.SAID_FROM`) where it is farther than 95 % of those, which is
what drift calls unusual, too.
"""


def measured(outfits: Collection[uuid.UUID]) -> dict[uuid.UUID, Far]:
    """How far those are of which it is not known yet and which staff may look at.

    Outfits of a release without a reference are left out. Raises StorageUnavailable.
    """
    owners = Outfit.objects.filter(pk__in=outfits).order_by().values("owner").distinct()
    consenting = list(Consent.objects.owners().filter(pk__in=owners).values_list("pk", flat=True))
    allowed = Q(outfit__review_asked__isnull=False) | Q(outfit__owner__in=consenting)
    shown = Prediction.objects.filter(
        allowed, outfit__in=outfits, outfit__status=Outfit.Status.DONE, shown=True
    )
    new = shown.filter(kind=Prediction.Kind.OUTFIT).exclude(outfit__review_item__far_of=F("pk"))
    by_release = defaultdict(list)
    for pk, outfit_id, release_id, embedding in new.values_list(
        "pk", "outfit", "release", "embedding"
    ):
        by_release[release_id].append((pk, outfit_id, embedding))
    found = {}
    for release in Release.objects.in_bulk(by_release).values():
        reference = reference_of(release)
        if reference is None:
            continue
        rows = by_release[release.pk]
        embeddings = np.array([embedding for _, _, embedding in rows], np.float32)
        unusual = reference.unusualness(reference.distances_of(embeddings))
        far = np.clip((unusual - USUAL) / (1 - USUAL), 0, 1)
        for (pk, outfit_id, _), value in zip(rows, far.tolist(), strict=True):
            found[outfit_id] = Far(pk, round(value, 4))
    return found
