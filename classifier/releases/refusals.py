"""Why a release may not serve: asked before it is registered, and again before it is promoted."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from classifier.models import Release, Review
from classifier.wording.particles import particles
from inference.bundle import sums_digest
from inference.signatures import key_id
from inference.taxonomy import Taxonomy

STARTER = settings.BASE_DIR / "models" / "starter"


class ReleaseRefused(Exception):
    """A release that must not go where it was to go; the message is one sentence that says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(particles(sentence))


def shipped_sha256() -> str:
    """Of the bundle that lies beside this code, and is trusted as the code is."""
    return sums_digest(STARTER)


def check_signature(release: Release) -> None:
    """Raise ReleaseRefused where no worker would load it for want of a signature."""
    if settings.FASI_UNSIGNED_RELEASES or release.sha256 == shipped_sha256():
        return
    if not release.signed_by:
        text = _("%(name)s is not signed: sign its bundle (manage.py release sign), add it again.")
        raise ReleaseRefused(text % {"name": release.name})
    if release.signed_by not in map(key_id, settings.FASI_RELEASE_KEYS):
        text = _("%(name)s is signed by the key %(key)s, which is not among FASI_RELEASE_KEYS.")
        raise ReleaseRefused(text % {"name": release.name, "key": release.signed_by})


def check_styles(name: str, taxonomy: Taxonomy) -> None:
    """Raise ReleaseRefused for other styles than the active release's while there are reviews.

    Corrections name styles: with others, half of them would say nothing of the new release. Names,
    descriptions, wardrobes and the order may differ.
    """
    active = Release.objects.filter(status=Release.Status.ACTIVE).only("name", "taxonomy").first()
    if active is None or not Review.objects.exists():
        return
    new, old = set(taxonomy.ids), set(active.styles.ids)
    if new == old:
        return
    parts = [
        text % {"styles": ", ".join(sorted(styles))}
        for text, styles in (
            (_("it lacks %(styles)s"), old - new),
            (_("it adds %(styles)s"), new - old),
        )
        if styles
    ]
    text = _(
        "%(name)s has other styles than %(active)s: %(what)s. Existing reviews use the current"
        " styles."
    )
    raise ReleaseRefused(text % {"name": name, "active": active.name, "what": ", ".join(parts)})


def check_age(name: str, taxonomy: Taxonomy, made: datetime | None) -> None:
    """Raise ReleaseRefused for a bundle that is older than one of the same taxonomy.

    An old bundle with a good signature is still an old one: whoever can replay it could bring back
    what a newer one mended.
    """
    known = Release.objects.filter(taxonomy__id=taxonomy.id, made__isnull=False)
    newest = known.order_by("-made").only("name", "made").first()
    if made is None:
        text = _(
            "%(name)s has an old format, without a probe or a date. Use --allow-older to add it "
            "anyway."
        )
        raise ReleaseRefused(text % {"name": name})
    if newest is not None and newest.made is not None and made < newest.made:
        text = _(
            "%(name)s was made %(made)s, before %(newest)s of the same taxonomy (%(then)s). Use "
            "--allow-older to add it anyway."
        )
        moments = {"made": f"{made:%Y-%m-%d %H:%M}", "then": f"{newest.made:%Y-%m-%d %H:%M}"}
        raise ReleaseRefused(text % {"name": name, "newest": newest.name, **moments})
