"""Personal answers, worked out when predictions are written: by workers, which have NumPy.

There, and not when a page is shown: the answer that a person, a program or an export gets is the
same one, made from what was known then, and no list of outfits has to work anything out.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

import numpy as np

from classifier.models import PersonalAnswer, Prediction
from classifier.personalization.adaptation import Floats, looks_shift, mixed, shares_shift
from classifier.personalization.histories import Flags
from classifier.personalization.rows import Earlier, earlier_of
from classifier.personalization.weights import FEWEST, NEAR, WEIGHTS


def personal_answers(predictions: Sequence[Prediction]) -> list[PersonalAnswer]:
    """For those of one release's predictions whose owners told enough; not saved yet."""
    outfits = [each for each in predictions if each.kind == Prediction.Kind.OUTFIT]
    if not outfits:
        return []
    known = earlier_of(outfits, outfits[0].release_id, FEWEST)
    return [_answer(each, known[each.outfit_id]) for each in outfits if each.outfit_id in known]


def keep(answers: Sequence[PersonalAnswer], finished: Collection[UUID]) -> None:
    """Write those whose predictions were written."""
    PersonalAnswer.objects.bulk_create(
        each for each in answers if each.prediction.outfit_id in finished
    )


def _answer(prediction: Prediction, earlier: Earlier) -> PersonalAnswer:
    ids = prediction.release.styles.ids
    answer = adapted(np.array(prediction.probabilities), earlier, ids)
    top = ids[int(answer.argmax())]
    near = sum(style == top and cosine >= NEAR for style, _, cosine in earlier.told)
    return PersonalAnswer(
        prediction=prediction,
        style=top,
        confidence=float(answer.max()),
        probabilities=answer.tolist(),
        told=len(earlier.told),
        similar=near,
    )


def adapted(said: Floats, earlier: Earlier, ids: Sequence[str]) -> Floats:
    """The model's probabilities [C] of the styles `ids`, with what is known of earlier outfits."""
    shift = np.zeros(len(ids))
    if earlier.worn:
        named, known = _named([style for style, _ in earlier.worn], ids)
        worn = np.where(known, named, [others for _, others in earlier.worn])
        counted = 0.5 ** (np.arange(len(worn)) / WEIGHTS.half_life)
        shift += WEIGHTS.shares * shares_shift(worn, counted, WEIGHTS.strength)
    if earlier.told:
        styles, others, cosines = zip(*earlier.told, strict=True)
        against = _named(styles, ids)[0] - np.array(others)
        looks = looks_shift(np.array(cosines), against, np.ones(len(cosines)), WEIGHTS.sharpness)
        shift += WEIGHTS.looks * looks
    return mixed(said, shift)


def _named(styles: Sequence[str], ids: Sequence[str]) -> tuple[Floats, Flags]:
    """1 at each style [n, C], and whether it is one that the release knows [n, 1]."""
    place = {style: number for number, style in enumerate(ids)}
    places = np.array([place.get(style, -1) for style in styles])
    known = (places >= 0)[:, None]
    return np.eye(len(ids))[places] * known, known
