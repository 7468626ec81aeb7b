"""Settings of what comes in and goes out: photos, the REST API, webhooks."""

from fasi_site.environment import EMBEDDED, env

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
