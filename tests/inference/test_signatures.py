"""Signatures of bundles: minisign's own format, and whatever is wrong with one is said."""

import json
import stat
from pathlib import Path

import pytest

from inference.bundle import BundleError, load_bundle, write_sums
from inference.signatures import KeyRefused, Unsigned, key_id, make_keys, sign, signer_of

# Of the documentation of minisign: its key, and a signature that it made of the text "test".
MINISIGN_KEY = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
OF_A_TEST = """untrusted comment: signature from minisign secret key
RWQf6LRCGA9i59SLOFxz6NxvASXDJeRtuZykwQepbDEGt87ig1BNpWaVWuNrm73YiIiJbq71Wi+dP9eKL8OC351vwIasSSbXxwA=
trusted comment: timestamp:1555779966\tfile:test
QtKMXWyYcwdpZAlPF7tE2ENJkRd1ujvKjlj1m9RtHTBnZPa5WKU5uWRs5GoP5M/VqE81QFuMKI5k/SfNQUaOAA==
"""
PASSWORD = "a good password"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "bundle"
    path.mkdir()
    styles = [{"id": each, "names": {"en": each.title()}} for each in ("plain", "bright")]
    (path / "taxonomy.json").write_text(json.dumps({"id": "tiny", "styles": styles}))
    calibration = {"temperature": 1, "threshold": 0.4, "target": "none"}
    (path / "calibration.json").write_text(
        json.dumps({**calibration, "temperature_in_graph": True})
    )
    (path / "metrics.json").write_text("{}")
    (path / "MODEL_CARD.md").write_text("# A model\n")
    write_sums(path)
    return path


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    return tmp_path / "fasi.key"


def test_a_signed_bundle_names_its_signer(folder: Path, secret: Path) -> None:
    public = make_keys(secret, PASSWORD)
    signer = sign(load_bundle(folder), secret, PASSWORD)
    assert signer == key_id(public)
    assert signer_of(load_bundle(folder), [MINISIGN_KEY, public]) == signer


def test_a_key_of_minisign_has_the_id_that_minisign_prints() -> None:
    assert key_id(MINISIGN_KEY) == "E7620F1842B4E81F"


def test_a_secret_key_is_for_its_owner_only_and_never_overwritten(secret: Path) -> None:
    make_keys(secret, PASSWORD)
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    before = secret.read_bytes()
    with pytest.raises(KeyRefused, match="cannot be written"):
        make_keys(secret, PASSWORD)
    assert secret.read_bytes() == before


def test_a_wrong_password_signs_nothing(folder: Path, secret: Path) -> None:
    make_keys(secret, PASSWORD)
    with pytest.raises(KeyRefused, match="wrong password"):
        sign(load_bundle(folder), secret, "another")
    with pytest.raises(KeyRefused, match="cannot be read"):
        sign(load_bundle(folder), secret.with_name("none"), PASSWORD)
    assert not (folder / "SHA256SUMS.minisig").exists()


def test_a_key_without_a_password_needs_none(folder: Path, secret: Path) -> None:
    public = make_keys(secret, "")
    assert sign(load_bundle(folder), secret, "") == key_id(public)


def test_a_bundle_without_a_signature_is_unsigned(folder: Path) -> None:
    with pytest.raises(Unsigned, match="has no SHA256SUMS"):
        signer_of(load_bundle(folder), [MINISIGN_KEY])


def test_an_unknown_key_is_named(folder: Path, secret: Path) -> None:
    make_keys(secret, "")
    signer = sign(load_bundle(folder), secret, "")
    with pytest.raises(Unsigned, match=f"unknown key {signer}"):
        signer_of(load_bundle(folder), [MINISIGN_KEY])


def test_a_signature_of_something_else_is_wrong(folder: Path) -> None:
    (folder / "SHA256SUMS.minisig").write_text(OF_A_TEST)
    with pytest.raises(BundleError, match="is wrong: the key E7620F1842B4E81F signed something"):
        signer_of(load_bundle(folder), [MINISIGN_KEY])


def test_files_that_were_changed_after_signing_are_refused(folder: Path, secret: Path) -> None:
    public = make_keys(secret, "")
    sign(load_bundle(folder), secret, "")
    (folder / "MODEL_CARD.md").write_text("# Forged\n")
    write_sums(folder)
    with pytest.raises(BundleError, match="is wrong"):
        signer_of(load_bundle(folder), [public])


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: text.replace("trusted comment: ", "comment: "),
        lambda text: text.replace("RUR", "RWX").replace("RW", "??"),
        lambda text: text + "more\n",
    ],
    ids=["truncated", "empty", "comment", "letters", "longer"],
)
def test_what_is_no_signature_is_refused(folder: Path, change: object) -> None:
    (folder / "SHA256SUMS.minisig").write_text(change(OF_A_TEST))  # type: ignore[operator]
    with pytest.raises(BundleError, match="is no signature of minisign") as refused:
        signer_of(load_bundle(folder), [MINISIGN_KEY])
    assert not isinstance(refused.value, Unsigned)


def test_the_trusted_comment_is_signed_too(folder: Path, secret: Path) -> None:
    public = make_keys(secret, "")
    sign(load_bundle(folder), secret, "")
    path = folder / "SHA256SUMS.minisig"
    path.write_text(path.read_text().replace("timestamp:1", "timestamp:2"))
    with pytest.raises(BundleError, match="is wrong"):
        signer_of(load_bundle(folder), [public])


@pytest.mark.parametrize(
    "key", ["", "RWQ", "RWX" * 20, "no key at all", MINISIGN_KEY[:-4] + "===="]
)
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(KeyRefused, match="is no public key"):
        key_id(key)
