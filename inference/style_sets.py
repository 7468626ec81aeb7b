"""The smallest set of styles that holds the right one as often as was promised: RAPS.

Romano, Sesia and Candès 2020 (APS, https://arxiv.org/abs/2006.02544); Angelopoulos et al. 2021
(RAPS, https://arxiv.org/abs/2009.14193), without randomisation, so that a photo always gets the
same answer. Training finds the quantile with the same ``scores``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from inference.calibration import SetRule


def scores(ranked: npt.NDArray[np.floating], penalty: float, free: int) -> npt.NDArray[np.float64]:
    """The score of each rank, float64 [..., C], of probabilities [..., C] that fall from rank 1 on.

    It is the sum of the probabilities up to and including this rank, plus ``penalty`` for each rank
    beyond ``free``. A style is in the set where its score is at most the quantile.
    """
    ranks = np.arange(1, ranked.shape[-1] + 1)
    sums = np.cumsum(ranked, axis=-1, dtype=np.float64)
    return np.asarray(sums + penalty * np.maximum(0, ranks - free))


def style_set(
    probabilities: npt.NDArray[np.float32], ids: Sequence[str], rule: SetRule
) -> tuple[str, ...]:
    """The styles of the set, the most probable first; the top style is always in it.

    ``probabilities`` float32 [C] in the order of ``ids``. What has no probability at all, as what
    is outside a wardrobe, is never in it.
    """
    order = np.argsort(-probabilities, kind="stable")
    ranked = probabilities[order]
    inside = (scores(ranked, rule.penalty, rule.free) <= rule.quantile) & (ranked > 0)
    inside[0] = True
    return tuple(ids[index] for index in order[inside])
