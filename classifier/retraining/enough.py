"""Whether the reviewed history suffices for a retraining, and what is missing if not."""

from collections import Counter

from django.conf import settings
from django.utils.translation import gettext as _

from classifier.models import Release
from classifier.personal_data.training_examples import Example, examples

LEAST_OF_A_STYLE = 5
"""On each side, where the history is all there is; `training prepare` asks for as many."""


class TooFew(Exception):
    """There are not enough reviewed photos; the message says how many are missing, and of what."""


def check_enough(active: Release) -> None:
    """Raises TooFew. Decides for whoever is new to it which side their photos are on."""
    outfits = examples().outfits
    missing = settings.FASI_RETRAIN_PHOTOS - len(outfits)
    if missing > 0:
        raise TooFew(
            _(
                "Retraining needs %(least)d reviewed photos of people who consented. There are"
                " %(count)d; %(missing)d more are needed."
            )
            % {
                "least": settings.FASI_RETRAIN_PHOTOS,
                "count": len(outfits),
                "missing": missing,
            }
        )
    if not any(each.held_out for each in outfits):
        raise TooFew(
            _(
                "A new model can’t be tested yet: no one with reviewed photos is held out for"
                " testing. Reviewed photos of more people are needed."
            )
        )
    if not settings.FASI_TRAINING_PHOTOS:
        _check_styles(outfits, active)


def _check_styles(outfits: list[Example], active: Release) -> None:
    counts = Counter((each.label, each.held_out) for each in outfits)
    for style in active.styles.ids:
        train, test = (
            max(0, LEAST_OF_A_STYLE - counts[style, held_out]) for held_out in (False, True)
        )
        if train or test:
            raise TooFew(
                _(
                    "“%(style)s” needs %(train)d more reviewed photos for training and %(test)d "
                    "more from people held out for testing."
                )
                % {"style": active.styles.style(style).name(), "train": train, "test": test}
            )
