"""Only the chosen wardrobe's styles count, and their probabilities sum to 1 again."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from inference.taxonomy import Taxonomy


def within_wardrobe(
    probabilities: npt.NDArray[np.float32], taxonomy: Taxonomy, wardrobe: str
) -> npt.NDArray[np.float32]:
    """Probabilities float32 [C] given that the style is one of the wardrobe's.

    Styles outside get 0, the others keep their proportions. The probabilities come back untouched
    for no wardrobe (an empty id) and for one that the taxonomy does not know. Where the model gives
    the whole wardrobe nothing, its styles are equally probable.
    """
    worn = taxonomy.ids_in(wardrobe)
    inside = np.array([style in worn for style in taxonomy.ids])
    if inside.all():
        return probabilities
    shares = np.where(inside, probabilities, 0).astype(np.float64)
    if not shares.any():
        shares = inside.astype(np.float64)
    return np.asarray(shares / shares.sum(), dtype=np.float32)
