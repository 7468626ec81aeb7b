"""The tables: outfits and what is known about them."""

from classifier.models.batch import Batch
from classifier.models.outfit import Outfit
from classifier.models.prediction import Prediction
from classifier.models.release import Release
from classifier.models.review import Review

__all__ = ["Batch", "Outfit", "Prediction", "Release", "Review"]
