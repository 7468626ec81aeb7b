"""`python -m tests.support.reviewing OWNER REVIEWER ...`: reviewers may look at OWNER's photos now.

Runs with the product's environment. OWNER (a name or an address) consents, the review queue is
filled at once, as maintenance does in a while, and the reviewers' passwords are their names.
"""

import subprocess
import sys
from functools import partial

import django

from tests.support.client import Visitor
from tests.support.starting import ROOT, Up, environment, wait_until

FILL_S = 300


def prepare(up: Up, owner: str, *reviewers: str) -> None:
    """Run this module in the product's environment."""
    subprocess.run(
        [sys.executable, "-m", "tests.support.reviewing", owner, *reviewers],
        cwd=ROOT,
        env=environment(up.data, DJANGO_SETTINGS_MODULE="fasi_site.settings"),
        check=True,
    )


def upload_all(owner: Visitor, photos: list[bytes]) -> None:
    """Upload the photos and wait until all are classified."""
    for outfit_id in [owner.upload(photo).outfit_id for photo in photos]:
        page = f"{owner.address}/outfits/{outfit_id}/"
        wait_until(partial(_is_done, owner, page), "it is classified")


def _is_done(owner: Visitor, page: str) -> bool:
    return 'data-status="done"' in owner.session.get(page, timeout=10).text


def main(owner: str, *reviewers: str) -> None:
    """Make the reviewers, record the consent, fill the queue."""
    django.setup()
    from django.contrib.auth.models import Permission, User
    from django.db.models import Q

    from classifier.personal_data.consents import record_consent
    from classifier.reviews.filling import fill

    for name in reviewers:
        person = User.objects.create_user(name, f"{name}@localhost", name, is_staff=True)
        person.user_permissions.set(Permission.objects.filter(codename="change_prediction"))
    record_consent(User.objects.get(Q(username=owner) | Q(email=owner)).pk, True)
    fill(FILL_S)


if __name__ == "__main__":
    main(*sys.argv[1:])
