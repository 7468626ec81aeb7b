"""The rows that two releases are compared by: reviewed outfits, agreement, disagreements.

Reviews are few beside predictions, and each of theirs is reached by its outfit. What is said of all
outfits is said of the newest LATEST, along the index of the moment when they were classified. So a
page takes as long with a million predictions as with a thousand.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from classifier.consensus.verdicts import WITHOUT_STYLE, labels_of, newest_verdicts
from classifier.models import Outfit, Release, Review
from classifier.releases.comparison import Comparison, Reviewed, Said, Truth, compare
from classifier.releases.statistics import CERTAINTY, Interval, wilson

Answer = Review.Answer
LATEST = 20_000
REVIEWED = 10_000
"""At most so many reviewed outfits, those that were reviewed last: a page waits for them."""

# What each of these is, `classifier.consensus` says, as it does for training.
_REVIEWED = """
    SELECT outfit.id::text, outfit.owner_id,
           one.kind, one.style, one.confidence, one.decided,
           two.kind, two.style, two.confidence, two.decided
    FROM (
        SELECT judged.outfit_id, max(review.created) AS created
        FROM classifier_review AS review
        JOIN classifier_prediction AS judged ON judged.id = review.prediction_id
        GROUP BY judged.outfit_id
    ) AS verdict
    JOIN classifier_outfit AS outfit
      ON outfit.id = verdict.outfit_id AND outfit.status <> 'binned'
    JOIN classifier_prediction AS one
      ON one.outfit_id = verdict.outfit_id AND one.release_id = %(one)s
    JOIN classifier_prediction AS two
      ON two.outfit_id = verdict.outfit_id AND two.release_id = %(two)s
    LEFT JOIN classifier_trainingsplit AS side ON side.owner_id = outfit.owner_id
    -- A release knows by heart what it was trained on, which others of before it may be.
    WHERE side.held_out OR outfit.created >= (
        SELECT max(created) FROM classifier_release WHERE id IN (%(one)s, %(two)s)
    )
    ORDER BY verdict.created DESC LIMIT %(limit)s
"""
# Of those, and of the newest that several judged: by these, it is known whom to believe.
_VERDICTS = """
    WITH shared AS (
        SELECT judged.outfit_id FROM classifier_review AS review
        JOIN classifier_prediction AS judged ON judged.id = review.prediction_id
        JOIN classifier_outfit AS outfit
          ON outfit.id = judged.outfit_id AND outfit.status <> 'binned'
        GROUP BY judged.outfit_id HAVING count(*) > 1
        ORDER BY max(review.created) DESC LIMIT %(shared)s
    )
    SELECT judged.outfit_id::text, review.id, review.by_id, review.role, review.answer,
           review.style, judged.kind
    FROM classifier_review AS review
    JOIN classifier_prediction AS judged ON judged.id = review.prediction_id
    WHERE judged.outfit_id = ANY(%(outfits)s::uuid[])
        OR judged.outfit_id IN (SELECT outfit_id FROM shared)
    ORDER BY review.created, review.id
"""
SHARED = 2_000
"""So many photos that several judged say how reliable each reviewer is."""

_BOTH = """
    FROM (
        SELECT id, owner_id FROM classifier_outfit WHERE status = 'done'
        ORDER BY classified DESC, id DESC LIMIT %(latest)s
    ) AS newest
    JOIN classifier_prediction AS one
      ON one.outfit_id = newest.id AND one.release_id = %(one)s
    JOIN classifier_prediction AS two
      ON two.outfit_id = newest.id AND two.release_id = %(two)s
"""
# As `Consent.objects.owners` has it; asked of those on which the two disagree only.
_CONSENTS = """
    (SELECT consent.given FROM classifier_consent AS consent
     JOIN auth_user AS owner ON owner.id = consent.owner_id AND owner.is_active
     WHERE consent.owner_id = newest.owner_id AND consent.purpose = 'training'
     ORDER BY consent.changed DESC, consent.id DESC LIMIT 1)
"""
_DIFFERENT = "(one.kind <> two.kind OR one.kind = 'outfit' AND one.style <> two.style)"


def comparison_of(active: Release, candidate: Release, certainty: float = CERTAINTY) -> Comparison:
    """The two on the reviewed outfits that both have predicted and neither can have learnt.

    Those are the outfits that came after both were registered, and all of people who are held out
    of training (`TrainingSplit`). What is right say all verdicts on an outfit together; where they
    make nobody sure, it is left out. `certainty` is that of the gain's interval.
    """
    values = {"one": active.pk, "two": candidate.pk, "limit": REVIEWED}
    with connection.cursor() as cursor:
        cursor.execute(_REVIEWED, values)
        rows = cursor.fetchall()
    truths = _truths([outfit for outfit, *_ in rows])
    return compare(
        [
            Reviewed(owner, truths[outfit], Said(*one_and_two[:4]), Said(*one_and_two[4:]))
            for outfit, owner, *one_and_two in rows
            if outfit in truths
        ],
        certainty,
    )


def _truths(outfits: Sequence[str]) -> dict[str, Truth]:
    """What those are of which the verdicts make one sure enough, and not that they are unusable."""
    if not outfits:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_VERDICTS, {"outfits": list(outfits), "shared": SHARED})
        found = labels_of(newest_verdicts(cursor.fetchall()))
    return {
        outfit: Truth(
            outfit=label.answer != Answer.NOT_AN_OUTFIT,
            style="" if label.answer in WITHOUT_STYLE else label.answer,
        )
        for outfit, label in found.items()
        if label.answer != Answer.UNUSABLE
    }


@dataclass(frozen=True)
class Agreement:
    """On so many of the newest outfits that both have predicted people would be shown the same."""

    share: Interval
    outfits: int


def agreement_of(active: Release, candidate: Release) -> Agreement:
    """How often the two say the same of the newest outfits."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), count(*) FILTER (WHERE NOT {_DIFFERENT}) {_BOTH}",
            _values(active, candidate),
        )
        outfits, same = cursor.fetchone()
    return Agreement(wilson(same, outfits), outfits)


@dataclass(frozen=True)
class Disagreement:
    """An outfit of which the two say something else."""

    outfit: Outfit
    active: Said
    candidate: Said


def disagreements(active: Release, candidate: Release, most: int) -> list[Disagreement]:
    """Of the newest outfits those that staff may look at and on which the two disagree.

    First those on which both are surest. Staff may look at photos whose owners let them; whoever
    shows one writes the look down (`classifier.access.reason_of_staff`).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT newest.id, one.kind, one.style, one.confidence, one.decided,
                   two.kind, two.style, two.confidence, two.decided
            {_BOTH}
            WHERE {_DIFFERENT} AND {_CONSENTS}
            ORDER BY least(one.confidence, two.confidence) DESC, newest.id LIMIT %(most)s
            """,
            {**_values(active, candidate), "most": most},
        )
        rows: Sequence[tuple[uuid.UUID, Any]] = cursor.fetchall()
    outfits = Outfit.objects.in_bulk([row[0] for row in rows])
    return [
        Disagreement(outfits[outfit_id], Said(*said[:4]), Said(*said[4:]))
        for outfit_id, *said in rows
        if outfit_id in outfits
    ]


def _values(active: Release, candidate: Release) -> dict[str, Any]:
    return {"one": active.pk, "two": candidate.pk, "latest": LATEST}
