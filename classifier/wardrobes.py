"""The wardrobes that an upload may choose from."""

from collections.abc import Mapping

from classifier.models import Release
from classifier.taxonomy import Wardrobe


def offered_wardrobes() -> Mapping[str, Wardrobe]:
    """Those of the active release's taxonomy, by id; none where there is no such release."""
    active = Release.objects.filter(status=Release.Status.ACTIVE).only("taxonomy").first()
    return active.styles.wardrobes if active else {}
