"""What is fitted on frozen features: the linear head and the projection to the embedding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from training.arrays import Floats, Labels, Weights


@dataclass(frozen=True)
class Examples:
    """``features`` [N, F] and ``labels`` [N] (index in the taxonomy) of the same photos, and
    ``weights`` [N], how much each counts; without them all count the same."""

    features: Floats
    labels: Labels
    weights: Weights | None = None

    def part(self, chosen: npt.NDArray[np.bool_]) -> Examples:
        """Those that are ``chosen`` [N]."""
        weights = None if self.weights is None else self.weights[chosen]
        return Examples(self.features[chosen], self.labels[chosen], weights)


@dataclass(frozen=True)
class Head:
    """A linear classifier of features: ``weights`` [F, C], ``bias`` [C]."""

    weights: Floats
    bias: Floats

    def logits(self, features: Floats) -> Floats:
        """Float32 [N, C] for features [N, F]."""
        return features @ self.weights + self.bias


@dataclass(frozen=True)
class Projection:
    """A PCA of features: ``axes`` [F, D], and ``mean`` [D] in the projected space."""

    axes: Floats
    mean: Floats

    def embeddings(self, features: Floats) -> Floats:
        """Float32 [N, D] of unit length for features [N, F]."""
        projected = features @ self.axes - self.mean
        lengths = np.linalg.norm(projected, axis=1, keepdims=True)
        return np.asarray(projected / np.maximum(lengths, 1e-12))


def fit_projection(features: Floats, dimensions: int) -> Projection:
    """The principal axes of features [N, F] with the largest variance.

    Where there are fewer than ``dimensions`` of them (few photos), the rest of the axes are zero.
    """
    mean = features.mean(axis=0, dtype=np.float64)
    _, _, directions = np.linalg.svd(features - mean, full_matrices=False)
    axes = np.zeros((features.shape[1], dimensions))
    count = min(dimensions, len(directions))
    axes[:, :count] = directions[:count].T
    return Projection(axes.astype(np.float32), (mean @ axes).astype(np.float32))


def balanced_weights(
    labels: Labels, classes: int, strength: float, given: Weights | None = None
) -> Weights:
    """A weight per photo, mean 1: inverse style frequency to the power ``strength`` (0 = none).

    ``given`` [N] says how much each photo counts besides, and a style's frequency by that.
    """
    counts = np.bincount(labels, weights=given, minlength=classes)
    weights = (1.0 / np.where(counts > 0, counts, 1.0) ** strength)[labels]
    if given is not None:
        weights = weights * given
    return np.asarray(weights / weights.mean())


def fit_head(
    examples: Examples,
    classes: int,
    decay: float,
    balance: float = 0.0,
    weights: Weights | None = None,
) -> Head:
    """Multinomial logistic regression by L-BFGS; deterministic.

    ``weights`` [N] say how much each example counts; without them ``balance`` does, by style, with
    the examples' own weights.

    Features are standardised for the fit, so that ``decay`` (L2 on the standardised weights, per
    mean loss) means the same for every backbone; the returned head takes them as they are.
    """
    features, labels = examples.features, examples.labels
    mean = features.mean(axis=0, dtype=np.float64)
    scale = features.std(axis=0, dtype=np.float64) + 1e-3
    standard = ((features - mean) / scale).astype(np.float32)
    if weights is None:
        weights = balanced_weights(labels, classes, balance, examples.weights)
    sample = weights / weights.sum()
    targets = np.eye(classes, dtype=np.float32)[labels]
    shape = (features.shape[1] + 1, classes)

    def loss(flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        parameters = flat.reshape(shape)
        logits = standard @ parameters[:-1].astype(np.float32) + parameters[-1].astype(np.float32)
        logits -= logits.max(axis=1, keepdims=True)
        exponentials = np.exp(logits)
        totals = exponentials.sum(axis=1, keepdims=True)
        chosen = (logits * targets).sum(axis=1) - np.log(totals[:, 0])
        errors = (exponentials / totals - targets) * sample[:, None].astype(np.float32)
        gradient = np.vstack([standard.T @ errors, errors.sum(axis=0)]).astype(np.float64)
        gradient[:-1] += decay * parameters[:-1]
        penalty = 0.5 * decay * np.square(parameters[:-1]).sum()
        return float(penalty - (chosen * sample).sum()), gradient.reshape(-1)

    best = minimize(
        loss, np.zeros(shape).reshape(-1), jac=True, method="L-BFGS-B", options={"maxiter": 300}
    )
    parameters = best.x.reshape(shape)
    kernel = parameters[:-1] / scale[:, None]
    bias = parameters[-1] - mean @ kernel
    return Head(kernel.astype(np.float32), bias.astype(np.float32))
