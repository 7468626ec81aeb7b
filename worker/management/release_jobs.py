"""`manage.py release shadow|backfill|compare`: what releases do unseen, and what they are worth."""

import json
from typing import Any

from django.core.management.base import CommandError

from classifier.audit import Action, record
from classifier.lifecycle.wakeup import wake_backfill
from classifier.models import Backfill, Release
from classifier.releases import backfills, lifecycle
from classifier.releases.comparing import comparison_of
from classifier.releases.comparison import Rule, judge
from classifier.releases.statistics import Interval
from classifier.releases.wording import as_json, sentence

CHANGES = {"pause": backfills.pause, "resume": backfills.resume, "cancel": backfills.cancel}


def add_arguments(commands: Any) -> None:
    """The subcommands `backfill` and `compare`."""
    backfill = commands.add_parser("backfill", help="let it predict old outfits, in the background")
    backfill.add_argument("name")
    backfill.add_argument("--reviewed", action="store_true", help="only those that were reviewed")
    change = backfill.add_mutually_exclusive_group()
    for name in CHANGES:
        change.add_argument(
            f"--{name}", action="store_const", const=name, dest="change", help="the one under way"
        )
    compare = commands.add_parser(
        "compare", help="two releases on reviewed outfits, and whether to promote the second"
    )
    compare.add_argument("active", help="the release that serves")
    compare.add_argument("candidate", help="the one that may be better")
    compare.add_argument("--json", action="store_true", help="everything, for programs")


def release_called(name: str) -> Release:
    """Raises CommandError where there is none."""
    release = Release.objects.filter(name=name).first()
    if release is None:
        raise CommandError(f"There is no release {name!r}; see: release list.")
    return release


def shadow(options: dict[str, Any]) -> str:
    """Put it in shadow, or change the share of one that is."""
    release = release_called(options["name"])
    if not 0 < options["share"] <= 1:
        raise CommandError("--share is more than 0 and at most 1.")
    if release.status != Release.Status.SHADOW:
        lifecycle.start_shadow(release)
    job = backfills.start_shadow(release, options["share"])
    _write_down(Action.BACKFILL_STARTED, job, "shadow")
    wake_backfill()
    return f"{release.name}: {release.status}, {job.share:.0%} of the new photos"


def backfill(options: dict[str, Any]) -> str:
    """Begin one, or change the one that is not over."""
    release = release_called(options["name"])
    if options["change"]:
        return _changed(release, options["change"])
    scope = Backfill.Scope.REVIEWED if options["reviewed"] else Backfill.Scope.ALL
    job = backfills.start_backfill(release, scope)
    _write_down(Action.BACKFILL_STARTED, job, "start")
    wake_backfill()
    return f"{release.name} predicts {job.total} outfits in the background."


def _changed(release: Release, change: str) -> str:
    jobs = [job for job in backfills.jobs_of(release) if job.kind == Backfill.Kind.BACKFILL]
    done = [job for job in jobs if CHANGES[change](job.pk)]
    if not done:
        raise CommandError(f"{release.name} has no backfill that this could be done to.")
    for job in done:
        _write_down(Action.BACKFILL_CHANGED, job, change)
        job.refresh_from_db()
    wake_backfill()
    return "\n".join(f"{job.kind}: {job.status}, {job.done} of {job.total}" for job in done)


def compare(options: dict[str, Any]) -> str:
    """The comparison in a few lines, or all of it as JSON."""
    active, candidate = release_called(options["active"]), release_called(options["candidate"])
    comparison, rule = comparison_of(active, candidate), Rule.from_settings()
    judgement = judge(comparison, rule)
    if options["json"]:
        return json.dumps(as_json(judgement, comparison, rule), indent=2)
    photos = "photo" if comparison.photos == 1 else "photos"
    people = "person" if comparison.people == 1 else "people"
    lines = [
        sentence(judgement, comparison, rule),
        f"{comparison.photos} reviewed {photos} of {comparison.people} {people}",
        f"{active.name}: right on {_share(comparison.active)},"
        f" ECE {comparison.trust_active.error:.3f}",
        f"{candidate.name}: right on {_share(comparison.candidate)},"
        f" ECE {comparison.trust_candidate.error:.3f}",
        f"only the first is right: {comparison.only_active}; only the second:"
        f" {comparison.only_candidate}; McNemar's exact test: p = {comparison.p:.4f}",
    ]
    lines += [
        f"  {each.style:20} {each.photos:6} photos {each.active.value:7.1%}"
        f" {each.candidate.value:7.1%} {100 * each.gain.value:+6.1f} points"
        for each in comparison.styles
    ]
    return "\n".join(lines)


def _share(interval: Interval) -> str:
    return f"{interval.value:.1%} ({interval.low:.1%} to {interval.high:.1%})"


def _write_down(action: Action, job: Backfill, what: str) -> None:
    record(action, release=job.release.name, kind=job.kind, what=what)
