"""Settings of the site, the worker and beat. All of them come from the environment.

`make up` writes what its embedded services need to `services.env` in the data folder, which is
read here below the environment. So there is one code path: production differs only in variables.
docs/operations.md lists every variable with its default.
"""

import os
from datetime import timedelta
from pathlib import Path

import django_stubs_ext
from botocore.config import Config
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from fasi_site.environment import BASE_DIR, DATA_DIR, EMBEDDED, HTTPS, env, required
from fasi_site.logs import logging_config
from fasi_site.settings_accounts import *  # noqa: F403
from fasi_site.settings_accounts import OIDC_ORIGINS
from fasi_site.settings_training import *  # noqa: F403
from fasi_site.settings_trials import *  # noqa: F403

# Lets classes name their type arguments (ModelAdmin[Outfit]) at run time too.
django_stubs_ext.monkeypatch()

# Core -------------------------------------------------------------------------------------------

SECRET_KEY = required("FASI_SECRET_KEY")
DEBUG = env.bool("FASI_DEBUG", default=False)
ALLOWED_HOSTS = env.list(
    "FASI_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if EMBEDDED else []
)
CSRF_TRUSTED_ORIGINS = env.list("FASI_CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "fasi_site.static_files.StaticFiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_htmx",
    "ninja",  # for the documentation page's static files
    "classifier",
    "worker",
]

MIDDLEWARE = [
    "classifier.monitoring.middleware.observed",
    # Outside of all that may answer with an error.
    "classifier.api.middleware.ApiMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "classifier.values.middleware.readable_request",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "classifier.values.middleware.ReadableForm",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "classifier.accounts.providers.provider_away",
    "classifier.accounts.sessions.noted",
    "classifier.accounts.factors.staff_need_factor",
    "classifier.accounts.sessions.not_stored",
    "django_htmx.middleware.HtmxMiddleware",
    "classifier.history.time_zones.in_persons_time_zone",
    "classifier.monitoring.middleware.whole_page_sign_in",
]

ROOT_URLCONF = "fasi_site.urls"
WSGI_APPLICATION = "fasi_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "fasi_site" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# PostgreSQL, the broker and the cache -----------------------------------------------------------

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
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_TIMEOUT_S = 2
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

# The job engine ---------------------------------------------------------------------------------

FASI_ENGINE = env.str("FASI_ENGINE", default="openvino")
# Off: every photo counts as an outfit, for sites that get no others.
FASI_GATE = env.bool("FASI_GATE", default=True)
# Public keys of minisign, one of which must have signed a bundle; and whether one without such a
# signature is taken.
FASI_RELEASE_KEYS = env.list("FASI_RELEASE_KEYS", default=[])
FASI_UNSIGNED_RELEASES = env.bool("FASI_UNSIGNED_RELEASES", default=EMBEDDED)
# How often a worker process asks which release is active.
FASI_RELEASE_POLL_S = env.float("FASI_RELEASE_POLL_S", default=1.0)
FASI_CLAIM_SIZE = env.int("FASI_CLAIM_SIZE", default=32)
FASI_MAX_ATTEMPTS = env.int("FASI_MAX_ATTEMPTS", default=3)
# How long an outfit waits for a photo store that is away, however many attempts that are.
FASI_STORAGE_PATIENCE_S = env.int("FASI_STORAGE_PATIENCE_S", default=86_400)
FASI_FETCH_THREADS = env.int("FASI_FETCH_THREADS", default=8)
FASI_SWEEP_S = env.int("FASI_SWEEP_S", default=10)
# These must ascend in this order; classifier.checks says so at start-up if they do not.
FASI_IO_TIMEOUT_S = env.int("FASI_IO_TIMEOUT_S", default=5)
FASI_SOFT_LIMIT_S = env.int("FASI_SOFT_LIMIT_S", default=20)
FASI_HARD_LIMIT_S = env.int("FASI_HARD_LIMIT_S", default=25)
FASI_LEASE_S = env.int("FASI_LEASE_S", default=30)
FASI_VISIBILITY_TIMEOUT_S = env.int("FASI_VISIBILITY_TIMEOUT_S", default=3600)

