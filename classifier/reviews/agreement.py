"""How far reviewers agree with each other, and with owners: Cohen's kappa.

Cohen, "A Coefficient of Agreement for Nominal Scales" (1960): the share of photos on which two
people agree, less what chance would give them, as a share of what chance leaves. 1 is always, 0 is
no better than chance. What they said of a photo is a style, none of the styles, no outfit or
unusable, whatever release it was shown with.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from classifier.models import Review

# An owner's "it is an outfit" names no style: there is nothing to compare.
_PAIRS = """
    SELECT {key}, {mine}, {theirs}, count(*)
    FROM {verdicts} AS mine
    JOIN classifier_prediction AS mine_on ON mine_on.id = mine.prediction_id
    JOIN classifier_outfit AS outfit
        ON outfit.id = mine_on.outfit_id AND outfit.status <> 'binned'
    JOIN classifier_prediction AS theirs_on ON theirs_on.outfit_id = mine_on.outfit_id
    JOIN classifier_review AS theirs ON theirs.prediction_id = theirs_on.id
    WHERE mine.role = 'staff' AND theirs.role = %(role)s AND theirs.id <> mine.id
        AND mine.by_id IS DISTINCT FROM theirs.by_id
        AND mine.answer <> 'outfit' AND theirs.answer <> 'outfit' AND {which}
    GROUP BY 1, 2, 3
"""
_SAID = "CASE WHEN {0}.style > '' THEN {0}.style ELSE 'answer:' || {0}.answer END"
_ALL = "classifier_review"
# So that a page takes as long for whoever has judged a million as for others.
_NEWEST = """(
    SELECT * FROM classifier_review WHERE by_id = %(reviewer)s AND role = 'staff'
    ORDER BY created DESC LIMIT %(newest)s
)"""
NEWEST = 2_000
"""So many verdicts of one reviewer are compared with what others say."""
_BY_REVIEWER, _OF_ONE, _BY_PHOTO = (
    _PAIRS.format(
        key=key,
        verdicts=verdicts,
        which=which,
        mine=_SAID.format("mine"),
        theirs=_SAID.format("theirs"),
    )
    for key, verdicts, which in (
        ("mine.by_id", _ALL, "mine.by_id IS NOT NULL"),
        ("mine.by_id", _NEWEST, "true"),
        ("mine_on.outfit_id", _ALL, "mine_on.outfit_id = ANY(%(outfits)s::uuid[])"),
    )
)


@dataclass(frozen=True)
class Agreement:
    """Of so many pairs of verdicts on one photo so many are the same; `kappa` where it says any."""

    pairs: int
    agreed: int
    kappa: float | None

    @classmethod
    def of(cls, counts: Mapping[tuple[str, str], int]) -> "Agreement":
        """From how often one side said this and the other that."""
        agreed = sum(count for (mine, theirs), count in counts.items() if mine == theirs)
        return cls(sum(counts.values()), agreed, cohen_kappa(counts))


def cohen_kappa(counts: Mapping[tuple[str, str], int]) -> float | None:
    """Cohen's kappa of a table of counts by (what one said, what the other said).

    None where there is nothing to compare, or where both only ever say the same one thing.
    """
    total = sum(counts.values())
    one: Counter[str] = Counter()
    other: Counter[str] = Counter()
    for (mine, theirs), count in counts.items():
        one[mine] += count
        other[theirs] += count
    by_chance = sum(one[label] * other[label] for label in one)
    if by_chance == total * total:
        return None
    agreed = total * sum(count for (mine, theirs), count in counts.items() if mine == theirs)
    return (agreed - by_chance) / (total * total - by_chance)


def of_reviewers(role: Review.Role = Review.Role.STAFF) -> dict[int, Agreement]:
    """How far each reviewer agrees with the other ones, or with owners, by the reviewer's id.

    Those with whom nobody shared a photo are left out.
    """
    tables = _tables(_BY_REVIEWER, role=role)
    return {int(key): Agreement.of(counts) for key, counts in tables.items()}


def of_reviewer(reviewer_id: int, role: Review.Role = Review.Role.STAFF) -> Agreement:
    """The same for one, by their newest verdicts."""
    tables = _tables(_OF_ONE, role=role, reviewer=reviewer_id, newest=NEWEST)
    return Agreement.of(tables.get(str(reviewer_id), {}))


def of_photos(outfits: Collection[uuid.UUID]) -> dict[uuid.UUID, float]:
    """The share of pairs of staff's verdicts that are the same, by outfit; 0 to 1.

    Outfits with fewer than two verdicts by staff are left out.
    """
    ids = [str(each) for each in outfits]
    tables = _tables(_BY_PHOTO, role=Review.Role.STAFF, outfits=ids)
    found = {uuid.UUID(key): Agreement.of(counts) for key, counts in tables.items()}
    return {outfit_id: each.agreed / each.pairs for outfit_id, each in found.items()}


def _tables(statement: str, **values: Any) -> dict[str, Counter[tuple[str, str]]]:
    tables: dict[str, Counter[tuple[str, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        for key, mine, theirs, count in cursor.fetchall():
            tables.setdefault(str(key), Counter())[mine, theirs] += count
    return tables
