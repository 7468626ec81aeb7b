"""LitServe: decoding in its API process, batches in its worker."""

import sys

import litserve
import numpy as np
from fastapi import Request
from numpy.typing import NDArray

from benchmarks.peers.model import MOST, WITHIN_S, Model, pixels


class Styles(litserve.LitAPI):
    """As its documentation has it, with a file field."""

    def setup(self, device: str) -> None:
        self.model = Model()

    def decode_request(self, request: Request) -> NDArray[np.uint8]:
        return pixels(request["photo"].file.read())  # it is the form by now

    def predict(self, images: list[NDArray[np.uint8]]) -> list[list[float]]:
        return self.model.styles(images)

    def batch(self, inputs: list[NDArray[np.uint8]]) -> list[NDArray[np.uint8]]:
        return inputs

    def unbatch(self, output: list[list[float]]) -> list[list[float]]:
        return output

    def encode_response(self, output: list[float]) -> dict[str, list[float]]:
        return {"probabilities": output}


if __name__ == "__main__":
    api = Styles(max_batch_size=MOST, batch_timeout=WITHIN_S)
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1, timeout=60)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False)
