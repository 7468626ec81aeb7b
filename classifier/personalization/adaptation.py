"""From a model's answer to this person's: pure, in NumPy, of which the site's processes know none.

Two parts, each a sum that is added to the logarithm of the model's probabilities:

*How often this person wears what.* The model was fitted for styles in other shares than theirs.
Their own shares are estimated from what the model said of their outfits, and from what they said
themselves, by expectation maximisation (Saerens, Latinne and Decaestecker 2002, "Adjusting the
outputs of a classifier to new a priori probabilities", Neural Computation 14; Lipton, Wang and
Smola 2018, "Detecting and correcting for label shift", ICML, is the other way, which inverts a
confusion matrix and needs more outfits than most people have). A Dirichlet prior of `strength`
outfits in equal parts keeps few outfits from saying much.

*What this person called what looks like it.* Every outfit of which they said the style speaks for
that style, and against what the model had said of it, the more the nearer it looks: the cache of
Tip-Adapter (Zhang et al. 2022, "Tip-Adapter: training-free adaption of CLIP", ECCV), with
`1 - model` in place of the label alone, which makes it a step of kernel logistic regression: where
the model was right and sure, nothing is added.

Arrays may have any axes in front: [..., n] of n earlier outfits, [..., C] of styles.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
ROUNDS = 5
"""Of expectation maximisation: more move the shares by less than one outfit does."""


def shares_shift(soft: Floats, counted: Floats, strength: float) -> Floats:
    """The logarithm of how much more this person wears each style than the model expects: [..., C].

    `soft` [..., n, C]: earlier outfits' probabilities, 1 and 0 where the person said it. `counted`
    [..., n]: how much each counts.
    """
    styles = soft.shape[-1]
    ratio = np.ones((*counted.shape[:-1], styles))
    whole = counted.sum(axis=-1, keepdims=True) + strength
    for _ in range(ROUNDS):
        # What each outfit is now, summed by style; its probabilities are never written out.
        of_each = np.maximum((soft @ ratio[..., None])[..., 0], 1e-30)
        sums = ratio * ((counted / of_each)[..., None, :] @ soft)[..., 0, :]
        ratio = (sums + strength / styles) / whole * styles
    return np.log(ratio)


def looks_shift(cosines: Floats, against: Floats, counted: Floats, sharpness: float) -> Floats:
    """What earlier outfits that were told of add: [..., C].

    `cosines` [..., n]; `against` [..., n, C]: 1 at what they said less what the model had said.
    `counted` [..., n]: how much each counts. `sharpness`: how fast that falls as looks differ.
    """
    near = counted * np.exp(sharpness * (cosines - 1))
    return np.asarray((near[..., None, :] @ against)[..., 0, :])


def mixed(said: Floats, shift: Floats) -> Floats:
    """The probabilities [..., C] with something added to their logarithms; 0 stays 0."""
    raised = said * np.exp(shift - shift.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))
