"""What the whole project keeps to: imports, sizes, settings, what is shipped."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.test import Client

from classifier.checks import ASCENDING, check_shares, check_timing_order, timing_errors
from classifier.views.landing import SAMPLES
from version import VERSION

ROOT = Path(settings.BASE_DIR)
PACKAGES = (
    *("cli", "fasi_site", "inference", "imaging", "outbound", "classifier", "worker", "crawler"),
    *("training", "benchmarks", "tests"),
)


def run(code: str) -> str:
    """What a new Python process prints."""
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return answer.stdout


def test_imports_go_one_way() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout


def test_no_module_is_longer_than_300_lines() -> None:
    """But for tests, and the client, which is one module on purpose."""
    packages = [each for each in PACKAGES if each != "tests"]
    modules = [path for package in packages for path in (ROOT / package).rglob("*.py")]
    assert [
        str(path.relative_to(ROOT))
        for path in modules
        if "migrations" not in path.parts and len(path.read_text().splitlines()) > 300
    ] == []


def test_the_site_starts_small_and_without_an_engine() -> None:
    code = (
        "import json, psutil, sys; import fasi_site.wsgi, classifier.urls;"
        "print(json.dumps([psutil.Process().memory_info().rss / 1024**2,"
        " [name for name in ('tensorflow', 'keras', 'openvino', 'inference.engine', 'numpy')"
        " if name in sys.modules]]))"
    )
    megabytes, engines = json.loads(run(code).splitlines()[-1])
    assert megabytes < 150
    assert engines == []


def test_the_site_compares_weeks_of_traffic_without_loading_embeddings() -> None:
    code = (
        "import json, sys; import fasi_site.wsgi, classifier.urls;"
        "print(json.dumps([name for name in ('classifier.drift.mmd', 'classifier.references',"
        " 'inference.reference', 'pyarrow') if name in sys.modules]))"
    )
    assert json.loads(run(code).splitlines()[-1]) == []


def test_a_worker_with_its_engine_never_imports_tensorflow() -> None:
    code = (
        "import sys, numpy; from pathlib import Path;"
        "import fasi_site.celery, django; django.setup();"
        "import worker.tasks; from inference.bundle import load_bundle;"
        "from inference.engine import load_engine;"
        "engine = load_engine('openvino', load_bundle(Path('models/starter')));"
        "engine.run(numpy.zeros((1, 224, 224, 3), numpy.uint8));"
        "print('tensorflow' in sys.modules)"
    )
    assert run(code).splitlines()[-1] == "False"


@pytest.mark.parametrize("short", range(len(ASCENDING) - 1))
def test_a_wrong_timing_order_is_an_error(settings: object, short: int) -> None:
    setattr(settings, ASCENDING[short], getattr(settings, ASCENDING[short + 1]))
    errors = list(check_timing_order())
    assert len(errors) == 1
    assert ASCENDING[short] in errors[0].msg


def test_maintenance_have_a_timing_order_of_their_own(settings: object) -> None:
    settings.FASI_EXPORT_LEASE_S = settings.FASI_CHORE_LIMIT_S  # type: ignore[attr-defined]
    (error,) = check_timing_order()
    assert "FASI_EXPORT_LEASE_S" in error.msg


@pytest.mark.parametrize(
    ("shorter", "longer"),
    [
        ("FASI_HARD_LIMIT_S", "FASI_UPLOAD_LEASE_S"),
        ("FASI_DELIVERY_TIMEOUT_S", "FASI_DELIVERY_LEASE_S"),
    ],
)
def test_leases_of_short_jobs_outlive_what_ends_them(
    settings: object, shorter: str, longer: str
) -> None:
    setattr(settings, longer, getattr(settings, shorter))
    (error,) = check_timing_order()
    assert longer in error.msg


def test_settings_create_nothing_when_they_are_imported(tmp_path: Path) -> None:
    data = tmp_path / "data"
    subprocess.run(
        [sys.executable, "-c", "import fasi_site.settings_offline"],
        cwd=ROOT,
        env={**os.environ, "FASI_DATA": str(data), "FASI_METRICS_DIR": str(data / "metrics")},
        check=True,
    )
    assert not data.exists()


def test_a_worker_refuses_a_wrong_timing_order(settings: object) -> None:
    from worker.tasks import check_settings

    assert timing_errors() == []
    check_settings()
    settings.FASI_LEASE_S = 1  # type: ignore[attr-defined]
    with pytest.raises(SystemExit, match="FASI_HARD_LIMIT_S"):
        check_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FASI_HOLDOUT_SHARE", 15.0),
        ("FASI_RETRAIN_SHADOW", 20.0),
        ("FASI_PROMOTE_WORSE", -0.05),
        ("FASI_REVIEW_TWICE_PERCENT", 101),
    ],
)
def test_a_share_that_is_none_is_refused(settings: object, name: str, value: float) -> None:
    from worker.tasks import check_settings

    assert check_shares() == []
    setattr(settings, name, value)
    (error,) = check_shares()
    assert name in error.msg
    with pytest.raises(SystemExit, match=name):
        check_settings()


def test_the_site_refuses_a_wrong_timing_order() -> None:
    site = subprocess.run(
        [sys.executable, "-c", "import fasi_site.wsgi"],
        cwd=ROOT,
        env={**os.environ, "FASI_LEASE_S": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert site.returncode == 1
    assert "The site does not start. FASI_HARD_LIMIT_S" in site.stderr


def test_one_version_is_shown_everywhere(site: None, as_staff: Client) -> None:
    assert Client().get("/healthz").json()["version"] == VERSION
    assert f"FASI {VERSION}" in as_staff.get("/admin/").content.decode()
    assert f"## {VERSION} - " in (ROOT / "CHANGELOG.md").read_text()
    for module in ("fasi_site.local", "training", "crawler"):
        said = run(
            f"import runpy, sys; sys.argv[1:] = ['--version'];"
            f"runpy.run_module('{module}', run_name='__main__')"
        )
        assert said.strip() == VERSION


def test_the_composition_is_complete() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    processes = {"setup", "waiting", "web", "worker", "chores", "backfill", "beat"}
    assert set(services) == {"nginx", "postgres", "redis", "s3", *processes}
    for name in ("nginx", "postgres", "redis", "s3", "web", "worker"):
        assert "healthcheck" in services[name], name
    assert [name for name in services if "ports" in services[name]] == ["nginx"]


def test_every_setting_is_documented() -> None:
    modules = [*(ROOT / "fasi_site").glob("settings*.py"), ROOT / "fasi_site" / "gunicorn.py"]
    code = "".join(module.read_text() for module in modules)
    read = set(re.findall(r'"(FASI_[A-Z0-9_]+)"', code))
    documented = (ROOT / "docs" / "operations.md").read_text()
    assert sorted(name for name in read if f"`{name}`" not in documented) == []


def test_the_model_cards_photos_are_not_in_the_repository() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    photos = {name for name in tracked if name.lower().endswith((".jpg", ".jpeg", ".webp"))}
    drawn = {f"classifier/static/classifier/samples/{name}.jpg" for name in SAMPLES}
    assert photos == drawn  # by `python -m drawings`


LOCKS = [ROOT / "requirements.txt", *(ROOT / "requirements").glob("*.txt")]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_what_is_installed_is_locked(lock: Path) -> None:
    """By `make lock`: exact versions with hashes, from no index or folder of one machine."""
    lines = [line for line in lock.read_text().splitlines() if not line.startswith("#")]
    pins = [line for line in lines if not line.startswith(" ")]
    assert all(re.match(r"[a-z0-9-]+==[^ ]+( ;[^\\]+)?( \\)?$", line) for line in pins), pins
    if lock.name != "constraints.txt":
        assert all(line.endswith("\\") for line in pins)
        assert all(
            re.match(r"    --hash=sha256:[0-9a-f]{64}", line) for line in set(lines) - set(pins)
        )


WANTED = sorted((ROOT / "requirements").glob("*.in"))


@pytest.mark.parametrize("wanted", WANTED, ids=lambda file: file.stem)
def test_every_requirement_is_in_its_lock(wanted: Path) -> None:
    lock = ROOT / "requirements.txt" if wanted.stem == "server" else wanted.with_suffix(".txt")
    locked = set(re.findall(r"^([a-z0-9-]+)==", lock.read_text(), re.MULTILINE))
    names = re.findall(r"^([A-Za-z][\w.-]*)", wanted.read_text(), re.MULTILINE)
    assert {re.sub(r"[-_.]+", "-", name).lower() for name in names} <= locked
