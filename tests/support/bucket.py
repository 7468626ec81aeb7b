"""The bucket as tests see it: what is in it, and what it is like when it is away."""

import boto3
import pytest
from botocore.config import Config
from obstore.store import S3Store

from classifier.storage import multipart, objects


def keys_below(*prefixes: str) -> set[str]:
    """All keys below these prefixes."""
    return {key for prefix in prefixes for key, _ in objects.listing(prefix)}


def all_user_keys() -> set[str]:
    """All that is in the bucket of anybody: photos, thumbs, exports, ZIPs."""
    return keys_below(objects.OUTFITS, objects.EXPORTS, objects.BATCHES)


def uploads_under_way() -> set[str]:
    """Keys of multipart uploads that are neither complete nor aborted."""
    return {key for key, _id, _begun in multipart.uploads(objects.EXPORTS)}


def take_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on S3 does not answer: a real client, at an address where nothing listens."""
    nowhere = boto3.client(
        "s3",
        endpoint_url="http://127.0.0.1:9",
        region_name="us-east-1",
        aws_access_key_id="nobody",
        aws_secret_access_key="nothing",
        config=Config(connect_timeout=1, retries={"total_max_attempts": 1}),
    )
    monkeypatch.setattr(objects, "client", lambda: nowhere)
    away = S3Store(
        "fasi",
        endpoint="http://127.0.0.1:9",
        region="us-east-1",
        access_key_id="nobody",
        secret_access_key="nothing",
        client_options={"allow_http": True},
        retry_config={"max_retries": 0},
    )
    monkeypatch.setattr(objects, "store", lambda: away)
