"""The bucket: every byte that goes to S3 or comes from it passes here.

Keys are made of UUIDs only: `outfits/<outfit id>/photo.jpg`, `thumb.jpg` and what is drawn of them,
`exports/<export id>/<attempt>.zip`, `bundles/<sha256>/...` for releases, `uploads/<upload id>/file`
for photos that wait to be checked, and `batches/<batch id>/upload.zip` until it is unpacked. The
objects are private; `delivery` has nginx fetch what somebody may see.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import IO, TYPE_CHECKING, cast

import boto3
import obstore
from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.storage import default_storage
from obstore.exceptions import BaseError

from classifier.storage import thumb_cache
from classifier.storage.fast import store

if TYPE_CHECKING:
    from storages.backends.s3 import S3Storage
    from types_boto3_s3 import S3Client

OUTFITS = "outfits/"
UPLOADS = "uploads/"
BUNDLES = "bundles/"
EXPORTS = "exports/"
BATCHES = "batches/"
DIRECT_UPLOAD = "/direct-upload"
JPEG = "image/jpeg"
ZIP = "application/zip"
LABEL = "label"
THUMB = "/thumb.jpg"
MISSING_CODES = {"404", "NoSuchKey", "NotFound"}


class ObjectMissing(Exception):
    """There is no object under this key."""


class StorageUnavailable(Exception):
    """S3 did not answer, or answered with an error that is no fault of the object's."""


@lru_cache(maxsize=1)
def client() -> "S3Client":
    """One client a process: boto3's clients may be shared by threads, and each costs some MB."""
    return cast("S3Client", cast("S3Storage", default_storage).connection.meta.client)


def card_key(outfit_id: uuid.UUID, language: str = settings.LANGUAGE_CODE) -> str:
    """Where an outfit's card in this language lies, once somebody looked at it."""
    name = "card" if language == settings.LANGUAGE_CODE else f"card-{language}"
    return f"{OUTFITS}{outfit_id}/{name}.jpg"


def large_thumb_key(outfit_id: uuid.UUID) -> str:
    """Where its thumb for screens with small pixels lies, once such a screen showed it."""
    return f"{OUTFITS}{outfit_id}/thumb-large.jpg"


def derived_keys(outfit_id: uuid.UUID) -> list[str]:
    """Where its cards and its large thumb may lie."""
    cards = [card_key(outfit_id, language) for language, _name in settings.LANGUAGES]
    return [*cards, large_thumb_key(outfit_id)]


def put(key: str, data: bytes, content_type: str, label: str = "") -> None:
    """Store `data` under `key`, with a label in ASCII. Raises StorageUnavailable."""
    try:
        attributes = {"Content-Type": content_type} | ({LABEL: label} if label else {})
        obstore.put(store(), key, data, attributes=attributes, use_multipart=False)
    except (BaseError, OSError) as error:
        raise StorageUnavailable(f"could not store {key}: {_first_line(error)}") from error


def put_all(photos: Mapping[str, bytes]) -> None:
    """Store several JPEGs at the same time. Raises StorageUnavailable when all have ended."""
    stored = [fetchers().submit(put, key, data, JPEG) for key, data in photos.items()]
    wait(stored)  # none may still be on its way when the caller cleans up
    for each in stored:
        each.result()


def get(key: str) -> bytes:
    """The object's bytes. Raises ObjectMissing, StorageUnavailable."""
    return get_labelled(key)[0]


