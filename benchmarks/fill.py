"""`python -m benchmarks.fill N KILOBYTES`: queue N photos of the demo user, as uploads do.

Runs with the product's environment. They come in through `accept_photo`, sanitised and stored, so
that only the way over HTTP is missing.
"""

import sys
from concurrent.futures import ThreadPoolExecutor

import django

THREADS = 4


def main(count: int, kilobytes: int) -> None:
    """Accept the photos."""
    django.setup()
    from django.contrib.auth.models import User
    from django.core.files.base import ContentFile

    from classifier.uploads.accept import accept_photo
    from tests.support.images import numbered
    from tests.support.noisy_photos import noisy_photo

    owner = User.objects.get(username="demo").pk
    photo = noisy_photo(0, kilobytes)

    def accept(number: int) -> None:
        accept_photo(owner, ContentFile(numbered(photo, number), name=f"{number}.jpg"))

    with ThreadPoolExecutor(THREADS) as threads:
        for _ in threads.map(accept, range(count)):
            pass


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