# Long work, such as exports: these tasks have a process of their own and no engine.
FASI_CHORES_S = env.int("FASI_CHORES_S", default=30)
FASI_CHORE_LIMIT_S = env.int("FASI_CHORE_LIMIT_S", default=3000)
FASI_EXPORT_LEASE_S = env.int("FASI_EXPORT_LEASE_S", default=120)
FASI_UNPACK_LEASE_S = env.int("FASI_UNPACK_LEASE_S", default=120)
FASI_EXPORT_HOURS = env.int("FASI_EXPORT_HOURS", default=72)
FASI_EXPORTS_PER_DAY = env.int("FASI_EXPORTS_PER_DAY", default=1_000 if EMBEDDED else 5)
# Reviews by staff: how long a photo is one reviewer's, and of how many photos two are asked.
FASI_REVIEW_LEASE_S = env.int("FASI_REVIEW_LEASE_S", default=300)
FASI_REVIEW_TWICE_PERCENT = env.int("FASI_REVIEW_TWICE_PERCENT", default=10)
# Backfills and shadows: how often a shadow looks for new outfits, the lease of a step, and after
# how long one job lets another have its turn.
FASI_BACKFILL_S = env.int("FASI_BACKFILL_S", default=30)
FASI_BACKFILL_LEASE_S = env.int("FASI_BACKFILL_LEASE_S", default=120)
FASI_BACKFILL_TURN_S = env.int("FASI_BACKFILL_TURN_S", default=60)
# When a candidate is better than the active release: so many reviewed photos, of which so many are
# of a style that is judged by itself, and which may be so much worse.
FASI_PROMOTE_PHOTOS = env.int("FASI_PROMOTE_PHOTOS", default=200)
FASI_PROMOTE_STYLE_PHOTOS = env.int("FASI_PROMOTE_STYLE_PHOTOS", default=20)
FASI_PROMOTE_WORSE = env.float("FASI_PROMOTE_WORSE", default=0.05)
# Checking one direct upload, and sending one event to a webhook.
FASI_UPLOAD_LEASE_S = env.int("FASI_UPLOAD_LEASE_S", default=60)
FASI_DELIVERY_TIMEOUT_S = env.int("FASI_DELIVERY_TIMEOUT_S", default=15)
FASI_DELIVERY_LEASE_S = env.int("FASI_DELIVERY_LEASE_S", default=60)

# The weeks of traffic that staff watch for drift: counted anew so often, and shown where a week's
# photos of one source are so many, of so many people. One's own machine has few people.
FASI_DRIFT_S = env.int("FASI_DRIFT_S", default=3600)
FASI_DRIFT_PHOTOS = env.int("FASI_DRIFT_PHOTOS", default=20)
FASI_DRIFT_PEOPLE = env.int("FASI_DRIFT_PEOPLE", default=1 if EMBEDDED else 5)

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
CELERY_TASK_DEFAULT_QUEUE = "fasi"
FASI_CHORES_QUEUE = "chores"
FASI_BACKFILL_QUEUE = "backfill"
CELERY_TASK_ROUTES = {
    "worker.chores": {"queue": FASI_CHORES_QUEUE},
    "worker.remove_orphans": {"queue": FASI_CHORES_QUEUE},
    "worker.look_at_retraining": {"queue": FASI_CHORES_QUEUE},
    "worker.backfill": {"queue": FASI_BACKFILL_QUEUE},
}
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = CELERY_EVENT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True  # the row is the result
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False  # the sweep wakes a worker when a wake-up got lost
CELERY_TASK_SOFT_TIME_LIMIT = FASI_SOFT_LIMIT_S
CELERY_TASK_TIME_LIMIT = FASI_HARD_LIMIT_S
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.int("FASI_WORKER_PROCESSES", default=1)
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60  # a child loads its engine before it says that it is up
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = FASI_SOFT_LIMIT_S
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "worker.sweep",
        "schedule": FASI_SWEEP_S,
        # While no worker runs, sweeps must not pile up for the one that comes back.
        "options": {"expires": FASI_SWEEP_S},
    },
    "chores": {
        "task": "worker.chores",
        "schedule": FASI_CHORES_S,
        "options": {"expires": FASI_CHORES_S},
    },
    "backfill": {
        "task": "worker.backfill",
        "schedule": FASI_BACKFILL_S,
        "options": {"expires": FASI_BACKFILL_S},
    },
    "check-uploads": {
        "task": "worker.check_uploads",
        "schedule": FASI_SWEEP_S,
        "options": {"expires": FASI_SWEEP_S},
    },
    "deliver": {
        "task": "worker.deliver",
        "schedule": FASI_SWEEP_S,
        "options": {"expires": FASI_SWEEP_S},
    },
    "end-forms": {
        "task": "worker.end_forms",
        "schedule": FASI_CHORES_S,
        "options": {"expires": FASI_CHORES_S},
    },
    "look-at-retraining": {
        "task": "worker.look_at_retraining",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3600},
    },
    "remove-orphans": {
        "task": "worker.remove_orphans",
        "schedule": timedelta(hours=6),
        "options": {"expires": 3600},
    },
}

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

# Photos: what is accepted -----------------------------------------------------------------------

