"""How long after the answer to an upload the prediction is on the row."""

import statistics
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg2

from tests.support.client import Visitor

WARM_UP = 5
PATIENCE_S = 30


@dataclass(frozen=True)
class Latency:
    """Of single uploads: milliseconds until the answer, and from it to the prediction."""

    answer_p50_ms: float
    p50_ms: float
    p95_ms: float


def measure(visitor: Visitor, database_url: str, photos: Sequence[bytes]) -> Latency:
    """Upload the photos one after the other; the first few only warm everything up.

    The row is read every two milliseconds, so a figure is at most that much too large.
    """
    connection = psycopg2.connect(database_url)
    connection.autocommit = True
    waits, answers = [], []
    for photo in photos:
        answered = visitor.upload(photo)
        waits.append(1000 * (_when_done(connection, answered.outfit_id) - answered.at))
        answers.append(1000 * answered.seconds)
    connection.close()
    cuts = statistics.quantiles(waits[WARM_UP:], n=20)
    return Latency(
        answer_p50_ms=statistics.median(answers[WARM_UP:]),
        p50_ms=statistics.median(waits[WARM_UP:]),
        p95_ms=cuts[-1],
    )


def _when_done(connection: "psycopg2.extensions.connection", outfit_id: uuid.UUID) -> float:
    end = time.monotonic() + PATIENCE_S
    with connection.cursor() as cursor:
        while time.monotonic() < end:
            cursor.execute("SELECT status FROM classifier_outfit WHERE id = %s", [str(outfit_id)])
            row = cursor.fetchone()
            if row and row[0] == "done":
                return time.time()
            time.sleep(0.002)
    raise SystemExit(f"outfit {outfit_id} was not classified within {PATIENCE_S} s")
