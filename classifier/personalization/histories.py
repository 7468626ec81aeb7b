"""Walking a history in time: what would have been said of each outfit, knowing what was known."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifier.personalization.adaptation import Floats, looks_shift, shares_shift

Labels = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class History:
    """One person's outfits, T of them, oldest first, all as one release sees them.

    `probabilities` [T, C]; `cosines` [T, T] of their embeddings; `told` [T]: the style that they
    named after the model's answer, -1 for none. `own` [T]: what they would call it, -1 where nobody
    knows. `came` and `told_at` [T]: when, in whatever unit.
    """

    probabilities: Floats
    cosines: Floats
    told: Labels
    own: Labels
    came: Floats
    told_at: Floats

    @property
    def known(self) -> Flags:
        """Whether, when one outfit came (first axis), another had been told of: [T, T]."""
        return (self.told >= 0) & (self.told_at < self.came[:, None])

    @property
    def told_before(self) -> Labels:
        """How many outfits had been told of when each came: [T]."""
        return np.asarray(self.known.sum(axis=1), np.int64)

    @property
    def named(self) -> Floats:
        """1 at the style that was told, else 0: [T, C]."""
        return np.eye(self.probabilities.shape[1])[self.told] * (self.told >= 0)[:, None]


def shares_over_time(history: History, strength: float, half_life: float) -> Floats:
    """`shares_shift` before each outfit, by all outfits until then: [T, C].

    After `half_life` further outfits an outfit counts half.
    """
    place = np.arange(len(history.told))
    age = np.maximum(place[:, None] - place - 1, 0)
    counted = np.where(history.came < history.came[:, None], 0.5 ** (age / half_life), 0)
    soft = np.where(history.known[..., None], history.named, history.probabilities)
    return shares_shift(soft, counted, strength)


def looks_over_time(history: History, sharpness: float, *, label_alone: bool = False) -> Floats:
    """`looks_shift` before each outfit, by all that were told of until then: [T, C].

    `label_alone`: as Tip-Adapter has it, whatever the model had said.
    """
    said = 0 if label_alone else history.probabilities
    against = history.named - said
    return looks_shift(history.cosines, against[None], history.known.astype(float), sharpness)
