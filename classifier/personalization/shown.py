"""What a person was shown lately: so that the next list is another one."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from classifier.models import Suggested

REMEMBERED = 96
"""Items of some lists; older ones may come again."""

_REMEMBER = """
    INSERT INTO classifier_suggested AS known (owner_id, items, newest, variant, shown, changed)
    VALUES (%(owner)s, %(items)s::uuid[], %(count)s, %(variant)s, %(count)s, now())
    ON CONFLICT (owner_id) DO UPDATE SET
        items = (known.items || excluded.items)[
            greatest(1, cardinality(known.items) + %(count)s - %(most)s + 1):
        ],
        newest = excluded.newest,
        shown = excluded.shown
            + CASE WHEN known.variant = excluded.variant THEN known.shown ELSE 0 END,
        variant = excluded.variant, changed = now()
"""


@dataclass(frozen=True)
class Shown:
    """`lately`: all that is remembered; `just_now`: the last list."""

    lately: tuple[UUID, ...] = ()
    just_now: tuple[UUID, ...] = ()


def shown_to(owner_id: int) -> Shown:
    """What this person was shown."""
    known = Suggested.objects.filter(owner=owner_id).first()
    if known is None:
        return Shown()
    return Shown(tuple(known.items), tuple(known.items[len(known.items) - known.newest :]))


def remember(owner_id: int, items: Sequence[UUID], variant: str) -> None:
    """This person was just shown a list."""
    with connection.cursor() as cursor:
        cursor.execute(
            _REMEMBER,
            {
                "owner": owner_id,
                "items": list(items),
                "count": len(items),
                "variant": variant,
                "most": REMEMBERED,
            },
        )
