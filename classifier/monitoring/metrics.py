"""What Prometheus is told: counters and times, right across all processes of a host.

Each process writes to files of its own in FASI_METRICS_DIR (prometheus_client's multiprocess mode)
and whoever answers `/metrics` adds them up. The queue itself is asked in the database, once a
second at most, with queries whose cost is bounded however long it is: `QueueCollector`.
"""

from collections import Counter as Counted
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from classifier.models import Outfit, Release
from classifier.monitoring.heartbeat import warm_worker
from classifier.monitoring.serving import serving_workers

# prometheus_client opens a file of this process as soon as a metric is defined.
settings.FASI_METRICS_DIR.mkdir(parents=True, exist_ok=True)

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_WAITS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0)

STEP = Histogram(
    "fasi_step_seconds", "Seconds in a step of the way of photos.", ["step"], buckets=_SECONDS
)
"""`STEP.labels("infer").time()`. Of one photo: decode, store, record. Of a claim: claim, fetch (as
long as the engine waited for it), infer, finish."""
WAIT = Histogram(
    "fasi_outfit_seconds", "Seconds from being queued to the prediction.", buckets=_WAITS
)
UPLOADS = Counter("fasi_uploads_total", "Uploads by what became of them.", ["result"])
"""accepted, seen_before, or the code of the refusal."""
TRIALS = Counter("fasi_trials_total", "Photos of visitors by what became of them.", ["result"])
"""begun, answered, kept, or the code of the refusal."""
SUGGESTIONS = Counter(
    "fasi_suggestions_total",
    "Items of the catalogue that people were shown, liked or hid.",
    ["event", "release", "variant"],
)
"""`variant`: the ranking that chose, or "nobody" for those who switched that off."""
CLAIM_SIZE = Histogram(
    "fasi_claim_size", "Outfits in a claim.", buckets=(1, 2, 4, 8, 16, 32, 64, 128)
)
FINISHED = Counter("fasi_outfits_finished_total", "Outfits with a prediction.", ["engine"])
LEASES_LOST = Counter("fasi_leases_lost_total", "Outfits whose worker came too late to finish.")
LEASES_EXPIRED = Counter("fasi_leases_expired_total", "Leases that the sweep took back.")
FAULTS = Counter("fasi_faults_total", "Attempts that ended without a prediction.", ["reason"])
SWAPS = Counter(
    "fasi_release_swaps_total", "Changes to another release, by a worker process.", ["result"]
)
"""done, or refused: the release could not be loaded, and the one before went on."""
SWAP = Histogram(
    "fasi_release_swap_seconds",
    "Seconds in which a worker loaded another release while the one before served.",
    buckets=_WAITS,
)
WAKE_UPS = Counter("fasi_wake_ups_total", "Wake-ups: published, coalesced or failed.", ["result"])
REQUESTS = Counter("fasi_http_requests_total", "Requests to the site.", ["view", "status"])
REQUEST = Histogram(
    "fasi_http_request_seconds", "Seconds that a request took.", ["view"], buckets=_SECONDS
)

COUNTED_AT_MOST = 100_000
"""A longer queue, or inbox, is shown as so long: counting must not cost more as it grows."""
_CACHE_S = 1


@dataclass(frozen=True)
class Queue:
    """How the queue stands: by priority how many wait and how old the oldest is, in seconds."""

    queued: dict[str, int]
    oldest_s: dict[str, float]
    running: int
    dead_letters: int

    @classmethod
    def read(cls) -> "Queue":
        """From the database; a few index scans."""
        priorities = {choice.value: choice.name.lower() for choice in Outfit.Priority}
        queued = dict.fromkeys(priorities.values(), 0)
        oldest = dict.fromkeys(priorities.values(), 0.0)
        with connection.cursor() as cursor:
            for priority, name in priorities.items():
                cursor.execute(
                    "SELECT count(*), coalesce(extract(epoch FROM now() - ("
                    "   SELECT queued_at FROM classifier_outfit"
                    "   WHERE status = 'queued' AND priority = %(priority)s"
                    "   ORDER BY queued_at LIMIT 1"
                    ")), 0)::float FROM ("
                    "   SELECT FROM classifier_outfit"
                    "   WHERE status = 'queued' AND priority = %(priority)s LIMIT %(most)s"
                    ") AS few",
                    {"priority": priority, "most": COUNTED_AT_MOST},
                )
                queued[name], oldest[name] = cursor.fetchone()
            return cls(queued, oldest, _count(cursor, "running"), _count(cursor, "failed"))


