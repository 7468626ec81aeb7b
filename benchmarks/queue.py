"""What the queue brings through: photos that wait, their way through S3, engine and database."""

from benchmarks.plain_worker import QUEUE, TASK
from tests.support.live_stack import House
from tests.support.starting import wait_until

WAITING = 2000
PLAIN = 120
KILOBYTES = 60
PATIENCE_S = 600.0


def measure(house: House) -> dict[str, float]:
    """Photos per second with a full queue, of our worker and of a plain one."""
    plain = _plain(house)
    house.python("-m", "benchmarks.fill", str(WAITING), str(KILOBYTES))
    worker = house.start_worker()
    ours = _rate(house, WAITING)
    worker.terminate()
    house.forget()
    return {"queue_photos_per_s": ours, "plain_worker_photos_per_s": plain}


def _plain(house: House) -> float:
    house.python("-m", "benchmarks.fill", str(PLAIN), str(KILOBYTES))
    house.empty_broker()
    for (outfit,) in house.query("SELECT id::text FROM classifier_outfit"):
        house.send(TASK, outfit, queue=QUEUE)
    command = ["celery", "-q", "-A", "benchmarks.plain_worker", "worker", "-Q", QUEUE]
    worker = house.start("plain", command)
    rate = _rate(house, PLAIN)
    worker.kill()
    house.forget()
    return rate


def _rate(house: House, count: int) -> float:
    """Photos per second after the first tenth, when everything is warm."""
    wait_until(lambda: not house.unfinished(), "all are done", PATIENCE_S, pause_s=0.5)
    times: list[float] = [
        moment
        for (moment,) in house.query(
            "SELECT extract(epoch FROM classified)::float FROM classifier_outfit ORDER BY 1"
        )
    ]
    first = times[count // 10]
    return sum(moment > first for moment in times) / (times[-1] - first)
