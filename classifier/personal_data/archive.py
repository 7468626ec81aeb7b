"""Everything of one person as one ZIP file, written from front to back without being held.

    README.txt      what is what
    account.json    name, address, dates, what was consented to and when
    photos/         each photo as it is stored
    outfits.csv     one line an outfit, for spreadsheets
    outfits.json    all that is known of each outfit, for programs

Photos do not shrink, so they are packed without looking for what could (deflate's level 0); what
is read in a stream needs that method all the same, since their sizes follow the bytes.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import IO, Any, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.contrib.auth.models import User
from django.db.models import QuerySet

from classifier.models import Outfit
from classifier.personal_data.records import account_of, photo_name, rows_of
from classifier.spreadsheets import csv_download
from classifier.storage import objects
from classifier.storage.multipart import MultipartObject
from classifier.storage.objects import ObjectMissing

TOGETHER = 16
"""Photos that are fetched at the same time, and in memory."""
README = """\
FASI: your data

account.json   your account, what you consented to, and what you said of suggestions
photos/        your photos as they are stored: turned upright, without place and camera data
outfits.csv    one line for each outfit, for a spreadsheet
outfits.json   all that is known of each outfit

The style is what an outfit counts as: the model's (certainty "sure" or "unsure"), or what you or
our staff said ("confirmed" or "corrected"). The kind says whether a photo counts as an outfit, as
people without an outfit that could be judged, or as none; only an outfit has a style.

An outfit may have several predictions in outfits.json, each by another model. The one that is
"shown" is what our pages say; the others were made to compare models, and nothing goes by them.

What you wrote is in its note and tags. Beside its day, "worn_again" has further days on which you
wore it; the palette has its colors, as red, green and blue, with their shares.

In outfits.json a prediction has the probabilities of all styles; the activation map, 7 x 7 bytes
row by row, 255 at the strongest point; and the embedding, 256 little-endian half-precision numbers
(float16). Both are base64. What it would be "for_you" stands beside it where you had named the
styles of enough outfits. Times are UTC.

What is in the bin is here, too. Its "in_bin_since" says since when; our pages show it in the bin
only, and it is deleted permanently some weeks after that.
"""
COLUMNS = (
    "id",
    "uploaded",
    "name",
    "came_from",
    "photo",
    "status",
    "in_bin_since",
    "kind",
    "style",
    "certainty",
    "day",
    "note",
    "tags",
    "favorite",
    "predicted_style",
    "confidence",
    "wardrobe",
    "model",
)


def write_archive(
    target: MultipartObject, owner: User, until: datetime, on_progress: Callable[[int], None]
) -> None:
    """Write all outfits that were there at `until`; `on_progress` gets how many are packed.

    A photo that is gone from the bucket is left out, and its row says so. Raises
    StorageUnavailable, and whatever `on_progress` raises.
    """
    outfits = Outfit.everything.filter(owner=owner, created__lte=until).order_by("created", "id")
    # The file object cannot seek, which zipfile sees and copes with.
    with ZipFile(cast(IO[bytes], target), "w", ZIP_DEFLATED) as archive:
        archive.writestr(_entry("README.txt", until), README)
        archive.writestr(_entry("account.json", until), _json(account_of(owner)))
        missing = _write_photos(archive, outfits, on_progress)
        with archive.open(_entry("outfits.csv", until), "w") as file:
            _write_csv(file, rows_of(outfits, missing))
        with archive.open(_entry("outfits.json", until), "w") as file:
            _write_json(file, rows_of(outfits, missing))


def _write_photos(
    archive: ZipFile, outfits: QuerySet[Outfit], on_progress: Callable[[int], None]
) -> set[str]:
    """All photos; the keys of those that are gone."""
    missing: set[str] = set()
    packed = 0
    rows = outfits.iterator(chunk_size=500)
    while some := list(islice(rows, TOGETHER)):
        keys = [outfit.photo_key for outfit in some]
        for outfit, photo in zip(some, objects.fetchers().map(_photo, keys), strict=True):
            if photo is None:
                missing.add(outfit.photo_key)
                continue
            entry = _entry(photo_name(outfit), outfit.created)
            archive.writestr(entry, photo, compresslevel=0)
        packed += len(some)
        on_progress(packed)
    return missing


def _photo(key: str) -> bytes | None:
    try:
        return objects.get(key)
    except ObjectMissing:
        return None


def _entry(name: str, changed: datetime) -> ZipInfo:
    entry = ZipInfo(name, changed.timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _write_csv(file: IO[bytes], rows: Iterator[dict[str, Any]]) -> None:
    for line in csv_download(COLUMNS, map(_cells, rows)):
        file.write(line.encode())


def _cells(row: dict[str, Any]) -> list[Any]:
    shown: dict[str, Any] = next((each for each in row["predictions"] if each["shown"]), {})
    of_prediction = {
        "predicted_style": shown.get("style"),
        "confidence": shown.get("confidence"),
        "model": shown.get("model"),
    }
    tags = {"tags": ", ".join(row["tags"])}
    return [(row | of_prediction | tags)[name] for name in COLUMNS]


def _write_json(file: IO[bytes], rows: Iterator[dict[str, Any]]) -> None:
    """A list with one outfit a line, written as it is read."""
    file.write(b"[")
    for number, row in enumerate(rows):
        file.write((",\n" if number else "\n").encode() + _json(row, indent=None))
    file.write(b"\n]\n")


def _json(data: Any, indent: int | None = 2) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=indent).encode()
