"""Objects without a row: bytes that nobody can see or delete."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from classifier.doctor.findings import Finding, Options, error, ok, warning
from classifier.orphans import orphans

LONGEST = timedelta(days=1)
"""No object without a row may outlive it: the cleaning comes each six hours."""
REMEDY = (
    "`worker.remove_orphans` deletes them each six hours: see that `workers` finds nothing, and"
    " look for `orphans_removed` in the log of the maintenance process."
)


def check(options: Options) -> Iterator[Finding]:
    """List the bucket and look each id up."""
    now = timezone.now()
    count, old, first = 0, 0, ""
    for key, changed in orphans(now - options.orphan_age):
        count, first = count + 1, first or key
        old += changed < now - LONGEST
    if not count:
        yield ok("orphans.ok", "Every object has its row.")
        return
    said = f"{count} objects have no row ({first}{', ...' if count > 1 else ''})"
    if old:
        yield error("orphans.old", f"{said}, {old} of them for more than a day.", REMEDY)
    else:
        yield warning("orphans.found", f"{said}.", REMEDY)
