"""What a person wears and likes now, as the active release sees it.

Several looks, not one: somebody who wears suits and tracksuits is not shown what is halfway between
(Pal et al. 2020, "PinnerSage: multi-modal user embedding framework for recommendations at
Pinterest", KDD). So there is a vector for each style that they wear or like most: the mean of how
they wear it.

Made of this person's rows only.
"""

from dataclasses import dataclass, field

from django.db import connection

from classifier.personalization.rows import NEWEST
from classifier.personalization.weights import CENTRES

LIKED = 30
"""As many as this of the newest likes count."""

_TASTE = """
    WITH mine AS (
        SELECT earlier.style, seen.embedding, true AS worn,
               0.5 ^ ((row_number() OVER (ORDER BY earlier.created DESC) - 1)
                      / %(half_life)s::float) AS counts
        FROM (
            SELECT id, style, created FROM classifier_outfit
            WHERE owner_id = %(owner)s AND status = 'done' AND kind = 'outfit' AND style > ''
            ORDER BY created DESC, id DESC LIMIT %(newest)s
        ) AS earlier
        CROSS JOIN LATERAL (
            SELECT embedding FROM classifier_prediction
            WHERE outfit_id = earlier.id AND release_id = %(release)s LIMIT 1
        ) AS seen
        UNION ALL
        SELECT vector.style, vector.embedding, false, 1
        FROM (
            SELECT item_id FROM classifier_opinion
            WHERE owner_id = %(owner)s AND said = 'liked' ORDER BY created DESC LIMIT %(liked)s
        ) AS opinion
        JOIN classifier_cataloguevector AS vector
          ON vector.item_id = opinion.item_id AND vector.release_id = %(release)s
    )
    SELECT style, sum(counts), count(*) FILTER (WHERE worn), count(*) FILTER (WHERE NOT worn),
           l2_normalize(avg(embedding))::text
    FROM mine GROUP BY style ORDER BY 2 DESC, 1
"""


@dataclass(frozen=True)
class Taste:
    """`weights`: how much each style counts; `centres`: how the first of them are worn, as pgvector
    writes vectors. `worn`: outfits of each style among the newest; `likes`: items that were liked.
    """

    weights: dict[str, float] = field(default_factory=dict)
    centres: tuple[str, ...] = ()
    worn: dict[str, int] = field(default_factory=dict)
    likes: int = 0

    @property
    def evidence(self) -> int:
        """Outfits and likes that it is made of."""
        return sum(self.worn.values()) + self.likes


def taste_of(owner_id: int, release_id: int, half_life: float) -> Taste:
    """This person's taste; an empty one where nothing is known."""
    with connection.cursor() as cursor:
        cursor.execute(
            _TASTE,
            {
                "owner": owner_id,
                "release": release_id,
                "newest": NEWEST,
                "liked": LIKED,
                "half_life": half_life,
            },
        )
        rows = cursor.fetchall()
    return Taste(
        weights={style: float(weight) for style, weight, *_ in rows},
        centres=tuple(centre for *_, centre in rows[:CENTRES]),
        worn={style: worn for style, _, worn, *_ in rows if worn},
        likes=sum(likes for *_, likes, _ in rows),
    )
