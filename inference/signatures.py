"""Signatures of bundles: `SHA256SUMS.minisig` beside the sums, in minisign's format.

Whoever has minisign (https://jedisct1.github.io/minisign/) can make and check them too. The sums
cover every file of a bundle, so a signature of the sums is one of all of it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import time
from collections.abc import Iterable
from pathlib import Path

from inference.bundle import SIGNATURE, SUMS, Bundle, BundleError

_ALGORITHM, _ID, _KEY = 2, 8, 32
"""Bytes of a public key, in this order."""


class Unsigned(BundleError):
    """There is no signature by a key that is known."""


class KeyRefused(Exception):
    """A key that cannot be used or made; the message is one sentence that says why."""


def key_id(public: str) -> str:
    """The id of a public key in base64, as minisign prints it. Raises KeyRefused."""
    try:
        raw = base64.b64decode(public, validate=True)
    except (ValueError, binascii.Error):
        raw = b""
    if len(raw) != _ALGORITHM + _ID + _KEY or not raw.startswith(b"Ed"):
        raise KeyRefused(f"{public!r} is no public key of minisign (56 characters, RW…).")
    return _shown(raw[_ALGORITHM : _ALGORITHM + _ID])


def signer_of(bundle: Bundle, keys: Iterable[str]) -> str:
    """The id of the key that signed the bundle: one of these, public ones in base64.

    Raises Unsigned, BundleError for a signature that is none or is not of this bundle, and
    KeyRefused. The library is imported where there is a signature, for it takes 11 MB.
    """
    path = bundle.path / SIGNATURE
    if not path.is_file():
        raise Unsigned(f"The bundle {bundle.path} is not signed: it has no {SIGNATURE}.")
    import minisign

    try:
        signature = minisign.Signature.from_file(path)
        signer = _shown(base64.b64decode(bytes(signature).splitlines()[1])[2:10])
        sums = (bundle.path / SUMS).read_bytes()
    except (minisign.Error, OSError) as error:
        raise BundleError(f"{path} is no signature of minisign.") from error
    known = {key_id(key): minisign.PublicKey.from_base64(key) for key in keys}
    if signer not in known:
        raise Unsigned(f"The bundle {bundle.path} is signed by the unknown key {signer}.")
    try:
        known[signer].verify(sums, signature)
    except minisign.Error as error:
        raise BundleError(
            f"The signature of the bundle {bundle.path} is wrong: the key {signer} signed something"
            " else."
        ) from error
    if hashlib.sha256(sums).hexdigest() != bundle.sha256:
        raise BundleError(f"The bundle {bundle.path} changed while it was read.")
    return signer


def make_keys(secret: Path, password: str) -> str:
    """Write a new secret key, which the password opens; the public key in base64.

    An empty password leaves the key open to whoever reads the file. Raises KeyRefused where there
    is a file already.
    """
    import minisign

    pair = minisign.KeyPair.generate()
    public: str = pair.public_key.to_base64().decode()
    with pair.secret_key as key:
        if password:
            key.encrypt(password)
        try:
            handle = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise KeyRefused(f"{secret} cannot be written: {error.strerror}.") from error
        with os.fdopen(handle, "wb") as file:
            file.write(bytes(key) + b"\n")
    return public


def sign(bundle: Bundle, secret: Path, password: str) -> str:
    """Sign a verified bundle with the secret key in this file; the id of the key.

    Raises KeyRefused for a key that cannot be read and for a wrong password.
    """
    import minisign

    sums = (bundle.path / SUMS).read_bytes()
    if hashlib.sha256(sums).hexdigest() != bundle.sha256:
        raise BundleError(f"The bundle {bundle.path} changed while it was read.")
    try:
        with minisign.SecretKey.from_file(secret) as key:
            key.decrypt(password)
            public: str = key.get_public_key().to_base64().decode()
            signature = key.sign(sums, trusted_comment=f"timestamp:{int(time.time())}\tfile:{SUMS}")
    except OSError as error:
        raise KeyRefused(f"The key {secret} cannot be read: {error.strerror}.") from error
    except minisign.Error as error:
        raise KeyRefused(f"The key {secret} cannot be used: {error}.") from error
    part = bundle.path / f".{SIGNATURE}.part"
    part.write_bytes(bytes(signature) + b"\n")
    part.replace(bundle.path / SIGNATURE)
    return key_id(public)


def _shown(raw: bytes) -> str:
    """Least significant byte first, as minisign prints ids."""
    return raw[::-1].hex().upper()
