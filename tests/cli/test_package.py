"""The package: what is installed with it, and that it says what it needs."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.support.starting import ROOT
from version import VERSION


def test_the_wheel_has_the_program_and_all_that_it_needs(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name.startswith(f"fasi-{VERSION}-")
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
        (entries,) = [name for name in names if name.endswith("entry_points.txt")]
        assert "fasi = cli.main:main" in file.read(entries).decode()
        (metadata,) = [name for name in names if name.endswith(".dist-info/METADATA")]
        needs = re.findall(r"^Requires-Dist: ([\w.-]+)", file.read(metadata).decode(), re.M)
    assert {
        *("cli/main.py", "manage.py", "version.py", "Procfile", "deploy/nginx/proxies.conf"),
        *("models/starter/SHA256SUMS", "fasi_site/locale/ko/LC_MESSAGES/django.mo"),
        "classifier/templates/classifier/home.html",
    } <= names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "docs/"))]
    asked = (ROOT / "requirements" / "server.in").read_text()
    assert set(re.findall(r"^([A-Za-z][\w.-]*)", asked, re.M)) <= set(needs)
    assert "honcho" in needs
    assert "hatchling" not in needs
