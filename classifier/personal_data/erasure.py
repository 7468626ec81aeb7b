"""Erasing an account: closed at once, in one transaction; then rows and objects go, in portions.

Closing needs the database only: nobody can sign in any more, every session ends (those in the list
of sessions with their rows, any other with its account), the name and the address are gone from the
row and free for others, and no page shows anything of it, shared links included. What is left,
photos, outfits and exports without anybody's name, a worker removes right after, each portion's
objects before its rows. If S3 or the worker is away, the row of the erasure stays and the schedule
goes on with it.
"""

import uuid

import structlog
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from classifier.accounts.end_access import end_all_access
from classifier.batches.unpacking import cancel_zips, key_of
from classifier.lifecycle.removal import remove_outfits
from classifier.lifecycle.wakeup import wake_maintenance
from classifier.models import Batch, Consent, Erasure, Export, Outfit
from classifier.personal_data.exports import remove_export
from classifier.reviews.verdicts import lock
from classifier.reviews.worth import withdraw
from classifier.storage import objects

log = structlog.get_logger(__name__)

PORTION = 500
"""Outfits that are removed in one transaction: S3 deletes their two objects each in one call."""


def close_account(user: User) -> Erasure:
    """Close the account now, for good, and have its data removed."""
    with transaction.atomic():
        end_all_access(user)
        EmailAddress.objects.filter(user=user).delete()
        Consent.objects.filter(owner=user).delete()
        asked = Outfit.everything.filter(owner=user, review_asked__isnull=False)
        lock(asked.values_list("pk", flat=True))
        asked.update(review_asked=None)
        withdraw(user.pk)
        closed = get_user_model().objects.select_for_update().get(pk=user.pk)
        closed.username = f"erased-{uuid.uuid4().hex}"
        closed.email = closed.first_name = closed.last_name = ""
        closed.is_active = closed.is_staff = closed.is_superuser = False
        closed.set_unusable_password()
        closed.save()
        erasure, _ = Erasure.objects.get_or_create(owner=closed)
        transaction.on_commit(wake_maintenance, robust=True)
    log.info("account_closed", owner=closed.pk)
    return erasure


def erase(owner_id: int) -> None:
    """Remove all that is left of a closed account, and the account.

    Raises StorageUnavailable: what was removed until then stays removed, the rest is done later.
    """
    batches = Batch.objects.filter(owner_id=owner_id)
    cancel_zips(Q(batch__in=batches))
    objects.remove(map(key_of, batches.values_list("pk", flat=True)))
    outfits = Outfit.everything.filter(owner_id=owner_id)
    while portion := list(outfits.values_list("pk", flat=True)[:PORTION]):
        remove_outfits(portion)
    for export_id in Export.objects.filter(owner_id=owner_id).values_list("pk", flat=True):
        remove_export(export_id)
    with transaction.atomic():
        # The lock holds up an upload that was on its way: its row finds no owner, or is found here.
        owner = get_user_model().objects.select_for_update().get(pk=owner_id)
        if outfits.exists() or Export.objects.filter(owner_id=owner_id).exists():
            return
        owner.delete()
    log.info("account_erased", owner=owner_id)
