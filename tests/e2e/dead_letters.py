"""`python -m tests.e2e.dead_letters`: dead letters of the demo user, and staff / staff to see them.

Runs with the product's environment. Each fails as it does in a worker; the transaction keeps the
real one from being quicker.
"""

from datetime import timedelta

import django

STORIES = (
    ("object_broken",),
    ("storage_unavailable", "storage_unavailable", "timed_out"),
    ("worker_lost", "worker_lost", "worker_lost"),
    ("object_missing",),
    ("engine_error", "storage_unavailable", "engine_error"),
)
SAID = {
    "object_broken": "OSError: image file is truncated (12 bytes not processed)",
    "object_missing": "no object outfits/…/thumb.jpg",
    "storage_unavailable": "could not fetch the thumb: Read timeout on endpoint URL",
    "timed_out": "The task's soft time limit ran out.",
    "worker_lost": "The lease ran out: the worker was killed, froze or lost its database.",
    "engine_error": "RuntimeError('the model gave no finite number')",
}


def main() -> None:
    """Make them; what is there already is left alone."""
    django.setup()
    from django.contrib.auth.models import User
    from django.core.files.base import ContentFile
    from django.db import transaction
    from django.utils import timezone

    from classifier.lifecycle.attempts import fail, put_back
    from classifier.lifecycle.claims import claim_outfits
    from classifier.lifecycle.failures import Failure
    from classifier.models import Outfit
    from classifier.uploads.accept import accept_photo
    from tests.support.images import outfit_jpeg

    if not User.objects.filter(username="staff").exists():
        User.objects.create_superuser("staff", "staff@localhost", "staff")
    demo = User.objects.get(username="demo")
    for number, story in enumerate(STORIES):
        photo = ContentFile(outfit_jpeg(60 + number), name=f"monday-{number + 1}.jpg")
        with transaction.atomic():
            accepted = accept_photo(demo.pk, photo)
            for reason in () if accepted.seen_before else story:
                # The transaction's time stands still: what it writes now comes after it.
                past = timezone.now() - timedelta(minutes=1)
                Outfit.objects.filter(pk=accepted.outfit.pk).update(not_before=past)
                claims = claim_outfits(f"worker-{number % 2 + 1}@host-a", 1)
                end = fail if reason.startswith("object") else put_back
                end(claims, Failure(reason), SAID[reason])


if __name__ == "__main__":
    main()
