"""The taxonomies that ship with training, as JSON files beside this one."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from inference.taxonomy import Taxonomy
from training.errors import TrainingError


def read_taxonomy(name: str) -> Taxonomy:
    """A shipped taxonomy by name (``starter``), or one from a JSON file.

    Raises TrainingError or TaxonomyError when there is none or it is wrong.
    """
    shipped = files(__package__).joinpath(f"{name}.json")
    source = shipped if shipped.is_file() else Path(name)
    try:
        data = json.loads(source.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"There is no readable taxonomy {name!r}.") from error
    return Taxonomy.from_dict(data)
