"""What a release has seen: how far an embedding is from it, and what is refused."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest

from inference.reference import DamagedReference, Reference, histogram, nearest, read_reference
from tests.support.references import made_up_reference, unit


def saved(reference: Reference) -> bytes:
    file = BytesIO()
    reference.save(file)
    return file.getvalue()


def test_a_reference_is_read_as_it_was_written() -> None:
    reference = made_up_reference()
    again = read_reference(saved(reference))

    assert np.allclose(again.embeddings, reference.embeddings, atol=1e-3)
    assert (again.styles == reference.styles).all()
    assert again.unsure == reference.unsure
    assert again.photos == reference.styles.sum()


def test_what_is_like_training_is_near_and_what_is_not_is_far() -> None:
    reference = made_up_reference()
    alike = unit(reference.embeddings[:5] + 0.01)
    other = -reference.embeddings[:5]

    near, far = reference.distances_of(alike), reference.distances_of(other)

    assert near.max() < far.min()
    assert reference.unusualness(far).tolist() == [1.0] * 5
    assert reference.unusualness(reference.distances[50]) == pytest.approx(0.5, abs=0.02)


def test_the_distance_is_one_minus_the_mean_cosine_to_the_nearest() -> None:
    known = np.eye(4, dtype=np.float32)
    asked = unit(np.array([[1, 0, 0, 0], [1, 1, 0, 0]], np.float32))

    assert nearest(asked, known, neighbours=2) == pytest.approx([0.5, 1 - 0.5**0.5], abs=1e-6)


def test_many_are_measured_in_pieces_that_agree() -> None:
    reference = made_up_reference()
    many = unit(np.random.default_rng(2).normal(size=(4100, 256)))

    assert np.allclose(
        reference.distances_of(many)[3990:4010], reference.distances_of(many[3990:4010]), atol=1e-6
    )


def test_confidences_are_counted_in_bins() -> None:
    counts = histogram(np.array([0.0, 0.04, 0.5, 1.0]))

    assert counts.sum() == 4
    assert (counts[0], counts[10], counts[-1]) == (2, 1, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"embeddings": np.full((60, 256), np.nan)},
        {"embeddings": np.zeros(256)},
        {"distances": np.linspace(1, 0, 101)},
        {"distances": np.linspace(0, 1, 50)},
        {"confidences": np.ones(20, np.int64)},
        {"unsure": np.int64(10_000)},
    ],
)
def test_arrays_that_do_not_belong_together_are_refused(change: dict[str, np.ndarray]) -> None:
    reference = made_up_reference()
    arrays: dict[str, Any] = {
        name: getattr(reference, name) for name in Reference.__dataclass_fields__
    }
    file = BytesIO()
    np.savez(file, **{**arrays, **change})

    with pytest.raises(DamagedReference, match="do not belong together"):
        read_reference(file.getvalue())


@pytest.mark.parametrize("cut", [0, 10, 2000])
def test_a_damaged_file_is_refused(cut: int) -> None:
    with pytest.raises(DamagedReference, match="is damaged"):
        read_reference(saved(made_up_reference())[:cut])


def test_nothing_is_unpickled() -> None:
    file = BytesIO()
    arrays: dict[str, Any] = {
        name: np.array([{}], dtype=object) for name in Reference.__dataclass_fields__
    }
    np.savez(file, **arrays)

    with pytest.raises(DamagedReference):
        read_reference(file.getvalue())
