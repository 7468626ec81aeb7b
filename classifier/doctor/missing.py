"""Rows without their objects: outfits that show no photo, exports and releases that cannot be had.

Keys are made of ids, so the bucket lists objects in the order in which the database can list rows:
both are read once, side by side, and neither is held in memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from classifier.doctor.findings import Finding, Options, error, ok
from classifier.models import Export, Outfit, Release
from classifier.storage import objects
from classifier.storage.objects import ObjectMissing
from inference.bundle import SUMS

MOST = 1000
"""More are not looked at one by one: the bucket is lost, or it is another one."""
RESTORE = "Restore the bucket from a backup"


@dataclass(frozen=True)
class Kind:
    """Rows that have an object, and what to do about those that have none."""

    code: str
    what: str
    remedy: str


OUTFITS = Kind(
    "missing.outfits", "outfits have no photo in the bucket", f"{RESTORE}, or delete these outfits."
)
EXPORTS = Kind("missing.exports", "exports have no file", "Their owners can ask for another one.")
RELEASES = Kind(
    "missing.releases", "releases have no bundle", f"{RESTORE}, or `manage.py release add` it."
)


def check(_: Options) -> Iterator[Finding]:
    """Outfits by one walk along bucket and table, the few others one by one."""
    exports = Export.objects.filter(status=Export.Status.READY).values_list("key", flat=True)
    releases = Release.objects.exclude(status=Release.Status.RETIRED)
    bundles = (f"{prefix}{SUMS}" for prefix in releases.values_list("bundle_key", flat=True))
    wrong = [
        *_finding(OUTFITS, _gone(_without_object())),
        *_finding(EXPORTS, filter(_is_gone, exports)),
        *_finding(RELEASES, filter(_is_gone, bundles)),
    ]
    yield from wrong or [ok("missing.ok", "Every row has its objects.")]


def _finding(kind: Kind, keys: Iterator[str]) -> Iterator[Finding]:
    found = list(keys)
    if found:
        more = "at least " if len(found) >= MOST else ""
        rest = ", ..." if len(found) > 1 else ""
        said = f"{more}{len(found)} {kind.what} ({found[0]}{rest})."
        yield error(kind.code, said[:1].upper() + said[1:], kind.remedy)


def _without_object() -> Iterator[str]:
    """Keys of outfits that the listing does not have. Both ascend, and so does their difference."""
    there = (key for key, _changed in objects.listing(objects.OUTFITS))
    at = next(there, None)
    rows = Outfit.everything.order_by("pk").values_list("photo_key", "thumb_key")
    for row in rows.iterator():
        for wanted in sorted(row):
            while at is not None and at < wanted:
                at = next(there, None)
            if at != wanted:
                yield wanted


def _gone(keys: Iterator[str]) -> Iterator[str]:
    """Those that are really missing: rows and objects came and went while both were read."""
    found = 0
    for key in keys:
        if found < MOST and _is_gone(key) and Outfit.everything.filter(pk=_id(key)).exists():
            found += 1
            yield key


def _id(key: str) -> str:
    return key.removeprefix(objects.OUTFITS).partition("/")[0]


def _is_gone(key: str) -> bool:
    try:
        objects.size(key)
    except ObjectMissing:
        return True
    return False
