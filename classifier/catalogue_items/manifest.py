"""What is to be imported: the lines of a manifest, or the photos of a folder.

A manifest is a CSV file in UTF-8 with a header. `path` is needed, and names a photo in the
manifest's folder or below it; `title`, `link` and `style` may be left out or empty, and other
columns are not read. So the manifests of the crawler will do.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MANIFEST = "manifest.csv"
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif")


class ManifestRefused(Exception):
    """Nothing of it can be imported; the message says why."""


@dataclass(frozen=True)
class Entry:
    """One photo with what is said of it. `wrong` says why it cannot be taken, or is empty."""

    name: str
    path: Path
    title: str
    link: str = ""
    style: str = ""
    wrong: str = ""


def entries_of(source: Path) -> Iterator[Entry]:
    """The entries of a manifest, of a folder with one, or of a folder's photos.

    Raises ManifestRefused, a broken CSV file only when it comes to the place where it is broken.
    """
    if source.is_file():
        return _of_manifest(source)
    if not source.is_dir():
        raise ManifestRefused(f"There is no {source}.")
    manifest = source / MANIFEST
    return _of_manifest(manifest) if manifest.is_file() else _of_folder(source)


def _of_folder(folder: Path) -> Iterator[Entry]:
    root = folder.resolve()
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES:
            yield _entry(root, str(path.relative_to(folder)), {})


def _of_manifest(manifest: Path) -> Iterator[Entry]:
    root = manifest.parent.resolve()
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            if "path" not in (rows.fieldnames or ()):
                raise ManifestRefused(f"{manifest} has no column path.")
            for row in rows:
                yield _entry(root, row.get("path") or "", row)
    except (csv.Error, UnicodeDecodeError, OSError) as error:
        raise ManifestRefused(f"{manifest} cannot be read: {error}") from error


def _entry(root: Path, name: str, row: dict[str, str | None]) -> Entry:
    name = name.strip()
    wrong = ""
    try:
        path = (root / name).resolve()
        if not path.is_relative_to(root) or path == root:
            wrong = "outside the folder"
        elif not path.is_file():
            wrong = "no such file"
    except (ValueError, OSError, RuntimeError):  # NUL, a name that is too long, links in a circle
        path, wrong = root, "no name of a file"
    title = (row.get("title") or "").strip() or path.stem.replace("_", " ").replace("-", " ")
    return Entry(name, path, title, row.get("link") or "", row.get("style") or "", wrong)
