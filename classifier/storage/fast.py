"""The calls of every photo, put and get, by obstore: a sixth of boto3's CPU time a call.

boto3 stays for all else (`objects.client`), and for what is large: obstore would give a put as long
as the bucket may take to answer, however many bytes there are.
"""

from datetime import timedelta
from functools import lru_cache

from django.conf import settings
from obstore.auth.boto3 import Boto3CredentialProvider
from obstore.store import S3Store


@lru_cache(maxsize=1)
def store() -> S3Store:
    """One a process, made after the fork: it has threads of its own."""
    endpoint = settings.FASI_S3_ENDPOINT
    seconds = timedelta(seconds=settings.FASI_IO_TIMEOUT_S)
    with_keys = (
        {
            "access_key_id": settings.FASI_S3_ACCESS_KEY,
            "secret_access_key": settings.FASI_S3_SECRET_KEY,
        }
        if settings.FASI_S3_ACCESS_KEY
        else {"credential_provider": Boto3CredentialProvider()}  # boto3's own search
    )
    return S3Store(
        settings.FASI_S3_BUCKET,
        region=settings.FASI_S3_REGION,
        # As boto3: virtual-host addressing needs DNS for each bucket, which small servers lack.
        **({"endpoint": endpoint, "virtual_hosted_style_request": False} if endpoint else {}),
        client_options={
            "allow_http": True,
            "connect_timeout": seconds,
            "read_timeout": seconds,  # each read, not the whole: photos may come slowly
            # A server that was started again has a new end of each idle connection.
            "pool_idle_timeout": timedelta(seconds=20),
        },
        retry_config={"max_retries": 1, "retry_timeout": seconds},
        **with_keys,
    )
