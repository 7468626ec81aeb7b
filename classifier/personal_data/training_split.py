"""Whose photos are held out: they test models and train none.

By owner, so that nobody's photos are on both sides, and for good: what a model has once trained on
must not test the next, nor the other way round. So the side is decided by a keyed hash when
somebody's photos are first exported, and kept in a row; another secret key or share changes it for
nobody.
"""

from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.crypto import salted_hmac

from classifier.models import TrainingSplit


def held_out(owner_ids: Iterable[int]) -> set[int]:
    """Those of these people whose photos are held out; decides it for who is new.

    Raises ImproperlyConfigured where the share is none: what is decided holds for good.
    """
    if not 0 <= settings.FASI_HOLDOUT_SHARE <= 1:
        text = f"FASI_HOLDOUT_SHARE ({settings.FASI_HOLDOUT_SHARE}) must be from 0 to 1."
        raise ImproperlyConfigured(text)
    people = set(owner_ids)
    known = TrainingSplit.objects.filter(owner__in=people)
    new = people - set(known.values_list("owner", flat=True))
    TrainingSplit.objects.bulk_create(
        [TrainingSplit(owner_id=each, held_out=_falls_out(each)) for each in sorted(new)],
        ignore_conflicts=True,  # another export may decide the same at the same time
    )
    return set(known.filter(held_out=True).values_list("owner", flat=True))


def _falls_out(owner_id: int) -> bool:
    digest = salted_hmac("fasi.training_split", str(owner_id), algorithm="sha256").digest()
    share: float = settings.FASI_HOLDOUT_SHARE
    return int.from_bytes(digest[:8], "big") < share * 2**64
