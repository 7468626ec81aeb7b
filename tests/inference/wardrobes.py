"""A release with wardrobes: the starter's model with another taxonomy file."""

import json
from pathlib import Path

from classifier.models import Release
from classifier.releases.lifecycle import promote
from inference.bundle import write_sums
from worker.releases import register

WARDROBES = {
    "smart": {
        "names": {"en": "Smart clothes", "ko": "단정한 옷"},
        "styles": ["formal", "quiet-luxury"],
    },
    "easy": {
        "names": {"en": "Easy clothes", "ko": "편한 옷"},
        "styles": ["alt", "casual", "sporty", "streetwear"],
    },
}


def activate_wardrobes(folder: Path) -> Release:
    """Give the copy of the starter in ``folder`` WARDROBES, register it and make it active."""
    path = folder / "taxonomy.json"
    taxonomy = {**json.loads(path.read_text(encoding="utf-8")), "wardrobes": WARDROBES}
    path.write_text(json.dumps(taxonomy), encoding="utf-8")
    write_sums(folder)
    release = register(folder, "with wardrobes", allow_older=True)
    promote(release)
    return Release.objects.get(pk=release.pk)
