"""Secrets are kept as digests: whoever reads the database cannot use them."""

import hashlib


def digest_of(secret: str) -> str:
    """SHA-256 in hexadecimal, which is enough for long random secrets; passwords need more."""
    return hashlib.sha256(secret.encode()).hexdigest()
