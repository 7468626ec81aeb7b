"""Snaps in which no outfit is seen leave the manifest: the model's gate says which.

The crawler knows no model; it calls the command that classifies a folder, as anybody would.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

from crawler.errors import CrawlerError
from crawler.journal import Journal
from crawler.manifest import write_manifest

LEFT_OUT = "left-out"
OUTFIT = "outfit"
_MANAGE = Path(__file__).resolve().parents[1] / "manage.py"
_CANNOT_BEGIN = 2


def leave_out_others(output: Path, journal: Journal, kinds: Path) -> int:
    """Classify what is new in `output` and move what is no outfit to `left-out/`. Returns how many.

    `kinds` is the table that the classification goes on with. The manifest loses them, and
    `left-out.csv` lists them. Raises CrawlerError where the folder cannot be classified.
    """
    _classify(output, kinds)
    kind_of = _read(kinds)
    moved = 0
    for snap in list(journal.saved_snaps()):
        kind = kind_of.get(snap["path"], OUTFIT)
        if kind == OUTFIT:
            continue
        place = f"{LEFT_OUT}/{Path(snap['path']).name}"
        (output / LEFT_OUT).mkdir(exist_ok=True)
        if (output / snap["path"]).exists():  # or a run was killed right after it was moved
            (output / snap["path"]).replace(output / place)
        journal.left_out(snap["path"], place, kind)
        moved += 1
    write_manifest(output, journal)
    return moved


def _classify(output: Path, kinds: Path) -> None:
    options = ("--output", str(kinds), "--resume")
    command = [sys.executable, str(_MANAGE), "classify_folder", str(output), *options]
    ended = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)  # noqa: S603
    if ended.returncode >= _CANNOT_BEGIN or ended.returncode < 0:
        said = ended.stderr.strip().rpartition("\n")[2]
        raise CrawlerError(f"The snaps could not be classified: {said}")


def _read(kinds: Path) -> dict[str, str]:
    """Kind by path; a file that could not be classified stays what it is."""
    with kinds.open(encoding="utf-8-sig", newline="") as file:
        return {row["path"]: row["kind"] for row in csv.DictReader(file) if row["kind"]}
