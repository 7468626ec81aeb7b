"""Photos as the site reads them: in a decoder of its own."""

from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from PIL import Image

from imaging.decoders import Decoders
from imaging.limits import Limits

Read = Callable[[bytes], Image.Image]


@pytest.fixture(scope="session")
def decoders() -> Iterator[Decoders]:
    decoders = Decoders(1)
    yield decoders
    decoders.close()


@pytest.fixture
def read(decoders: Decoders) -> Read:
    """The photo that is kept of a file. Raises Rejected."""

    def read(data: bytes) -> Image.Image:
        image = Image.open(BytesIO(decoders.sanitise(data, Limits()).photo))
        image.load()
        return image

    return read