def _count(cursor: CursorWrapper, status: str) -> int:
    cursor.execute(
        "SELECT count(*) FROM (SELECT FROM classifier_outfit WHERE status = %s LIMIT %s) AS few",
        [status, COUNTED_AT_MOST],
    )
    return int(cursor.fetchone()[0])


class QueueCollector(Collector):
    """Gauges of the queue, the active release and the warm worker, from the shared stores.

    A store that does not answer costs its own gauges only, and `fasi_reachable` says so.
    """

    def collect(self) -> Iterator[Metric]:
        """See ``prometheus_client.registry.Collector``."""
        reachable = GaugeMetricFamily(
            "fasi_reachable", "1 when the site reaches this store.", labels=["store"]
        )
        for store, read, away in (
            ("database", _of_the_database, DatabaseError),
            ("cache", _of_the_cache, RedisError),
        ):
            try:
                yield from read()
                reachable.add_metric([store], 1)
            except away:
                reachable.add_metric([store], 0)
        yield reachable


def _of_the_database() -> list[Metric]:
    queue = _queue()
    queued = GaugeMetricFamily("fasi_queued", "Outfits that wait.", labels=["priority"])
    oldest = GaugeMetricFamily(
        "fasi_oldest_queued_seconds",
        "Age of the outfit that waits longest; 0 when none waits.",
        labels=["priority"],
    )
    for name, count in queue.queued.items():
        queued.add_metric([name], count)
        oldest.add_metric([name], queue.oldest_s[name])
    release = Release.objects.filter(status=Release.Status.ACTIVE).only("name", "sha256").first()
    serving = GaugeMetricFamily(
        "fasi_release_workers",
        "Worker processes that serve this release, and that were to but could not load it.",
        labels=["release", "state"],
    )
    for (name, state), count in Counted(
        pair
        for worker in serving_workers()
        for pair in ((worker.release, "serving"), (worker.refused, "refused"))
        if pair[0]
    ).items():
        serving.add_metric([name, state], count)
    return [
        queued,
        oldest,
        serving,
        GaugeMetricFamily("fasi_running", "Outfits that are claimed.", queue.running),
        GaugeMetricFamily("fasi_dead_letters", "Outfits that failed for good.", queue.dead_letters),
        InfoMetricFamily(
            "fasi_release",
            "The active release.",
            {"name": release.name, "sha256": release.sha256} if release else {},
        ),
    ]


def _of_the_cache() -> list[Metric]:
    warm = warm_worker()
    return [
        GaugeMetricFamily(
            "fasi_worker_warm", "1 when a warm worker was seen lately.", int(warm is not None)
        ),
        InfoMetricFamily(
            "fasi_worker",
            "The warm worker that was seen last.",
            {"engine": warm.engine, "release": warm.release} if warm else {},
        ),
    ]


def _queue() -> Queue:
    """As it was a moment ago: several that ask at once cost one reading."""
    try:
        found = cache.get_or_set("metrics-queue", lambda: asdict(Queue.read()), _CACHE_S)
    except RedisError:
        found = None
    return Queue(**found) if found else Queue.read()


def exposition(*collectors: Collector) -> bytes:
    """All metrics of this host in Prometheus's text format, and what the collectors add."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    for collector in collectors:
        registry.register(collector)
    return generate_latest(registry)
