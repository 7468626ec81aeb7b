"""A listing by pages becomes a folder for training: complete, resumable, each failure told."""

import csv
import os
import signal
import subprocess
from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.crawler.conftest import Crawl
from tests.support.crawl_site import Answer, Site
from tests.support.crawling import ROOT, crawl_arguments, crawler
from tests.support.images import draw_outfit, encode, outfit_jpeg
from tests.support.starting import wait_until
from training.data.labelled import read_photos
from version import VERSION


def rows(folder: Path, name: str = "manifest.csv") -> list[dict[str, str]]:
    with (folder / "snaps" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_pages_become_a_folder_that_training_reads(
    street: Site, crawl: Crawl, tmp_path: Path
) -> None:
    street.add_photos("01", range(9))  # three pages, the last with one
    street.add_photos("02", range(20, 23))
    ended = crawl("--contact=crawl@example.org")
    assert ended.returncode == 0, ended.stderr
    assert "These photos belong to the test" in ended.stderr
    assert "warm                       9" in ended.stdout

    manifest = rows(tmp_path)
    assert len(manifest) == 12
    for row in manifest:
        path = tmp_path / "snaps" / row["path"]
        assert row["path"].startswith(f"{row['style']}/")
        assert row["sha256"].startswith(path.stem)
        with Image.open(path) as image:
            assert image.size == (int(row["width"]), int(row["height"]))
        assert row["source"] == "test-snaps"
        assert row["wardrobe"] == "women"
        assert row["page_url"].startswith(f"{street.address}/snap/")
        assert row["owner"].startswith("Photographer ")
    photos = read_photos(tmp_path / "snaps")
    assert sorted(photo.style for photo in photos) == ["cold"] * 3 + ["warm"] * 9
    assert street.agents == {f"fasi-crawler/{VERSION} (+crawl@example.org)"}
    assert street.asked["/robots.txt"] == 1
    assert set(street.photos_asked().values()) == {1}, "by us, and not by the browser too"

    again = crawl()
    assert again.returncode == 0
    assert "belong to" not in again.stderr, "once is enough"
    assert set(street.photos_asked().values()) == {1}
    assert street.asked["/list?p=1"] == 2, "once for each style: pages are walked once"


def test_styles_pages_and_limit(street: Site, crawl: Crawl, tmp_path: Path) -> None:
    street.add_photos("01", range(14))
    street.add_photos("02", range(20, 24))
    crawl("--styles=warm", "--pages=2-3", "--limit=5")
    assert [row["image_url"] for row in rows(tmp_path)] == [
        f"{street.address}/photo/01/{number}.jpg" for number in range(4, 9)
    ]
    crawl("--styles=01", "--pages=2-3")
    assert len(rows(tmp_path)) == 8
    crawl("--limit=2", "--styles=02")
    assert sum(row["style"] == "cold" for row in rows(tmp_path)) == 2


def test_two_listings_may_be_of_one_style(
    street: Site, crawl: Crawl, profile: Path, tmp_path: Path
) -> None:
    profile.write_text(profile.read_text().replace('"cold"', '"warm"'))
    street.add_photos("01", range(5))
    street.add_photos("02", range(20, 25))
    assert crawl().returncode == 0
    assert [row["style"] for row in rows(tmp_path)] == ["warm"] * 10


def test_a_folder_that_cannot_be_written_says_so(crawl: Crawl, tmp_path: Path) -> None:
    (tmp_path / "snaps").write_text("a file")
    ended = crawl()
    assert ended.returncode == 1
    assert "snaps" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_whatever_fails_is_told_and_tried_again(street: Site, crawl: Crawl, tmp_path: Path) -> None:
    photo = outfit_jpeg(1)
    street.add("01", "good.jpg", photo)
    street.add("01", "same.jpg", photo)
    again = BytesIO()
    draw_outfit(1).save(again, "JPEG", quality=60)
    street.add("01", "stored-anew.jpg", again.getvalue())
    broken = street.add("01", "broken.jpg", photo[:9000])
    gone = street.add("01", "gone.jpg", Answer(404))
    street.add("01", "small.jpg", encode(draw_outfit(2, (60, 90))))
    street.add("01", "text.jpg", b"<html>no photo</html>")
    street.add("01", "failing.jpg", Answer(500))
    cut = Answer(body=photo[:500], headers={"Content-Length": str(len(photo))})
    street.add("01", "cut-off.jpg", cut)
    ended = crawl("--styles=01")
    assert ended.returncode == 1
    reasons = {
        row["address"].rpartition("/")[2]: row["reason"] for row in rows(tmp_path, "failures.csv")
    }
    assert reasons == {
        "broken.jpg": "broken: not a whole JPEG, PNG, WebP, HEIC or AVIF image",
        "gone.jpg": "HTTP 404",
        "small.jpg": "too small: 60 x 90, at least 100 a side",
        "text.jpg": "broken: not a whole JPEG, PNG, WebP, HEIC or AVIF image",
        "failing.jpg": "HTTP 500",
        "cut-off.jpg": "the connection failed: RemoteProtocolError",
    }
    assert "1 failed: HTTP 404" in ended.stdout
    kept = rows(tmp_path)
    assert len(kept) == 2, "the same file under two addresses is one snap"
    (alike,) = [row for row in kept if row["near_duplicate_of"]]
    assert alike["near_duplicate_of"] in {row["path"] for row in kept} - {alike["path"]}
    assert len([*(tmp_path / "snaps" / "warm").iterdir()]) == 2

    street.answers[broken] = Answer(body=outfit_jpeg(7))
    street.answers[gone] = Answer(body=outfit_jpeg(8))
    before = street.photos_asked()
    crawl("--styles=01")
    asked = street.photos_asked() - before
    assert len(asked) == 6, "only what failed is asked again"
    assert len(rows(tmp_path)) == 4
    assert len(rows(tmp_path, "failures.csv")) == 4


def test_a_kill_loses_nothing(street: Site, crawl: Crawl, profile: Path, tmp_path: Path) -> None:
    street.add_photos("01", range(10))
    street.held = {"/photo/01/5.jpg", "/photo/01/6.jpg"}
    command = crawler(*crawl_arguments(profile, tmp_path), "--styles=01")
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, start_new_session=True) as one:
        wait_until(lambda: street.held <= set(street.photos_asked()), "two photos are under way")
        os.killpg(one.pid, signal.SIGKILL)
    street.gate.set()
    assert not (tmp_path / "snaps" / "manifest.csv").exists()
    before = street.photos_asked()
    assert len(before) == 7

    ended = crawl("--styles=01")
    assert ended.returncode == 0, ended.stderr
    assert len({row["sha256"] for row in rows(tmp_path)}) == len(rows(tmp_path)) == 10
    asked = street.photos_asked() - before
    assert set(asked) == street.held | {f"/photo/01/{number}.jpg" for number in (7, 8, 9)}
    assert street.asked["/list?p=1"] == 1
    assert not [*(tmp_path / "snaps").rglob("*.part")]


