"""A large object, written like a file and sent to S3 in parts: memory holds one part of it.

S3 keeps parts of an upload that never completes, and they are in no listing of objects: abort it,
and `uploads` lists what a killed process left.
"""

from collections.abc import Iterator
from datetime import datetime

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from classifier.storage import objects
from classifier.storage.objects import MISSING_CODES, StorageUnavailable

PART_BYTES = 8 * 1024**2
"""S3 takes parts of 5 MiB and more, but for the last one."""
PARTS_OF_A_SIZE = 1000
"""After so many parts they get larger by PART_BYTES: the 10,000 that S3 takes hold 430 GiB."""


class MultipartObject:
    """A file object without seek that uploads what is written.

    Nothing is visible under the key before `complete`. All methods raise StorageUnavailable.
    """

    def __init__(self, key: str, content_type: str) -> None:
        self.key = key
        self.size = 0
        self._buffer = bytearray()
        self._tags: list[str] = []
        try:
            self.upload_id = objects.client().create_multipart_upload(
                Bucket=settings.FASI_S3_BUCKET, Key=key, ContentType=content_type
            )["UploadId"]
        except (BotoCoreError, ClientError) as error:
            raise StorageUnavailable(f"could not begin {key}: {error}") from error

    def write(self, data: bytes) -> int:
        """Take the bytes; a part that is full is sent."""
        self._buffer += data
        self.size += len(data)
        while len(self._buffer) >= self._part_bytes():
            self._send(self._part_bytes())
        return len(data)

    def flush(self) -> None:
        """What writes to files calls this; parts go when they are full."""

    def complete(self) -> None:
        """Send what is left; the object is there from now on."""
        if self._buffer or not self._tags:
            self._send(len(self._buffer))
        parts = [{"ETag": tag, "PartNumber": n} for n, tag in enumerate(self._tags, start=1)]
        try:
            objects.client().complete_multipart_upload(
                Bucket=settings.FASI_S3_BUCKET,
                Key=self.key,
                UploadId=self.upload_id,
                MultipartUpload={"Parts": parts},  # type: ignore[typeddict-item]
            )
        except (BotoCoreError, ClientError) as error:
            raise StorageUnavailable(f"could not complete {self.key}: {error}") from error

    def _part_bytes(self) -> int:
        return PART_BYTES * (1 + len(self._tags) // PARTS_OF_A_SIZE)

    def _send(self, count: int) -> None:
        try:
            answer = objects.client().upload_part(
                Bucket=settings.FASI_S3_BUCKET,
                Key=self.key,
                UploadId=self.upload_id,
                PartNumber=len(self._tags) + 1,
                Body=bytes(self._buffer[:count]),
            )
        except (BotoCoreError, ClientError) as error:
            raise StorageUnavailable(f"could not send a part of {self.key}: {error}") from error
        self._tags.append(answer["ETag"])
        del self._buffer[:count]


def abort(key: str, upload_id: str) -> None:
    """Drop the parts of an upload; one that is not there is fine. Raises StorageUnavailable."""
    try:
        objects.client().abort_multipart_upload(
            Bucket=settings.FASI_S3_BUCKET, Key=key, UploadId=upload_id
        )
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in MISSING_CODES | {"NoSuchUpload"}:
            raise StorageUnavailable(f"could not abort {key}: {error}") from error
    except BotoCoreError as error:
        raise StorageUnavailable(f"could not abort {key}: {error}") from error


def uploads(prefix: str) -> Iterator[tuple[str, str, datetime]]:
    """Key, id and begin of every upload below `prefix` that is neither complete nor aborted.

    Raises StorageUnavailable.
    """
    try:
        pages = objects.client().get_paginator("list_multipart_uploads")
        for page in pages.paginate(Bucket=settings.FASI_S3_BUCKET, Prefix=prefix):
            for each in page.get("Uploads", []):
                yield each["Key"], each["UploadId"], each["Initiated"]
    except (BotoCoreError, ClientError) as error:
        raise StorageUnavailable(f"could not list uploads of {prefix}: {error}") from error