FASI_MAX_UPLOAD_BYTES = env.int("FASI_MAX_UPLOAD_BYTES", default=30 * 1024**2)
FASI_MAX_PIXELS = env.int("FASI_MAX_PIXELS", default=64_000_000)
FASI_MIN_SIDE = env.int("FASI_MIN_SIDE", default=64)
# Photos are decoded in processes of their own: how many each process of ours has at most, and
# what one photo may take there, in bytes, CPU seconds and seconds.
FASI_DECODERS = env.int("FASI_DECODERS", default=2)
FASI_DECODER_BYTES = env.int("FASI_DECODER_BYTES", default=512 * 1024**2)
FASI_DECODER_CPU_S = env.int("FASI_DECODER_CPU_S", default=8)
FASI_DECODER_S = env.int("FASI_DECODER_S", default=15)
# One's own machine is the place for load tests and large folders; on a server the limits bite.
FASI_UPLOADS_PER_MINUTE = env.int("FASI_UPLOADS_PER_MINUTE", default=100_000 if EMBEDDED else 60)
FASI_UPLOADS_PER_MINUTE_ADDRESS = env.int(
    "FASI_UPLOADS_PER_MINUTE_ADDRESS", default=100_000 if EMBEDDED else 120
)
FASI_UPLOADS_PER_DAY = env.int("FASI_UPLOADS_PER_DAY", default=1_000_000 if EMBEDDED else 1_000)
FASI_STORED_BYTES = env.int("FASI_STORED_BYTES", default=100 * 1024**3 if EMBEDDED else 2 * 1024**3)

FILE_UPLOAD_HANDLERS = [
    "classifier.uploads.handler.CappedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# A ZIP of photos: its size, how many files are in it, and what they may take when unpacked.
FASI_ZIP_BYTES = env.int("FASI_ZIP_BYTES", default=500 * 1024**2)
FASI_ZIP_FILES = env.int("FASI_ZIP_FILES", default=2_000)
FASI_ZIP_UNPACKED_BYTES = env.int("FASI_ZIP_UNPACKED_BYTES", default=1024**3)
FASI_ZIPS_WAITING = env.int("FASI_ZIPS_WAITING", default=3)
FASI_MAX_BATCHES = env.int("FASI_MAX_BATCHES", default=1_000_000 if EMBEDDED else 10_000)
FASI_MAX_FILES_PER_REQUEST = env.int("FASI_MAX_FILES_PER_REQUEST", default=200)
# Django's own limit answers a bare 400; ours, one before it, a sentence.
DATA_UPLOAD_MAX_NUMBER_FILES = FASI_MAX_FILES_PER_REQUEST + 1

# The REST API ------------------------------------------------------------------------------------

FASI_API_REQUESTS_PER_MINUTE = env.int(
    "FASI_API_REQUESTS_PER_MINUTE", default=100_000 if EMBEDDED else 600
)
# How many requests of a process may wait for a prediction at a time (`?wait=`): half its threads,
# so that the others go on serving everybody else.
FASI_API_WAITERS = env.int(
    "FASI_API_WAITERS", default=max(1, env.int("FASI_WEB_THREADS", default=4) // 2)
)

# Webhooks may lead into our own network, and need no TLS: for one's own machine only.
FASI_WEBHOOK_ALLOW_INTERNAL = env.bool("FASI_WEBHOOK_ALLOW_INTERNAL", default=EMBEDDED)
# Elsewhere they may lead to these ports of the public internet only.
FASI_WEBHOOK_PORTS = env.list("FASI_WEBHOOK_PORTS", cast=int, default=[443, 8443])
# How long the permission to put a photo into the bucket lasts, and how many one person may have.
FASI_DIRECT_UPLOAD_S = env.int("FASI_DIRECT_UPLOAD_S", default=3600)
FASI_OPEN_UPLOADS = env.int("FASI_OPEN_UPLOADS", default=100_000 if EMBEDDED else 1_000)
# What one person may have at a time: tokens that are good, webhooks.
FASI_MAX_TOKENS = env.int("FASI_MAX_TOKENS", default=50)
FASI_MAX_WEBHOOKS = env.int("FASI_MAX_WEBHOOKS", default=10)

# How many days the audit trail is kept; the database keeps each entry for 30 whatever this says.
FASI_AUDIT_DAYS = env.int("FASI_AUDIT_DAYS", default=365)

# Languages, static files ------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ko", _("Korean"))]
LOCALE_PATHS = [BASE_DIR / "fasi_site" / "locale"]
USE_TZ = True
# Of people whose browser does not tell theirs.
TIME_ZONE = env.str("FASI_TIME_ZONE", default="UTC")
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("FASI_STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "fasi_site" / "static"]
# Maps are for debuggers of other people's scripts; nobody waits for them.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")

# Security ---------------------------------------------------------------------------------------

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        # blob: shows the photos that are being uploaded.
        "img-src": [SELF, "data:", "blob:"],
        "form-action": [SELF, *OIDC_ORIGINS],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Being watched ----------------------------------------------------------------------------------

# What opens /metrics; without one it is there on the embedded stack only.
FASI_METRICS_TOKEN = env.str("FASI_METRICS_TOKEN", default="")
# Where a worker on a host without the site shows its metrics; 0 for nowhere.
FASI_METRICS_PORT = env.int("FASI_METRICS_PORT", default=0)
FASI_METRICS_BIND = env.str("FASI_METRICS_BIND", default="127.0.0.1")
FASI_METRICS_DIR = Path(env.str("FASI_METRICS_DIR", default=str(DATA_DIR / "metrics")))
# prometheus_client reads it when it is imported, which is later than here.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(FASI_METRICS_DIR)

LOGGING = logging_config(debug=DEBUG, json=env.bool("FASI_LOG_JSON", default=not EMBEDDED))