def test_ctrl_c_says_that_it_goes_on(street: Site, profile: Path, tmp_path: Path) -> None:
    street.add_photos("01", range(6))
    street.held = {"/photo/01/4.jpg"}
    command = crawler(*crawl_arguments(profile, tmp_path), "--styles=01", "--parallel=1")
    with subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as one:
        wait_until(lambda: street.held <= set(street.photos_asked()), "a photo is under way")
        os.killpg(one.pid, signal.SIGINT)  # as a terminal does: the browser gets it too
        street.gate.set()
        assert one.stderr
        said = one.stderr.read()
    assert one.returncode == 130, said
    assert "the same command goes on" in said
    assert "Traceback" not in said
    assert len(rows(tmp_path)) == 5, "what was under way is finished, what was not begun is left"


def test_pages_that_fail_are_told_and_walked_again(
    street: Site, crawl: Crawl, tmp_path: Path
) -> None:
    street.add_photos("01", range(10))
    street.answers["/list?p=2"] = Answer(500)
    ended = crawl("--styles=01")
    assert ended.returncode == 1
    assert "warm, page 2: HTTP 500" in ended.stdout
    assert len(rows(tmp_path)) == 6
    del street.answers["/list?p=2"]
    assert crawl("--styles=01").returncode == 0
    assert len(rows(tmp_path)) == 10
    assert street.asked["/list?p=3"] == 1


def test_a_listing_of_failing_pages_ends(street: Site, crawl: Crawl) -> None:
    street.add_photos("01", range(4))
    for page in range(2, 12):
        street.answers[f"/list?p={page}"] = Answer(500)
    assert crawl("--styles=01").returncode == 1
    assert street.asked["/list?p=4"] == 1
    assert street.asked["/list?p=5"] == 0


def test_a_listing_that_has_changed_says_which_selector_finds_nothing(
    street: Site, crawl: Crawl, tmp_path: Path
) -> None:
    street.add_photos("01", range(2))
    street.item = "card"
    ended = crawl("--styles=01")
    assert ended.returncode == 1
    assert 'the selector ".articleImg" found nothing on' in ended.stdout
    kept = tmp_path / "snaps" / ".crawl" / "pages" / "01-1"
    assert 'class="card"' in kept.with_suffix(".html").read_text()
    with Image.open(kept.with_suffix(".png")) as picture:
        assert picture.width > 500

    street.item = "articleImg"
    assert crawl("--styles=01").returncode == 0
    assert len(rows(tmp_path)) == 2


def test_a_page_with_fewer_items_than_expected_is_told(
    street: Site, crawl: Crawl, tmp_path: Path
) -> None:
    street.add_photos("01", range(9))
    short = street.answer("/list", {"style": ["01"], "p": ["1"]}, "").body.replace(
        b"articleImg", b"x", 1
    )
    street.answers["/list?p=1"] = Answer(body=short, headers={"Content-Type": "text/html"})
    ended = crawl("--styles=01")
    assert ended.returncode == 0
    assert "warm, page 1 has 3 items, 4 expected" in ended.stdout
    assert len(rows(tmp_path)) == 8


def test_a_site_that_repeats_its_last_page_ends(street: Site, crawl: Crawl, tmp_path: Path) -> None:
    street.add_photos("01", range(6))
    last = street.answer("/list", {"style": ["01"], "p": ["2"]}, "")
    for page in range(3, 9):
        street.answers[f"/list?p={page}"] = last
    assert crawl("--styles=01").returncode == 0
    assert len(rows(tmp_path)) == 6
    assert street.asked["/list?p=4"] == 0


def test_an_endless_page_with_images_that_load_when_they_are_seen(
    street: Site, crawl: Crawl, profile: Path, tmp_path: Path
) -> None:
    text = profile.read_text().replace("/list?style={style}&p={page}", "/scroll?style={style}")
    text = text.replace('".lbox@href"', '"img@src"')
    profile.write_text(text.replace("per_page = 4", "scroll = true\nlazy = true"))
    street.add_photos("01", range(11))
    street.answers["/photo/01/3.jpg"] = Answer(404)
    ended = crawl("--styles=01")
    assert ended.returncode == 1, ended.stderr
    assert len(rows(tmp_path)) == 10
    street.answers["/photo/01/3.jpg"] = Answer(body=outfit_jpeg(3))
    assert crawl("--styles=01").returncode == 0
    assert len(rows(tmp_path)) == 11
    assert street.asked["/scroll"] == 1
