"""The package's dependencies: what requirements/server.in and local.in ask for, written once."""

from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

ASKED = ("server.in", "local.in")
# Other files, and what only builds the package.
NOT_THESE = ("-r", "hatchling")


class CustomMetadataHook(MetadataHookInterface):
    """Hatchling calls it when it makes a wheel or an editable installation."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill in `dependencies`."""
        lines = (
            line.partition("#")[0].strip()
            for name in ASKED
            for line in Path(self.root, "requirements", name).read_text().splitlines()
        )
        metadata["dependencies"] = [
            line for line in lines if line and not line.startswith(NOT_THESE)
        ]