def get_labelled(key: str) -> tuple[bytes, str]:
    """The object's bytes and its label. Raises ObjectMissing, StorageUnavailable."""
    try:
        found = obstore.get(store(), key)
        return found.bytes().to_bytes(), str(found.attributes.get(LABEL, ""))
    except FileNotFoundError as error:
        raise ObjectMissing(key) from error
    except (BaseError, OSError) as error:
        raise StorageUnavailable(f"could not fetch {key}: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    """What happened, without the request that obstore quotes below it."""
    return str(error).partition("\n")[0]


@contextmanager
def _asking(what: str, key: str) -> Iterator[None]:
    """What boto3 raises, as ours: `what` was to be done with the object."""
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in MISSING_CODES:
            raise ObjectMissing(key) from error
        raise StorageUnavailable(f"could not {what} {key}: {error}") from error
    except (Boto3Error, BotoCoreError) as error:
        raise StorageUnavailable(f"could not {what} {key}: {error}") from error


def exists(key: str) -> bool:
    """Whether there is an object under this key. Raises StorageUnavailable."""
    try:
        obstore.head(store(), key)
    except FileNotFoundError:
        return False
    except (BaseError, OSError) as error:
        raise StorageUnavailable(f"could not look at {key}: {_first_line(error)}") from error
    return True


def chunks(key: str, size: int) -> Iterator[bytes]:
    """The object's bytes, piece by piece. Raises ObjectMissing, StorageUnavailable at once."""
    with _asking("fetch", key):
        body = client().get_object(Bucket=settings.FASI_S3_BUCKET, Key=key)["Body"]
    return body.iter_chunks(size)


def put_file(key: str, file: IO[bytes], content_type: str) -> None:
    """Store a large file, in parts, of which memory holds a few. Raises StorageUnavailable."""
    try:
        client().upload_fileobj(
            file, settings.FASI_S3_BUCKET, key, ExtraArgs={"ContentType": content_type}
        )
    except (Boto3Error, BotoCoreError, ClientError) as error:
        raise StorageUnavailable(f"could not store {key}: {error}") from error


def get_file(key: str, file: IO[bytes]) -> None:
    """Write the object's bytes to the file. Raises ObjectMissing, StorageUnavailable."""
    with _asking("fetch", key):
        client().download_fileobj(settings.FASI_S3_BUCKET, key, file)


def size(key: str) -> int:
    """The object's bytes, counted. Raises ObjectMissing, StorageUnavailable."""
    with _asking("look at", key):
        return client().head_object(Bucket=settings.FASI_S3_BUCKET, Key=key)["ContentLength"]


def remove(keys: Iterable[str]) -> None:
    """Delete the objects; a key without an object is fine. Raises StorageUnavailable."""
    remaining = list(keys)
    if thumbs := [key for key in remaining if key.endswith(THUMB)]:
        thumb_cache.forget(thumbs)
    while remaining:
        some, remaining = remaining[:1000], remaining[1000:]  # S3 takes a thousand at a time
        try:
            answer = client().delete_objects(
                Bucket=settings.FASI_S3_BUCKET,
                Delete={"Objects": [{"Key": key} for key in some], "Quiet": True},
            )
        except (BotoCoreError, ClientError) as error:
            raise StorageUnavailable(f"could not delete {len(some)} objects: {error}") from error
        failed = [e for e in answer.get("Errors", []) if e.get("Code") not in MISSING_CODES]
        if failed:
            raise StorageUnavailable(f"could not delete {failed[0].get('Key')}")


def listing(prefix: str) -> Iterator[tuple[str, datetime]]:
    """Key and time of change of every object below `prefix`. Raises StorageUnavailable."""
    try:
        pages = client().get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=settings.FASI_S3_BUCKET, Prefix=prefix):
            for entry in page.get("Contents", []):
                yield entry["Key"], entry["LastModified"]
    except (BotoCoreError, ClientError) as error:
        raise StorageUnavailable(f"could not list {prefix}: {error}") from error


@lru_cache(maxsize=1)
def _public_client() -> "S3Client":
    """Signs forms for whoever reaches the bucket under another name than we do."""
    if not settings.FASI_S3_PUBLIC_ENDPOINT:
        return client()
    return boto3.client(
        "s3",
        endpoint_url=settings.FASI_S3_PUBLIC_ENDPOINT,
        region_name=settings.FASI_S3_REGION,
        aws_access_key_id=settings.FASI_S3_ACCESS_KEY or None,
        aws_secret_access_key=settings.FASI_S3_SECRET_KEY or None,
        config=client().meta.config,
    )


def signed_url(key: str, content_type: str = JPEG) -> str:
    """A short-lived address of a private object, served with this content type only. For nginx."""
    return client().generate_presigned_url(
        "get_object",
        Params={
            "Bucket": settings.FASI_S3_BUCKET,
            "Key": key,
            "ResponseContentType": content_type,
        },
        ExpiresIn=settings.FASI_SIGNED_URL_S,
    )


@dataclass(frozen=True)
class PostForm:
    """A form that puts one file into the bucket: where to POST it, and its fields before `file`.

    The address may be one of the site's, without its name.
    """

    url: str
    fields: dict[str, str]


def post_form(key: str, most_bytes: int, seconds: int) -> PostForm:
    """A form that may store one object under this key, of a limited size, for a limited time.

    The bucket checks the size against the form's policy: SeaweedFS does, as S3 does.
    """
    form = _public_client().generate_presigned_post(
        settings.FASI_S3_BUCKET,
        key,
        Conditions=[["content-length-range", 1, most_bytes]],
        ExpiresIn=seconds,
    )
    # nginx passes it on: nothing but the site needs to be reachable from outside.
    through_site = settings.BEHIND_NGINX and not settings.FASI_S3_PUBLIC_ENDPOINT
    return PostForm(DIRECT_UPLOAD if through_site else form["url"], form["fields"])


def ensure_bucket() -> None:
    """Create the bucket where it is missing. Raises StorageUnavailable."""
    try:
        client().head_bucket(Bucket=settings.FASI_S3_BUCKET)
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in MISSING_CODES | {"NoSuchBucket"}:
            raise StorageUnavailable(f"bucket {settings.FASI_S3_BUCKET}: {error}") from error
        client().create_bucket(Bucket=settings.FASI_S3_BUCKET)
    except BotoCoreError as error:
        raise StorageUnavailable(f"bucket {settings.FASI_S3_BUCKET}: {error}") from error


def reachable() -> bool:
    """Whether the bucket answers."""
    try:
        client().head_bucket(Bucket=settings.FASI_S3_BUCKET)
    except (BotoCoreError, ClientError):
        return False
    return True


@lru_cache(maxsize=1)
def fetchers() -> ThreadPoolExecutor:
    """The threads in which a process talks to S3 in parallel."""
    return ThreadPoolExecutor(settings.FASI_FETCH_THREADS, thread_name_prefix="s3")
