"""`manage.py release` and `setup_site`, from the outside."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from classifier.models import Release
from inference.signatures import key_id
from tests.support.bucket import take_away
from worker.releases import register


def test_a_bucket_that_is_away_is_told(
    site: None, another: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = another()
    with monkeypatch.context() as meanwhile:
        take_away(meanwhile)
        with pytest.raises(CommandError, match="could not list"):
            call_command("release", "add", folder)
    assert not Release.objects.exists()


def test_the_command_goes_the_whole_way(
    site: None, another: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("release", "add", another(), "--name", "first", "--promote")
    call_command("release", "add", another(), "--name", "second")
    call_command("release", "shadow", "second")
    call_command("release", "promote", "second")
    call_command("release", "rollback", "--from", "second")
    call_command("release", "add", another(), "--name", "third")
    call_command("release", "retire", "third")
    said = capsys.readouterr().out.splitlines()
    assert said == [
        "first: active",
        "second: candidate",
        "second: shadow, 10% of the new photos",
        "second: active",
        "first: active",
        "third: candidate",
        "third: retired",
    ]
    call_command("release", "list")
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[:2] for row in rows] == [
        ["third", "retired"],
        ["second", "retired"],
        ["first", "active"],
    ]


def test_keys_are_made_and_bundles_signed_by_the_command(
    site: None,
    another: Callable[..., Path],
    tmp_path: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FASI_RELEASE_KEY_PASSWORD", "a good password")
    secret, folder = tmp_path / "own.key", another()
    call_command("release", "keys", secret)
    public = capsys.readouterr().out.splitlines()[-1].removeprefix("FASI_RELEASE_KEYS=")
    call_command("release", "sign", folder, "--key", secret)
    settings.FASI_RELEASE_KEYS, settings.FASI_UNSIGNED_RELEASES = [public], False
    call_command("release", "add", folder, "--name", "own", "--promote")
    assert Release.objects.get().signed_by == key_id(public)


def test_a_name_is_given_once(site: None, another: Callable[..., Path]) -> None:
    register(another(), "own")
    with pytest.raises(CommandError, match="pick a name"):
        call_command("release", "add", another(), "--name", "own")


def test_a_changed_byte_is_refused_by_the_command(site: None, another: Callable[..., Path]) -> None:
    folder = another()
    (folder / "MODEL_CARD.md").write_text("changed")
    with pytest.raises(CommandError, match=r"MODEL_CARD\.md"):
        call_command("release", "add", folder)
    assert not Release.objects.exists()


def test_a_release_that_is_not_there_is_told(site: None) -> None:
    with pytest.raises(CommandError, match="There is no release 'none'"):
        call_command("release", "promote", "none")


def test_a_demo_account_is_only_made_on_the_embedded_stack(site: None, settings: Any) -> None:
    settings.EMBEDDED = False
    with pytest.raises(CommandError, match="embedded stack"):
        call_command("setup_site", "--demo")
