"""How long after the answer to an upload the prediction is on the row, on an idle machine."""

import statistics
import time
import uuid

import psycopg2

from benchmarks.client import Visitor
from benchmarks.pictures import noisy_photo

WARM_UP = 5
PHOTOS = 60
PATIENCE_S = 30


def measure(address: str, database_url: str) -> dict[str, float]:
    """p50 and p95 in milliseconds, over photos that are sent one after the other.

    The row is read every two milliseconds, so a figure is at most that much too large.
    """
    visitor = Visitor(address)
    connection = psycopg2.connect(database_url)
    connection.autocommit = True
    photos = [noisy_photo(seed) for seed in range(WARM_UP + PHOTOS)]
    waits, answers = [], []
    for photo in photos:
        answered = visitor.upload(photo)
        waits.append(1000 * (_when_done(connection, answered.outfit_id) - answered.at))
        answers.append(1000 * answered.seconds)
    connection.close()
    cuts = statistics.quantiles(waits[WARM_UP:], n=20)
    return {
        "photo_kb": statistics.median(len(photo) for photo in photos) / 1024,
        "upload_answer_p50_ms": statistics.median(answers[WARM_UP:]),
        "latency_idle_p50_ms": statistics.median(waits[WARM_UP:]),
        "latency_idle_p95_ms": cuts[-1],
    }


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
