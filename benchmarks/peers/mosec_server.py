"""mosec: decoding in two processes, batches in a third."""

import numpy as np
from mosec import Server, Worker
from numpy.typing import NDArray

from benchmarks.peers.model import MOST, WITHIN_S, Model, pixels


class Decode(Worker):
    """JPEG to pixels."""

    def deserialize(self, data: bytes) -> bytes:
        return data

    def forward(self, data: bytes) -> NDArray[np.uint8]:
        return pixels(data)


class Classify(Worker):
    """Pixels to probabilities."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()

    def forward(self, data: list[NDArray[np.uint8]]) -> list[list[float]]:
        return self.model.styles(data)


if __name__ == "__main__":
    server = Server()
    server.append_worker(Decode, num=2)
    server.append_worker(
        Classify, num=1, max_batch_size=MOST, max_wait_time=round(1000 * WITHIN_S), timeout=60
    )
    server.run()
