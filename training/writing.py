"""Writing a bundle or a dataset so that a reader finds the old or the new one, never a half."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from inference.bundle import SUMS, load_bundle, write_sums
from training.errors import TrainingError


def check_output(output: Path, mark: str = SUMS, what: str = "bundle") -> None:
    """Raise TrainingError unless ``output`` is free, empty, or a ``what`` that may be replaced.

    One that may be replaced has a file named ``mark``.
    """
    if not output.exists():
        return
    if not output.is_dir() or (any(output.iterdir()) and not (output / mark).is_file()):
        raise TrainingError(f"{output} exists and is no {what}: remove it or name another output.")


@contextmanager
def unfinished(output: Path) -> Iterator[Path]:
    """A folder beside ``output`` to write the bundle into.

    At the end it gets its checksums, is verified and takes the place of ``output``. After an
    error nothing of it stays.
    """
    with unfinished_folder(output) as folder:
        yield folder
        write_sums(folder)
        load_bundle(folder)


@contextmanager
def unfinished_folder(output: Path) -> Iterator[Path]:
    """A folder beside ``output`` that takes its place at the end; after an error nothing stays."""
    output.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{output.name}-", suffix=".part", dir=output.parent))
    try:
        yield folder
        folder.chmod(0o755)  # mkdtemp makes it private; the worker may be another user
        _replace(folder, output)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def replace_text(path: Path, text: str) -> None:
    """Write a file so that a reader, or a killed run, finds the old one or the new one."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def write_json(path: Path, data: dict[str, Any]) -> None:
    """Readable JSON, UTF-8, with a newline at the end."""
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _replace(folder: Path, output: Path) -> None:
    old = folder.with_suffix(".old")
    if output.exists():
        output.rename(old)
    folder.rename(output)
    shutil.rmtree(old, ignore_errors=True)
