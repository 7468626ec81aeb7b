"""A photo of the queue as its page shows it: what the model says, and what keys say."""

from dataclasses import dataclass
from functools import cached_property

from classifier.models import Outfit, Prediction, Review, ReviewItem
from classifier.reviews.steps import Said
from inference.taxonomy import Style

KEYS = "1234567890QWERTYIOPADFGHJKLVB"
"""Choose the styles, in the taxonomy's order; N, U, X, S, Z and M mean something else."""


@dataclass(frozen=True)
class Choice:
    """A style to choose: its key (empty where there are too many) and what a form sends."""

    style: Style
    key: str
    said: Said


@dataclass(frozen=True)
class ReviewCard:
    """One photo with its prediction; `hidden` while another is in front of the reviewer."""

    item: ReviewItem
    prediction: Prediction
    hidden: bool = False

    @property
    def outfit(self) -> Outfit:
        return self.item.outfit

    @property
    def worn(self) -> bool:
        """Whether the model sees an outfit."""
        return self.prediction.kind == Prediction.Kind.OUTFIT

    @property
    def said_style(self) -> str:
        """The style that the model says; empty without an outfit."""
        return self.prediction.style if self.worn else ""

    @property
    def confirm(self) -> Said:
        """What Enter says: the prediction is right."""
        return Said.confirming(self.prediction)

    @property
    def reasons(self) -> list[str]:
        """Why this photo, in words."""
        return [str(ReviewItem.Reason(each).label) for each in self.item.reasons]

    @cached_property
    def choices(self) -> list[Choice]:
        """All styles of the prediction's release."""
        styles = self.prediction.release.styles.styles
        keys = [*KEYS, *[""] * len(styles)]
        return [
            Choice(style, key, Said(Review.Answer.STYLE, style.id))
            for style, key in zip(styles, keys, strict=False)
        ]


def cards(items: list[ReviewItem], *, in_front: bool) -> list[ReviewCard]:
    """The photos as cards; `in_front` says whether the first of them is shown at once."""
    found = [(item, item.outfit.prediction) for item in items]
    return [
        ReviewCard(item, prediction, hidden=number > 0 or not in_front)
        for number, (item, prediction) in enumerate(found)
        if prediction is not None
    ]
