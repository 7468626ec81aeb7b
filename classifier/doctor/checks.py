"""All checks by name, in the order in which they run. Help shows them: no Django here."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """A module of this package with a function `check`.

    `needs` names checks without which it cannot look. `slow`: it goes through all rows or objects.
    """

    name: str
    about: str
    needs: tuple[str, ...] = ()
    slow: bool = False


CHECKS = (
    Check("configuration", "settings that contradict each other or are missing"),
    Check("versions", "Python and packages other than those that are locked"),
    Check("data_folder", "who may read and write it"),
    Check("disk", "room in the data folder and for temporary files"),
    Check("database", "PostgreSQL answers"),
    Check("migrations", "the database is as this version wants it", ("database",)),
    Check("broker", "the broker answers"),
    Check("cache", "the cache keeps what it is given"),
    Check("storage", "S3 stores, returns and deletes a probe object"),
    Check("clock", "the clocks of this machine, of PostgreSQL and of S3 agree", ("database",)),
    Check("port", "the site answers at its address"),
    Check("mail", "the mail server takes us"),
    Check(
        "workers",
        "each queue has a worker with a release, and the schedule runs",
        ("broker", "cache", "migrations"),
    ),
    Check("leases", "outfits and jobs that a lost worker has left behind", ("migrations",)),
    Check("orphans", "objects without a row", ("migrations", "storage"), slow=True),
    Check("missing", "rows without their objects", ("migrations", "storage"), slow=True),
)
NAMES = tuple(check.name for check in CHECKS)


def chosen(names: Sequence[str], *, quick: bool = False) -> list[Check]:
    """Those of these names and what they need, or all; `quick` leaves out the slow ones."""
    wanted = set(names or NAMES)
    for check in reversed(CHECKS):  # what is needed comes before
        if check.name in wanted:
            wanted |= set(check.needs)
    return [
        check
        for check in CHECKS
        if check.name in wanted and not (quick and check.slow and check.name not in names)
    ]
