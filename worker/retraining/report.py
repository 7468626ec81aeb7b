"""What a retraining came to, in JSON: for the page, and to look back at. No photo is in it."""

import json
from collections import Counter
from typing import Any

from classifier.models import Release
from worker.retraining.workspace import Workspace


def report_of(space: Workspace, active: Release, release: Release) -> dict[str, Any]:
    """Photos by side and source, the comparison on the hold-out, and the run's own evaluation."""
    evaluation = json.loads((space.run / "evaluation.json").read_text(encoding="utf-8"))
    summary = json.loads((space.dataset / "summary.json").read_text(encoding="utf-8"))
    model = evaluation["model"]
    return {
        "candidate": release.name,
        "active": active.name,
        "photos": summary["photos"],
        "sources": summary["sources"],
        "styles": summary["styles"],
        "dropped": summary["dropped"],
        "others": sum(summary.get("others", Counter()).values()),
        "holdout": json.loads(space.comparison.read_text(encoding="utf-8")),
        "validation": {name: model[name] for name in ("top1", "top3", "macro_recall", "ece")},
    }
