"""Statistics of mixtures of styles: sums by style in, numbers out. Pure; used by the profile."""

import math
from collections.abc import Mapping
from statistics import NormalDist


def smoothed(
    sums: Mapping[str, float], strength: float, prior: Mapping[str, float]
) -> dict[str, float]:
    """The mean of a Dirichlet distribution after these sums: the prior counts `strength` times."""
    total = sum(sums.values()) + strength
    return {style: (sums.get(style, 0.0) + strength * prior[style]) / total for style in prior}


def divergence(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """The Jensen-Shannon divergence of two mixtures in bits, each weighted by its sum."""
    sizes = sum(one.values()), sum(other.values())
    whole = {style: one.get(style, 0.0) + other.get(style, 0.0) for style in {*one, *other}}
    parts = (sizes[0] * _entropy(one) + sizes[1] * _entropy(other)) / sum(sizes)
    return max(0.0, (_entropy(whole) - parts) / math.log(2))


def variety(sums: Mapping[str, float]) -> float:
    """The effective number of styles: 1 for always the same, n for n styles in equal parts."""
    return math.exp(_entropy(sums))


def difference(new: float, new_total: int, old: float, old_total: int) -> float:
    """The difference of two shares in standard errors, positive where the new one is larger.

    One success and one failure are added to each side, which keeps small ones honest (Agresti and
    Caffo 2000). `new` of `new_total` may be fractions, as sums of probabilities are.
    """
    new_share, old_share = (new + 1) / (new_total + 2), (old + 1) / (old_total + 2)
    variance = new_share * (1 - new_share) / (new_total + 2)
    variance += old_share * (1 - old_share) / (old_total + 2)
    return (new_share - old_share) / math.sqrt(variance)


def chi_squared(freedom: int, certainty: float) -> float:
    """The `certainty` quantile of chi-squared (Wilson and Hilferty 1931), within 3 %."""
    spread = 2 / (9 * freedom)
    return freedom * (1 - spread + NormalDist().inv_cdf(certainty) * math.sqrt(spread)) ** 3


def _entropy(sums: Mapping[str, float]) -> float:
    """In nats, of the distribution that is proportional to the sums."""
    total = sum(sums.values())
    return -sum(each / total * math.log(each / total) for each in sums.values() if each > 0)
