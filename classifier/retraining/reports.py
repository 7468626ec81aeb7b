"""What a page shows of a retraining's report."""

from dataclasses import dataclass

from classifier.models import Retraining


@dataclass(frozen=True)
class StyleRow:
    """One style on the hold-out: how many photos, and the share that each release finds."""

    style: str
    photos: int
    new: float
    old: float


def styles_of(retraining: Retraining) -> list[StyleRow]:
    """The styles that the hold-out has, the commonest first; none where nothing was compared."""
    holdout = retraining.report.get("holdout")
    if not holdout:
        return []
    new, old = holdout["first"]["per_style"], holdout["second"]["per_style"]
    rows = [
        StyleRow(style, told["n"], told["recall"]["value"], old[style]["recall"]["value"])
        for style, told in new.items()
        if told["n"] and style in old
    ]
    return sorted(rows, key=lambda row: -row.photos)
