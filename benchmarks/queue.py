"""What the queue brings through: photos that wait, their way through S3, engine and database."""

from benchmarks.plain_worker import QUEUE, TASK
from tests.support.live_stack import LiveStack
from tests.support.starting import wait_until

WAITING = 2000
PLAIN = 120
KILOBYTES = 60
PATIENCE_S = 600.0


def measure(stack: LiveStack) -> dict[str, float]:
    """Photos per second with a full queue, of our worker and of a plain one."""
    plain = _plain(stack)
    stack.python("-m", "benchmarks.fill", str(WAITING), str(KILOBYTES))
    worker = stack.start_worker()
    ours = _rate(stack, WAITING)
    worker.terminate()
    stack.forget()
    return {"queue_photos_per_s": ours, "plain_worker_photos_per_s": plain}


def _plain(stack: LiveStack) -> float:
    stack.python("-m", "benchmarks.fill", str(PLAIN), str(KILOBYTES))
    stack.empty_broker()
    for (outfit,) in stack.query("SELECT id::text FROM classifier_outfit"):
        stack.send(TASK, outfit, queue=QUEUE)
    command = ["celery", "-q", "-A", "benchmarks.plain_worker", "worker", "-Q", QUEUE]
    worker = stack.start("plain", command)
    rate = _rate(stack, PLAIN)
    worker.kill()
    stack.forget()
    return rate


def _rate(stack: LiveStack, count: int) -> float:
    """Photos per second after the first tenth, when everything is warm."""
    wait_until(lambda: not stack.unfinished(), "all are done", PATIENCE_S, pause_s=0.5)
    times: list[float] = [
        moment
        for (moment,) in stack.query(
            "SELECT extract(epoch FROM classified)::float FROM classifier_outfit ORDER BY 1"
        )
    ]
    first = times[count // 10]
    return sum(moment > first for moment in times) / (times[-1] - first)
