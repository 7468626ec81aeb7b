"""Releases in the rows only, for tests that load none."""

from datetime import UTC, datetime
from typing import Any

from classifier.models import Release
from inference.bundle import load_bundle
from tests.conftest import STARTER

_BUNDLE = load_bundle(STARTER)


def add_release(name: str, **columns: Any) -> Release:
    """A candidate called `name`, with the starter's taxonomy; its bundle is nowhere."""
    return Release.objects.create(
        **{
            "name": name,
            "bundle_key": f"bundles/{name}/",
            "sha256": name.ljust(64, "0")[:64],
            "taxonomy": _BUNDLE.taxonomy.to_dict(),
            "metrics": {},
            "made": datetime(2026, 11, 1, tzinfo=UTC),
            **columns,
        }
    )
