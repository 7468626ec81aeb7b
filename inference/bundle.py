"""The folder that training writes and workers load, verified before anything in it is used.

No Django, no OpenVINO, no TensorFlow: anyone may look into a bundle.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from inference.calibration import Calibration, CalibrationError
from inference.taxonomy import Taxonomy, TaxonomyError

SUMS = "SHA256SUMS"
SIGNATURE = f"{SUMS}.minisig"
"""Of the sums, and so of everything; `inference.signatures`."""
IDENTITY = "release.json"
PROBE = "probe.npz"
FORMAT = 1
"""Of bundles that are written now: they have an ``IDENTITY`` and a ``PROBE``, and those of format 0
have neither."""
REQUIRED = ("taxonomy.json", "calibration.json", "metrics.json", "MODEL_CARD.md")
"""What every bundle has. Which weights it needs beside them, its engine says."""

_LINE = re.compile(r"(?P<digest>[0-9a-f]{64}) [ *](?P<name>[^/\\]+)")


class BundleError(Exception):
    """A bundle that must not be used; the message is one sentence that says why."""


@dataclass(frozen=True)
class Bundle:
    """A verified bundle. ``sha256`` (hash of its ``SHA256SUMS``) identifies all of its content.

    ``made`` is when it was exported; bundles of format 0 do not say.
    """

    path: Path
    sha256: str
    taxonomy: Taxonomy
    calibration: Calibration
    metrics: Mapping[str, Any]
    format: int = 0
    made: datetime | None = None

    def without_gate(self) -> Bundle:
        """The same bundle, but every photo counts as an outfit."""
        return replace(self, calibration=replace(self.calibration, gate=None))


def load_bundle(path: Path | str) -> Bundle:
    """Verify every checksum of the bundle folder ``path`` and read what is for people and sites.

    Raises BundleError when it is not there, incomplete, changed or not readable.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise BundleError(f"There is no bundle at {folder}.")
    digest = _verify(folder)
    try:
        taxonomy = Taxonomy.from_dict(_json_object(folder / "taxonomy.json"))
    except TaxonomyError as error:
        raise BundleError(f"The taxonomy of the bundle {folder} is wrong: {error}") from error
    return Bundle(
        path=folder,
        sha256=digest,
        taxonomy=taxonomy,
        calibration=_calibration(folder),
        metrics=_json_object(folder / "metrics.json"),
        **_identity(folder),
    )


def write_sums(path: Path | str) -> str:
    """Write ``SHA256SUMS`` over all files of the folder; return the bundle's ``sha256``.

    The file is in the format of coreutils, so ``sha256sum -c SHA256SUMS`` checks it too.
    """
    folder = Path(path)
    lines = [f"{_digest(folder / name)}  {name}\n" for name in _file_names(folder)]
    content = "".join(lines).encode()
    (folder / SUMS).write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def write_identity(path: Path | str, made: datetime) -> None:
    """Write ``release.json``, which tells when the bundle was made; before its sums are written."""
    content = {"format": FORMAT, "made": made.astimezone(UTC).isoformat(timespec="seconds")}
    (Path(path) / IDENTITY).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def sums_digest(path: Path | str) -> str:
    """The ``sha256`` that the bundle folder claims, unverified; empty where it has no sums."""
    try:
        return hashlib.sha256((Path(path) / SUMS).read_bytes()).hexdigest()
    except OSError:
        return ""


def _verify(folder: Path) -> str:
    sums = folder / SUMS
    try:
        content = sums.read_bytes()
    except OSError as error:
        raise BundleError(f"The bundle {folder} has no readable {SUMS}.") from error
    listed = _parse_sums(content, sums)
    present = set(_file_names(folder))
    for name in REQUIRED:
        if name not in listed:
            raise BundleError(f"The bundle {folder} is incomplete: {SUMS} does not list {name}.")
    for name in sorted(listed.keys() - present):
        raise BundleError(f"The bundle {folder} is incomplete: {name} is missing.")
    for name in sorted(present - listed.keys()):
        raise BundleError(f"The bundle {folder} holds {name}, which {SUMS} does not list.")
    for name, digest in listed.items():
        if _digest(folder / name) != digest:
            raise BundleError(
                f"The bundle {folder} was changed: the checksum of {name} differs from {SUMS}."
            )
    return hashlib.sha256(content).hexdigest()


def _parse_sums(content: bytes, sums: Path) -> dict[str, str]:
    listed: dict[str, str] = {}
    for number, line in enumerate(content.decode(errors="replace").splitlines(), start=1):
        match = _LINE.fullmatch(line)
        if match is None or match["name"] in listed:
            raise BundleError(f"Line {number} of {sums} is not a checksum and a file name.")
        listed[match["name"]] = match["digest"]
    return listed


def _file_names(folder: Path) -> list[str]:
    """All names in the folder that have sums; hidden files (.DS_Store) do not belong to it."""
    names = (entry.name for entry in folder.iterdir())
    return sorted(
        name for name in names if name not in (SUMS, SIGNATURE) and not name.startswith(".")
    )


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BundleError(f"{path} cannot be read: {error.strerror}.") from error


def _json_object(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(f"{path} is not readable JSON.") from error
    if not isinstance(data, dict):
        raise BundleError(f"{path} must hold a JSON object.")
    return data


def _identity(folder: Path) -> dict[str, Any]:
    """The bundle's format and when it was made."""
    path = folder / IDENTITY
    if not path.is_file():
        return {"format": 0, "made": None}
    said = _json_object(path)
    if said.get("format") != FORMAT:
        raise BundleError(
            f"The bundle {folder} is of format {said.get('format')!r}; this version of FASI reads"
            f" {FORMAT} and those before it."
        )
    try:
        made = datetime.fromisoformat(str(said.get("made")))
    except ValueError as error:
        raise BundleError(f"{path} does not say when the bundle was made.") from error
    if made.tzinfo is None:
        raise BundleError(f"{path} does not say in which time zone the bundle was made.")
    if not (folder / PROBE).is_file():
        raise BundleError(f"The bundle {folder} is incomplete: it has no {PROBE}.")
    return {"format": FORMAT, "made": made}


def _calibration(folder: Path) -> Calibration:
    path = folder / "calibration.json"
    try:
        return Calibration.from_dict(_json_object(path))
    except CalibrationError as error:
        raise BundleError(f"{path} {error}") from error
