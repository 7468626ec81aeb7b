"""BentoML: a plain service, without its batching, which lost connections here."""

from pathlib import Path

import bentoml

from benchmarks.peers.model import Model, pixels


@bentoml.service(workers=1, traffic={"timeout": 60})
class Styles:
    """One photo a call."""

    def __init__(self) -> None:
        self.model = Model()

    @bentoml.api
    def classify(self, photo: Path) -> list[float]:
        """The photo's probabilities."""
        return self.model.styles([pixels(photo.read_bytes())])[0]
