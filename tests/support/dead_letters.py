"""Dead letters for tests, made as a worker makes them."""

from classifier.lifecycle.claims import claim_outfits, fail
from classifier.lifecycle.failures import Failure
from classifier.models import Outfit


def kill(outfit: Outfit, reason: Failure = Failure.OBJECT_BROKEN) -> Outfit:
    """Make it a dead letter as a worker does."""
    (claim,) = claim_outfits("w", 1)
    assert claim.outfit_id == outfit.pk
    fail([claim], reason, f"{reason} of old")
    outfit.refresh_from_db()
    assert outfit.status == "failed"
    return outfit
