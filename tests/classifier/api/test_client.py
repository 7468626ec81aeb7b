"""The Python client, against the real site over HTTP."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Thread

import httpx
import pytest
from django.contrib.auth.models import User
from fasi_client import Fasi, FasiError, Progress
from pytest_django.live_server_helper import LiveServer

from classifier.integrations.tokens import issue_token
from classifier.models import Outfit, Release, Scope
from tests.support.factories import add_outfit
from tests.support.images import outfit_jpeg

Working = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def token(owner: User) -> str:
    return issue_token(owner, "client", [Scope.READ, Scope.WRITE]).text


@pytest.fixture
def fasi(live_server: LiveServer, token: str, nobody_waits: None) -> Iterator[Fasi]:
    with Fasi(live_server.url, token) as client:
        yield client


def photos(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"{number}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(outfit_jpeg(number))
    return paths


def test_a_photo_is_classified(
    fasi: Fasi, release: Release, working: Working, tmp_path: Path
) -> None:
    with working():
        outfit = fasi.classify(photos(tmp_path, 1)[0])
    assert (outfit.status, outfit.name) == ("done", "0.jpg")
    assert outfit.style in fasi.styles()
    assert outfit.top[0] == (outfit.style, outfit.confidence)


def test_what_is_no_outfit_has_a_kind_and_no_style(
    fasi: Fasi, owner: User, release: Release
) -> None:
    landscape = add_outfit(owner, release, "formal", kind="none", style_set=("formal", "boho"))
    outfit = fasi.outfit(str(landscape.outfit_id))
    assert (outfit.kind, outfit.style, outfit.decided) == ("none", "", False)
    assert outfit.style_set == ("formal", "boho")
    fasi.correct(outfit.id, answer="outfit")
    assert fasi.outfit(outfit.id).style == "formal"


def test_many_photos_come_back_in_order_with_progress(
    fasi: Fasi, working: Working, tmp_path: Path
) -> None:
    paths = photos(tmp_path, 6)
    paths[2].write_text("no photo")
    paths[4].unlink()
    seen: list[Progress] = []
    with working():
        results = list(fasi.classify_many(paths, progress=seen.append))
    assert [result.path for result in results] == paths
    assert [result.outfit is not None for result in results] == [
        True,
        True,
        False,
        True,
        False,
        True,
    ]
    assert "can’t read this file" in results[2].error
    assert "No such file" in results[4].error
    assert [(each.done, each.total) for each in seen] == [(n, 6) for n in range(1, 7)]
    assert seen[-1].failed == 2
    assert str(seen[-1]).startswith("6/6 photos")


def test_where_nobody_may_wait_it_asks_again(
    fasi: Fasi, working: Working, settings: object, tmp_path: Path
) -> None:
    settings.FASI_API_WAITERS = 0  # type: ignore[attr-defined]
    with working():
        assert fasi.classify(photos(tmp_path, 1)[0]).status == "done"


def test_an_outfit_that_does_not_end_is_given_up(fasi: Fasi, tmp_path: Path) -> None:
    outfit_id = fasi.upload(photos(tmp_path, 1)[0])
    with pytest.raises(TimeoutError, match="still queued"):
        fasi.wait(outfit_id, timeout_s=0)


def test_a_batch_is_filled(fasi: Fasi, working: Working, tmp_path: Path) -> None:
    batch = fasi.create_batch("lookbook")
    with working():
        results = list(fasi.classify_many(photos(tmp_path, 3), batch=batch.id))
    assert all(result.outfit for result in results)
    batch = fasi.batch(batch.id)
    assert (batch.total, batch.counts["done"], batch.finished) == (3, 3, True)


def test_outfits_are_listed_over_pages_corrected_and_deleted(
    fasi: Fasi, make_outfit: Callable[..., Outfit], release: Release
) -> None:
    from worker.classification import work

    for seed in range(3):
        make_outfit(seed)
    work(budget_s=30)
    outfits = list(fasi.outfits(limit="2", status="done"))
    assert len({outfit.id for outfit in outfits}) == 3
    fasi.correct(outfits[0].id, "boho")
    assert fasi.outfit(outfits[0].id).raw["correction"]["style"] == "boho"
    fasi.withdraw_correction(outfits[0].id)
    back = fasi.outfit(outfits[0].id)
    assert (back.raw["correction"], back.style) == (None, outfits[0].style)
    fasi.delete(outfits[1].id)
    assert fasi.profile()["outfits"] == 2
    assert fasi.restore(outfits[1].id).style
    fasi.delete(outfits[1].id, forever=True)
    assert fasi.profile()["outfits"] == 2


def test_a_problem_is_an_error_with_its_code(fasi: Fasi) -> None:
    with pytest.raises(FasiError, match="can’t read this file") as error:
        fasi.upload(b"no photo")
    assert (error.value.code, error.value.status) == ("not_an_image", 415)


def test_a_request_without_a_token_is_told(live_server: LiveServer, site: None) -> None:
    told = f"Set FASI_TOKEN to a token; {live_server.url}/account/tokens/ makes one."
    with Fasi(live_server.url) as nobody, pytest.raises(FasiError, match=re.escape(told)):
        nobody.profile()


def test_a_client_may_be_shared_by_threads(fasi: Fasi) -> None:
    made: list[str] = []
    threads = [
        Thread(target=lambda seed=seed: made.append(fasi.upload(outfit_jpeg(seed))))
        for seed in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 4


def test_no_server_is_an_error_of_httpx() -> None:
    told = pytest.raises(httpx.ConnectError, match=r"http://127\.0\.0\.1:9 cannot be reached")
    with Fasi("http://127.0.0.1:9", "x", tries=1) as fasi, told:
        fasi.profile()


def test_a_photo_of_which_nothing_is_kept(fasi: Fasi, working: Working, tmp_path: Path) -> None:
    (photo,) = photos(tmp_path, 1)
    with working():
        said = fasi.predict(photo)
    assert said["style"] in fasi.styles()
    assert said["decided"] in (True, False)
    assert fasi.profile()["outfits"] == 0


def test_the_command_prints_a_line_for_each_photo(
    live_server: LiveServer, token: str, working: Working, tmp_path: Path
) -> None:
    paths = [*photos(tmp_path, 2), tmp_path / "missing.jpg"]
    with working():
        answer = subprocess.run(
            [sys.executable, "-m", "fasi_client", *map(str, paths)],
            cwd=Path(__file__).parents[3] / "clients" / "python",
            env={"FASI_URL": live_server.url, "FASI_TOKEN": token},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert answer.returncode == 1
    lines = [line.split("\t") for line in answer.stdout.splitlines()]
    assert [line[0] for line in lines] == [str(path) for path in paths]
    assert lines[0][1]
    assert 0 < float(lines[0][2]) <= 1
    assert lines[0][3] in ("decided", "not sure")
    assert "No such file" in lines[2][3]
    assert "3/3 photos" in answer.stderr
