"""The folder of a crawl in an S3 bucket: what the manifest has, and nothing that was taken down."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from crawler.errors import CrawlerError
from crawler.manifest import MANIFEST


def upload(output: Path, url: str) -> tuple[int, int]:
    """Make `s3://bucket/prefix` what the folder is; how many files were sent, and removed there.

    Where the bucket is, and the keys for it, are boto3's settings (AWS_ENDPOINT_URL, ...). A file
    that is there already, as large, is not sent again: its name is its checksum. Raises
    CrawlerError.
    """
    scheme, _, rest = url.partition("://")
    bucket, _, prefix = rest.partition("/")
    if scheme != "s3" or not bucket:
        raise CrawlerError(f"{url!r} is no s3://bucket/prefix.")
    prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
    try:
        with (output / MANIFEST).open(encoding="utf-8", newline="") as file:
            paths = [row["path"] for row in csv.DictReader(file)]
    except OSError as error:
        raise CrawlerError(f"{output} has no {MANIFEST}: crawl first.") from error
    try:
        client = boto3.client("s3")
        there = dict(_listed(client, bucket, prefix))
        wanted = {f"{prefix}{path}": output / path for path in paths}
        new = [key for key, path in wanted.items() if there.get(key) != path.stat().st_size]
        for key in new:
            client.upload_file(str(wanted[key]), bucket, key)
        # The manifest after the files that it names, and before those go that it no longer names.
        client.upload_file(str(output / MANIFEST), bucket, f"{prefix}{MANIFEST}")
        gone = [key for key in there if key not in wanted and _ours(key, prefix)]
        for key in gone:
            client.delete_object(Bucket=bucket, Key=key)
    except (Boto3Error, BotoCoreError, ClientError) as error:
        raise CrawlerError(f"{url} cannot be written: {error}") from error
    return len(new), len(gone)


def _listed(client: Any, bucket: str, prefix: str) -> Iterator[tuple[str, int]]:
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for each in page.get("Contents", ()):
            yield each["Key"], each["Size"]


def _ours(key: str, prefix: str) -> bool:
    """Whether a crawl may have put it there: `style/checksum.ending` below the prefix."""
    return key != f"{prefix}{MANIFEST}" and key.removeprefix(prefix).count("/") == 1
