"""Settings of jobs: how classification and the long work go, and Celery, which starts them."""

from datetime import timedelta

from fasi_site.environment import EMBEDDED, env
from fasi_site.settings_releases import FASI_BACKFILL_S

FASI_ENGINE = env.str("FASI_ENGINE", default="openvino")
# Off: every photo counts as an outfit, for sites that get no others.
FASI_GATE = env.bool("FASI_GATE", default=True)
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
# What somebody deletes stays in their bin for so long.
FASI_BIN_DAYS = env.int("FASI_BIN_DAYS", default=30)
FASI_EXPORTS_PER_DAY = env.int("FASI_EXPORTS_PER_DAY", default=1_000 if EMBEDDED else 5)
# Checking one direct upload, and sending one event to a webhook.
FASI_UPLOAD_LEASE_S = env.int("FASI_UPLOAD_LEASE_S", default=60)
FASI_DELIVERY_TIMEOUT_S = env.int("FASI_DELIVERY_TIMEOUT_S", default=15)
FASI_DELIVERY_LEASE_S = env.int("FASI_DELIVERY_LEASE_S", default=60)

# Celery ------------------------------------------------------------------------------------------

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
