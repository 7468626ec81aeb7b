"""The kinds of arrays that training passes around; each docstring says their shape."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Images = npt.NDArray[np.uint8]
"""RGB bytes, [N, height, width, 3]."""
Floats = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]
"""[N], each a place in the taxonomy."""
Probabilities = npt.NDArray[np.floating]
"""[N, C], each row sums to 1."""
Weights = npt.NDArray[np.float64]
"""[N], how much each photo counts."""
Flags = npt.NDArray[np.bool_]
