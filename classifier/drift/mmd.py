"""Whether two samples of embeddings come from one distribution: maximum mean discrepancy.

Gretton, Borgwardt, Rasch, Schölkopf, Smola: A Kernel Two-Sample Test, JMLR 13, 2012
(https://jmlr.org/papers/v13/gretton12a.html). For workers: needs numpy.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
PERMUTATIONS = 499


@dataclass(frozen=True)
class Discrepancy:
    """`mmd`: the unbiased estimate of the squared MMD, about 0 (and so also below) without drift.

    `p_value`: how often samples that were mixed by chance differ as much, at least 1 in 500.
    """

    mmd: float
    p_value: float


def discrepancy(sample: Floats, reference: Floats, seed: int = 0) -> Discrepancy:
    """Compare `sample` [M, D] with `reference` [N, D], at least two rows each.

    The kernel is Gaussian. Its width is the median distance within the reference, not within both
    as Gretton et al. propose: so every week of a release is measured with one kernel and its
    numbers can be compared. The test permutes which rows are the sample's, in one product.
    """
    both = np.concatenate([sample, reference]).astype(np.float64)
    squares = _squared_distances(both)
    within = squares[len(sample) :, len(sample) :]
    width = float(np.median(within[np.triu_indices(len(within), 1)]))
    kernel = np.exp(-squares / (2 * max(width, 1e-12)))
    np.fill_diagonal(kernel, 0)  # without bias: no point is compared with itself
    random = np.random.default_rng(seed)
    first = np.zeros((PERMUTATIONS + 1, len(both)))
    first[0, : len(sample)] = 1
    for row in first[1:]:
        row[random.permutation(len(both))[: len(sample)]] = 1
    found = _unbiased(kernel, first, len(sample), len(reference))
    as_far = int((found[1:] >= found[0] - 1e-12).sum())
    return Discrepancy(float(found[0]), (as_far + 1) / (PERMUTATIONS + 1))


def _unbiased(
    kernel: npt.NDArray[np.float64], first: npt.NDArray[np.float64], m: int, n: int
) -> npt.NDArray[np.float64]:
    """MMD² for each row of `first` [P, M + N], which is 1 for what is in the first sample.

    `kernel` has zeros on its diagonal.
    """
    columns = kernel.sum(axis=0)
    inside = np.einsum("pi,pi->p", first @ kernel, first)
    touching = first @ columns
    across = touching - inside
    outside = columns.sum() - 2 * touching + inside
    return np.asarray(inside / (m * (m - 1)) + outside / (n * (n - 1)) - 2 * across / (m * n))


def _squared_distances(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    lengths = np.square(points).sum(axis=1)
    squares = lengths[:, None] + lengths[None, :] - 2 * points @ points.T
    return np.asarray(np.maximum(squares, 0))
