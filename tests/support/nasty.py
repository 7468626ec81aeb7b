"""Values that no form of ours sends, for every route that there is."""

import uuid
from base64 import urlsafe_b64encode

_ID = uuid.UUID(int=7)
MOMENTS = (
    "0001-01-01T00:00:00+00:00",
    "0001-01-01T00:00:00+16:00",
    "9999-12-31T23:59:59-16:00",
    "9999-12-31T23:59:59+23:59",
)
TEXTS = (
    "\0",
    "a\0b",
    "\x1b[31m\r\n\t",
    "\udcff",
    "é" * 300,
    "-1",
    "9" * 40,
    "NaN",
    "http://[::1/",
    "00000000-0000-0000-0000-000000000000",
    "%",
    "{{ 7 }}'\"\\",
)
PLACES = tuple(f"{each}_{_ID}" for each in MOMENTS)
VALUES = (
    *TEXTS,
    *MOMENTS,
    *PLACES,
    *(urlsafe_b64encode(f"{each}_{_ID}".encode()).decode() for each in MOMENTS),
)
"""Control characters, what is no Unicode, ends of the calendar, as they are and in cursors."""

HEADERS = (
    "HX-Current-URL",
    "HX-Request",
    "HX-Target",
    "Accept",
    "Accept-Language",
    "Authorization",
    "Idempotency-Key",
    "If-Modified-Since",
    "If-None-Match",
    "Origin",
    "Range",
    "Referer",
    "X-Forwarded-For",
    "X-Request-ID",
)
