"""Settings of what runs beside us: PostgreSQL, the broker, the cache, the bucket."""

from botocore.config import Config

from fasi_site.environment import env, required
from fasi_site.settings_jobs import FASI_IO_TIMEOUT_S, FASI_VISIBILITY_TIMEOUT_S

DATABASES = {"default": env.db_url_config(required("FASI_DATABASE_URL"))}
DATABASES["default"] |= {
    "CONN_MAX_AGE": env.int("FASI_DATABASE_CONN_MAX_AGE", default=60),
    "CONN_HEALTH_CHECKS": True,
}
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
# Compiling a query costs more than any query of ours runs; estimates of large tables invite it.
DATABASES["default"]["OPTIONS"].setdefault("options", "-c jit=off")
# A socket's folder comes as an option of the address; `manage.py dbshell` looks for it in HOST.
DATABASES["default"]["HOST"] = (
    DATABASES["default"]["OPTIONS"].pop("host", "") or DATABASES["default"]["HOST"]
)

REDIS_TIMEOUT_S = 2
CELERY_BROKER_URL = required("FASI_BROKER_URL")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": FASI_VISIBILITY_TIMEOUT_S,
    # An upload must not wait for a broker that is down: its row is safe, and a sweep will find it.
    # (Without this, kombu tries for six seconds. A worker's own connection has its own settings.)
    "max_retries": 0,
    "socket_connect_timeout": REDIS_TIMEOUT_S,
    "socket_keepalive": True,
    "health_check_interval": 10,
}
CACHES = {
    "default": {
        "BACKEND": "fasi_site.cache.JsonRedisCache",
        "LOCATION": required("FASI_CACHE_URL"),
        "KEY_PREFIX": "fasi",
        "OPTIONS": {"socket_connect_timeout": REDIS_TIMEOUT_S, "socket_timeout": REDIS_TIMEOUT_S},
    }
}
# Sessions live in PostgreSQL: nobody is signed out by a restart of the cache.
SESSION_ENGINE = "classifier.accounts.session_store"

# S3 ---------------------------------------------------------------------------------------------

FASI_S3_ENDPOINT = env.str("FASI_S3_ENDPOINT", default="")
# Where direct uploads go, if not through nginx: for a bucket that the world may reach by itself.
FASI_S3_PUBLIC_ENDPOINT = env.str("FASI_S3_PUBLIC_ENDPOINT", default="")
FASI_S3_BUCKET = env.str("FASI_S3_BUCKET", default="fasi")
FASI_S3_REGION = env.str("FASI_S3_REGION", default="us-east-1")
FASI_S3_ACCESS_KEY = env.str("FASI_S3_ACCESS_KEY", default="")
FASI_S3_SECRET_KEY = env.str("FASI_S3_SECRET_KEY", default="")
FASI_SIGNED_URL_S = env.int("FASI_SIGNED_URL_S", default=900)

STORAGES = {
    "default": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": FASI_S3_BUCKET,
            "endpoint_url": FASI_S3_ENDPOINT or None,
            "region_name": FASI_S3_REGION,
            "access_key": FASI_S3_ACCESS_KEY or None,
            "secret_key": FASI_S3_SECRET_KEY or None,
            "client_config": Config(
                connect_timeout=FASI_IO_TIMEOUT_S,
                read_timeout=FASI_IO_TIMEOUT_S,
                retries={"mode": "standard", "total_max_attempts": 2},
                max_pool_connections=32,
                signature_version="s3v4",
                # Virtual-host addressing needs DNS for each bucket, which small S3 servers lack.
                s3={"addressing_style": "path" if FASI_S3_ENDPOINT else "auto"},
                # Our bytes are sanitised JPEGs on a trusted network; not every S3 server knows
                # the newer trailing checksums that boto3 sends unless told otherwise.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        },
    },
    "staticfiles": {"BACKEND": "fasi_site.static_files.StaticStorage"},
}
