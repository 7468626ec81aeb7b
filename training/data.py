"""Labelled photos: read from a manifest or from plain folders, checked, split."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from classifier.taxonomy import Taxonomy
from training.errors import TrainingError

MANIFEST = "manifest.csv"
PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
VALIDATION_SHARE = 0.15
LEAST_PHOTOS = 5
"""Of every style, in each split a fit needs: fewer cannot be learnt, let alone measured."""


@dataclass(frozen=True)
class Photo:
    """One labelled photo. ``split`` is ``train`` or ``val``; ``sha256`` may be empty."""

    path: Path
    style: str
    source: str
    split: str
    sha256: str = ""


def read_photos(folder: Path) -> list[Photo]:
    """All labelled photos of ``folder``: its ``manifest.csv``, else ``style/photo.jpg`` folders.

    Plain folders are split by the hash of the file's path, the same way every time. Raises
    TrainingError when there is no such folder, no photo, or a manifest that cannot be read.
    """
    if not folder.is_dir():
        raise TrainingError(f"There is no folder {folder}.")
    manifest = folder / MANIFEST
    photos = list(_from_manifest(manifest) if manifest.is_file() else _from_folders(folder))
    if not photos:
        raise TrainingError(
            f"There are no photos in {folder}: it needs a {MANIFEST} or folders like"
            " streetwear/photo.jpg."
        )
    return photos


def of_taxonomy(photos: Iterable[Photo], taxonomy: Taxonomy) -> tuple[list[Photo], Counter[str]]:
    """The photos whose style the taxonomy knows, and how many of each other style are left out."""
    kept: list[Photo] = []
    left_out: Counter[str] = Counter()
    for photo in photos:
        if photo.style in taxonomy.ids:
            kept.append(photo)
        else:
            left_out[photo.style] += 1
    return kept, left_out


def limited(photos: list[Photo], per_style: int) -> list[Photo]:
    """At most ``per_style`` photos of each style and split, for quick trials."""
    taken: Counter[tuple[str, str]] = Counter()
    kept = []
    for photo in photos:
        taken[photo.style, photo.split] += 1
        if taken[photo.style, photo.split] <= per_style:
            kept.append(photo)
    return kept


def fault_of(photo: Photo) -> str | None:
    """Why this photo cannot be used (missing, changed, not an image), or None."""
    try:
        content = photo.path.read_bytes()
    except OSError as error:
        return error.strerror or "cannot be read"
    if photo.sha256 and hashlib.sha256(content).hexdigest() != photo.sha256:
        return "its checksum differs from the manifest"
    try:
        with Image.open(photo.path) as image:
            image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return "not a readable image"
    return None


def check_counts(photos: Iterable[Photo], taxonomy: Taxonomy) -> None:
    """Raise TrainingError when a style has too few photos to fit or to validate on."""
    counts = Counter((photo.style, photo.split) for photo in photos)
    for style in taxonomy.ids:
        for split, name in (("train", "training"), ("val", "validation")):
            if counts[style, split] < LEAST_PHOTOS:
                raise TrainingError(
                    f"The style {style!r} has {counts[style, split]} readable {name} photos;"
                    f" it needs at least {LEAST_PHOTOS}."
                )


def _from_manifest(manifest: Path) -> Iterator[Photo]:
    try:
        with manifest.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingError(f"{manifest} cannot be read: {error}.") from error
    for number, row in enumerate(rows, start=2):
        path, style = row.get("path"), row.get("style")
        if not path or not style:
            raise TrainingError(f"Line {number} of {manifest} has no path or no style.")
        yield Photo(
            path=manifest.parent / path,
            style=style,
            source=row.get("source") or "unknown",
            split=_split(row.get("split") or "", path, f"Line {number} of {manifest}"),
            sha256=row.get("sha256") or "",
        )


def _from_folders(folder: Path) -> Iterator[Photo]:
    for path in sorted(folder.glob("*/*")):
        if path.suffix.lower() in PHOTO_SUFFIXES:
            name = f"{path.parent.name}/{path.name}"
            yield Photo(path, path.parent.name, folder.name, _split("", name, name))


def _split(given: str, name: str, where: str) -> str:
    if given in ("train", "val"):
        return given
    if given:
        raise TrainingError(f"{where} has the split {given!r}; it must be train or val.")
    share = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) / 2**32
    return "val" if share < VALIDATION_SHARE else "train"
