"""An authenticator app: six digits from a secret (RFC 6238)."""

import base64
import hashlib
import hmac
import re
import time

from django.test import Client


def code_of(secret: str, steps: int = 0) -> str:
    """What the app shows now, or so many steps of 30 seconds later."""
    counter = int(time.time() // 30) + steps
    digest = hmac.new(base64.b32decode(secret), counter.to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def add_app(client: Client) -> str:
    """Set an authenticator app up for whoever is signed in; returns its secret."""
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    shown = re.search(r'id="authenticator_secret"[^>]*value="(\w+)"', page)
    assert shown, page
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_of(shown[1])})
    assert answer.status_code == 302, answer.content.decode()
    return shown[1]
