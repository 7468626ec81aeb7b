"""Every change of a release's status, as guarded updates: who comes second changes nothing.

    candidate ─┬─> shadow ─┬─> active ──> retired
               └───────────┘      ^          │
                                  └──────────┘  (promoted again, or rolled back to)

`roll_back` takes the newest activation back and makes the release before it active again. Rolled
back once more, it goes one further into the past, never forth to what was taken back: only
`promote` brings that back. Each change is audited, in its own transaction.
"""

from collections.abc import Iterable
from typing import Any

import structlog
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.translation import gettext as _

from classifier.audit import Action, record
from classifier.models import Activation, Release
from classifier.releases.refusals import ReleaseRefused, check_signature, check_styles

Status = Release.Status

log = structlog.get_logger(__name__)

PROMOTED_FROM = (Status.CANDIDATE, Status.SHADOW, Status.RETIRED)
SHADOWED_FROM = (Status.CANDIDATE, Status.RETIRED)
RETIRED_FROM = (Status.CANDIDATE, Status.SHADOW)


def promote(release: Release, *, request: HttpRequest | None = None) -> None:
    """Make this release the one that workers load; the one before it retires.

    Raises ReleaseRefused.
    """
    with transaction.atomic():
        active = _locked_active()
        if active is not None and active.pk == release.pk:
            raise ReleaseRefused(_("%(name)s is already active.") % {"name": release.name})
        check_signature(release)
        check_styles(release.name, release.styles)
        _retire_active(active)
        _move(release, Status.ACTIVE, PROMOTED_FROM)
        Activation.objects.create(release=release, by_id=_who(request))
        _write_down(Action.RELEASE_ACTIVATED, release, request, active)


def roll_back(expected: str = "", *, request: HttpRequest | None = None) -> Release:
    """Make the release active that was so before, and return it; the present one retires.

    `expected` is the name of the release that was active when somebody decided: where another is
    now, nothing is done, so that a second click does not go one further. Raises ReleaseRefused.
    """
    with transaction.atomic():
        active = _locked_active()
        if active is None or (expected and active.name != expected):
            text = _("%(name)s is no longer active. Active release: %(now)s.")
            now = active.name if active else "—"
            raise ReleaseRefused(text % {"name": expected or "—", "now": now})
        before = before_active(active)
        if before is None:
            text = _("No release was active before %(name)s.")
            raise ReleaseRefused(text % {"name": active.name})
        check_signature(before.release)
        _retire_active(active)
        _move(before.release, Status.ACTIVE, PROMOTED_FROM)
        Activation.objects.filter(taken_back=None, pk__gt=before.pk).update(taken_back=Now())
        _write_down(Action.RELEASE_ROLLED_BACK, before.release, request, active)
    return before.release


def start_shadow(release: Release, *, request: HttpRequest | None = None) -> None:
    """Let this release predict beside the active one, unseen. Raises ReleaseRefused."""
    with transaction.atomic():
        _locked_active()
        check_signature(release)
        check_styles(release.name, release.styles)
        _move(release, Status.SHADOW, SHADOWED_FROM)
        _write_down(Action.RELEASE_SHADOWED, release, request)


def retire(release: Release, *, request: HttpRequest | None = None) -> None:
    """Put away a release that does not serve. Raises ReleaseRefused."""
    with transaction.atomic():
        _locked_active()
        _move(release, Status.RETIRED, RETIRED_FROM)
        _write_down(Action.RELEASE_RETIRED, release, request)


def before_active(active: Release) -> Activation | None:
    """What `roll_back` would return to."""
    standing = Activation.objects.filter(taken_back=None).exclude(release=active)
    return standing.select_related("release").order_by("-pk").first()


def _locked_active() -> Release | None:
    """The active release. Whoever else changes a status waits until this transaction ends.

    Predictions refer to releases: a lock without the key lets workers go on writing them.
    """
    rows = Release.objects.select_for_update(no_key=True).order_by("pk").defer("metrics")
    return next((each for each in rows if each.status == Status.ACTIVE), None)


def _retire_active(active: Release | None) -> None:
    if active is not None:
        Release.objects.filter(pk=active.pk, status=Status.ACTIVE).update(status=Status.RETIRED)


def _move(release: Release, status: Release.Status, among: Iterable[Release.Status]) -> None:
    moved = Release.objects.filter(pk=release.pk, status__in=tuple(among)).update(status=status)
    if moved != 1:
        found = Release.objects.filter(pk=release.pk).only("status").first()
        text = _("%(name)s cannot become %(status)s: it is %(now)s.")
        now = found.get_status_display() if found else "—"
        raise ReleaseRefused(text % {"name": release.name, "status": status.label, "now": now})
    release.status = status


def _write_down(
    action: Action, release: Release, request: HttpRequest | None, before: Release | None = None
) -> None:
    details: dict[str, Any] = {"release": release.name, "sha256": release.sha256}
    if before is not None:
        details["before"] = before.name
    record(action, request=request, **details)
    log.info(str(action), **details)


def _who(request: HttpRequest | None) -> int | None:
    user = getattr(request, "user", None)
    return user.pk if user is not None and user.is_authenticated else None
