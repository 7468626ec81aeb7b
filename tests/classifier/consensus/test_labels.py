"""Labels of several people's verdicts: who is believed, how much, and when nobody is."""

import random

import pytest

from classifier.consensus.labels import Label, Reviewer, Verdict, labels, reliability

ANSWERS = 16
ANNA, BEN, CARELESS = (Reviewer(name, staff=True) for name in ("anna", "ben", "careless"))
OWNER = Reviewer("owner", staff=False)


def label(*said: tuple[Reviewer, str]) -> Label | None:
    return labels([Verdict(1, reviewer, answer) for reviewer, answer in said], ANSWERS).get(1)


def weight(*said: tuple[Reviewer, str]) -> float:
    found = label(*said)
    assert found is not None
    return found.weight


def test_staff_count_more_than_owners_and_two_who_agree_more_than_one() -> None:
    owner = weight((OWNER, "boho"))
    one = weight((ANNA, "boho"))
    both = weight((ANNA, "boho"), (OWNER, "boho"))
    two = weight((ANNA, "boho"), (BEN, "boho"))

    assert 0.7 < owner < one < both < two <= 1
    assert one == pytest.approx(0.9)


def test_a_disagreement_lowers_the_weight_or_leaves_the_photo_out() -> None:
    assert label((ANNA, "boho"), (BEN, "casual")) is None, "nobody knows which"
    found = label((ANNA, "boho"), (OWNER, "casual"))
    assert found is not None
    assert found.answer == "boho"
    assert found.weight < weight((ANNA, "boho"))
    outvoted = label((ANNA, "boho"), (BEN, "boho"), (CARELESS, "casual"))
    assert outvoted is not None
    assert outvoted.answer == "boho"
    assert outvoted.weight < weight((ANNA, "boho"), (BEN, "boho"))


def careless_verdicts(
    answers: list[str], share: float
) -> tuple[list[Verdict[int]], dict[int, str]]:
    """300 photos, each judged by two of three; one of them says anything for a share of hers."""
    draw = random.Random(0)
    truth = {photo: draw.choice(answers) for photo in range(300)}
    said = []
    for photo, style in truth.items():
        for reviewer in draw.sample([ANNA, BEN, CARELESS], 2):
            wrong = reviewer == CARELESS and draw.random() < share
            slip = draw.random() < 0.04
            answer = draw.choice(answers) if wrong or slip else style
            said.append(Verdict(photo, reviewer, answer))
    return said, truth


@pytest.mark.parametrize("styles", [2, 13])
def test_one_careless_reviewer_of_three_does_not_spoil_the_labels(styles: int) -> None:
    answers = [f"style {number}" for number in range(styles)]
    said, truth = careless_verdicts(answers, share=0.8)
    found = labels(said, styles + 4)
    wrong = [photo for photo, each in found.items() if each.answer != truth[photo]]

    assert len(found) > 270, "whoever disagrees with the careless one is believed"
    assert len(wrong) / len(found) < 0.06
    careful = [each.weight for photo, each in found.items() if photo not in wrong]
    spoilt = [found[photo].weight for photo in wrong]
    assert sum(spoilt) / max(len(spoilt), 1) < sum(careful) / len(careful)
    assert sum(spoilt) < 0.05 * sum(careful)


def test_who_often_disagrees_with_the_others_counts_less_everywhere() -> None:
    said, _ = careless_verdicts(["boho", "casual"], share=0.8)
    by_anna, by_her = 1000, 1001
    alone = [Verdict(by_anna, ANNA, "boho"), Verdict(by_her, CARELESS, "boho")]
    found = labels([*said, *alone], 6)

    assert found[by_anna].weight > 0.85
    assert by_her not in found or found[by_her].weight < 0.75


def test_few_verdicts_hardly_move_what_is_thought_of_somebody() -> None:
    once = reliability([[Verdict(1, ANNA, "boho"), Verdict(1, BEN, "casual")]], ANSWERS)

    assert once[ANNA] == pytest.approx(once[BEN])
    assert 0.8 < once[ANNA] < 0.9
    assert once[CARELESS] == pytest.approx(0.9), "nobody has judged the same photo"


def test_no_verdicts_are_no_labels() -> None:
    nothing: list[Verdict[int]] = []
    assert labels(nothing, ANSWERS) == {}
