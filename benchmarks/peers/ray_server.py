"""Ray Serve: one replica that collects batches."""

import sys
import time
from typing import Any

import ray
from ray import serve

from benchmarks.peers.model import MOST, WITHIN_S, Model, pixels


@serve.deployment(max_ongoing_requests=100)
class Styles:
    """One photo a request, as its body."""

    def __init__(self) -> None:
        self.model = Model()

    @serve.batch(max_batch_size=MOST, batch_wait_timeout_s=WITHIN_S)
    async def classify(self, photos: list[bytes]) -> list[list[float]]:
        """All that came within the time."""
        return self.model.styles([pixels(photo) for photo in photos])

    async def __call__(self, request: Any) -> list[float]:
        answer: list[float] = await self.classify(await request.body())
        return answer


if __name__ == "__main__":
    ray.init(include_dashboard=False, num_cpus=4, logging_level="warning")
    serve.start(http_options={"host": "127.0.0.1", "port": int(sys.argv[1])})
    serve.run(Styles.bind())  # type: ignore[attr-defined]  # the decorator made it a deployment
    while True:
        time.sleep(3600)
