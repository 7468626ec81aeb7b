"""Programs that upload through the REST API as fast as they are answered, for Locust.

`benchmarks.api` runs it; alone: FASI_TOKEN=… locust -f benchmarks/locustfile.py --host ADDRESS
"""

import os
import uuid
from itertools import count

from locust import FastHttpUser, constant, task

from tests.support.images import numbered
from tests.support.noisy_photos import noisy_photo

KILOBYTES = 60
_photo = noisy_photo(0, KILOBYTES)
_numbers = count(uuid.uuid4().int % 10**12)


class Program(FastHttpUser):
    """Uploads one photo after the other, each of them new."""

    wait_time = constant(0)

    @task
    def upload(self) -> None:
        """`POST /api/v1/outfits` with one photo."""
        photo = numbered(_photo, next(_numbers))
        head = (
            '--photo\r\nContent-Disposition: form-data; name="photo"; filename="photo.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        )
        self.client.post(
            "/api/v1/outfits",
            data=head.encode() + photo + b"\r\n--photo--\r\n",  # type: ignore[arg-type]  # bytes do
            headers={
                "Authorization": f"Bearer {os.environ['FASI_TOKEN']}",
                "Content-Type": "multipart/form-data; boundary=photo",
            },
        )
