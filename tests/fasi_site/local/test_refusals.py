"""What stands in the way of a start is said in one sentence, before anything is started."""

import socket
from pathlib import Path

import pytest

from fasi_site.local.data import DataFolder
from fasi_site.local.errors import LocalError
from tests.support.starting import local, processes_of


def refused(data: Path, **variables: str) -> str:
    """The one sentence with which `up` ends."""
    ended = local("up", data=data, **variables)
    assert ended.returncode == 1, ended
    assert ended.stdout == ""
    assert not processes_of(data)
    lines = ended.stderr.splitlines()
    assert len(lines) == 1, ended.stderr
    return lines[0]


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(tmp_path, FASI_PORT=str(port))
    assert f"Port {port} is taken" in said
    assert "FASI_PORT=" in said


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "8000.5", "٨٠٠٠"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    said = refused(tmp_path, FASI_PORT=port)
    assert said == f"FASI_PORT must be a number from 1 to 65535, not {port!r}."


def test_a_nearly_full_disk_is_told(tmp_path: Path) -> None:
    said = refused(tmp_path, FASI_MIN_FREE_MB=str(10**9))
    assert "nearly full" in said
    assert str(tmp_path) in said


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = refused(tmp_path / "file" / "data")
    assert "cannot be written" in said
    assert "FASI_DATA" in said


def test_a_folder_in_use_names_who_uses_it(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    data.prepare()
    with data.locked("http://127.0.0.1:8000"):
        said = refused(tmp_path)
    assert "already runs" in said
    assert "pid " in said
    assert "http://127.0.0.1:8000" in said


def test_a_lock_ends_with_its_block(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)
    data.prepare()
    with data.locked("first"), pytest.raises(LocalError, match="first"), data.locked("second"):
        pass
    with data.locked("third"):
        pass


def test_a_command_must_be_named(tmp_path: Path) -> None:
    ended = local("run", "--fresh", data=tmp_path)
    assert ended.returncode == 2
    assert "command" in ended.stderr
