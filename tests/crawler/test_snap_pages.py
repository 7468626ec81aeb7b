"""A listing of thumbnails: each snap has a page of its own, behind a link or a click."""

import csv
import os
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.crawler.conftest import Crawl
from tests.support.crawl_site import Answer, Site
from tests.support.crawling import ROOT, crawl_arguments, crawler, run
from tests.support.images import outfit_jpeg
from tests.support.starting import wait_until

CLICKED = """
name = "snaps-clicked"
listing = "{address}/list?style={{style}}&p={{page}}"
item = ".articleImg"
opens = "{opens}"
image = ".lbox@href"
owner = ".by"
date = ".date"
leave_out = ["noimage"]
delay_s = 0
patience_s = 2
least_side = 100
[styles]
01 = "warm"
"""
SNAPS = 6


class Street:
    """A site in the layout of 2021: thumbnails that open pages, with everything odd about them."""

    def __init__(self, site: Site) -> None:
        self.site = site
        for number in range(SNAPS):
            site.answers[f"/photo/{number}.jpg"] = Answer(body=outfit_jpeg(number))
            self.page(number, f'<a class="lbox" href="/photo/{number}.jpg">large</a>')
        self.listing(1, range(4))
        self.listing(2, range(4, SNAPS))
        site.answers["/list?p=3"] = html("")

    def listing(self, page: int, snaps: range) -> None:
        """A page with an item for each snap, and an advertisement that opens nothing."""
        self.site.answers[f"/list?p={page}"] = html(
            '<div class="advertisement">Coats!</div>'
            + "".join(
                f'<div class="articleImg" onclick="location.href=\'/snap/{number}\'">'
                f'<a href="/snap/{number}" onclick="return false">snap {number}</a></div>'
                for number in snaps
            )
        )

    def page(self, number: int, body: str) -> None:
        self.site.answers[f"/snap/{number}"] = html(
            '<a class="lbox" href="/noimage.png">none</a>'
            f'{body}<b class="by">Photographer {number}</b>'
            f'<i class="date">2021-03-0{number + 1}</i>'
        )

    @property
    def asked(self) -> dict[str, int]:
        """How often each page was asked for, without photos."""
        return {
            path: n for path, n in self.site.asked.items() if path.startswith(("/snap", "/list?"))
        }


def html(body: str) -> Answer:
    page = f"<!doctype html><meta charset=utf-8><title>Snaps</title>{body}"
    return Answer(body=page.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def rows(folder: Path, name: str = "manifest.csv") -> list[dict[str, str]]:
    with (folder / "snaps" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def by_click(street: Site, profile: Path) -> Street:
    """The site, and the profile that clicks."""
    profile.write_text(CLICKED.format(address=street.address, opens="click"))
    return Street(street)


@pytest.mark.parametrize("opens", ["click", "a@href"])
def test_the_page_of_each_snap_is_opened_once(
    opens: str, by_click: Street, crawl: Crawl, profile: Path, tmp_path: Path
) -> None:
    profile.write_text(profile.read_text().replace('"click"', f'"{opens}"'))
    ended = crawl()
    assert ended.returncode == 0, ended.stderr + ended.stdout
    address = by_click.site.address
    assert [
        (row["image_url"], row["page_url"], row["owner"], row["date"]) for row in rows(tmp_path)
    ] == [
        (
            f"{address}/photo/{number}.jpg",
            f"{address}/snap/{number}",
            f"Photographer {number}",
            f"2021-03-0{number + 1}",
        )
        for number in range(SNAPS)
    ]
    assert set(by_click.asked.values()) == {1}, "and the listing is not loaded again for each"
    assert crawl().returncode == 0
    assert set(by_click.asked.values()) == {1}, "nor on the next run"


def test_pages_in_new_tabs_slow_ones_and_such_without_an_image(
    by_click: Street, crawl: Crawl, tmp_path: Path
) -> None:
    tab = by_click.site.answers["/list?p=1"]
    assert isinstance(tab, Answer)
    body = tab.body.decode().replace("location.href='/snap/1'", "window.open('/snap/1')")
    body = body.replace("location.href='/snap/3'", "0")
    by_click.site.answers["/list?p=1"] = Answer(body=body.encode(), headers=tab.headers)
    by_click.page(0, "sold out")
    by_click.page(
        2,
        """<script>setTimeout(() => document.body.insertAdjacentHTML(
            "beforeend", '<a class="lbox" href="/photo/2.jpg">large</a>'), 700)</script>""",
    )
    by_click.site.answers["/snap/4"] = Answer(404)
    ended = crawl()
    assert ended.returncode == 1
    assert [row["image_url"][-5] for row in rows(tmp_path)] == ["1", "2", "5"]
    reasons = [row["reason"] for row in rows(tmp_path, "failures.csv")]
    assert sorted(reasons) == [
        "1 of its items could not be opened",
        "2 of its items could not be opened",
        "HTTP 404",
        "no page opened when the item was clicked",
        f'the selector ".lbox" found no image on {by_click.site.address}/snap/0',
    ]
    assert by_click.asked["/list?p=1"] == 1

    by_click.page(0, '<a class="lbox" href="/photo/0.jpg">large</a>')
    by_click.page(4, '<a class="lbox" href="/photo/4.jpg">large</a>')
    by_click.site.answers["/list?p=1"] = tab
    before = dict(by_click.asked)
    assert crawl().returncode == 0
    assert len(rows(tmp_path)) == SNAPS
    again = {path for path, n in by_click.asked.items() if n > before.get(path, 0)}
    assert not again & {"/snap/2", "/snap/5"}, "what was opened is not opened again"


def test_a_kill_between_two_pages_goes_on_at_the_next(
    by_click: Street, crawl: Crawl, profile: Path, tmp_path: Path
) -> None:
    by_click.site.held = {"/snap/2"}
    command = crawler(*crawl_arguments(profile, tmp_path))
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, start_new_session=True) as one:
        wait_until(lambda: by_click.site.asked["/snap/2"] > 0, "the third page is under way")
        os.killpg(one.pid, signal.SIGKILL)
    by_click.site.gate.set()
    assert crawl().returncode == 0
    assert len(rows(tmp_path)) == SNAPS
    assert by_click.asked == {
        "/list?p=1": 2, "/list?p=2": 1, "/list?p=3": 1,
        **{f"/snap/{number}": 2 if number == 2 else 1 for number in range(SNAPS)},
    }  # fmt: skip


def test_a_takedown_names_the_snaps_page(by_click: Street, crawl: Crawl, tmp_path: Path) -> None:
    crawl()
    page = f"{by_click.site.address}/snap/3"
    ended = run("remove", f"--output={tmp_path / 'snaps'}", f"--source-url={page}")
    assert ended.returncode == 0, ended.stderr
    assert len(rows(tmp_path)) == SNAPS - 1
    crawl("--again")
    assert page not in {row["page_url"] for row in rows(tmp_path)}


def test_robots_txt_and_refusals_hold_for_snaps_pages_too(
    by_click: Street, crawl: Crawl, tmp_path: Path
) -> None:
    by_click.site.answers["/robots.txt"] = Answer(body=b"User-agent: *\nDisallow: /snap/1\n")
    assert crawl().returncode == 1
    assert len(rows(tmp_path)) == SNAPS - 1
    reasons = {row["reason"] for row in rows(tmp_path, "failures.csv")}
    assert any("robots.txt forbids /snap/1" in reason for reason in reasons)
    by_click.site.answers["/snap/1"] = Answer(403)
    by_click.site.answers["/robots.txt"] = Answer(404)
    assert crawl().returncode == 3, "the site says stop"


def test_a_journal_of_before_snaps_pages_goes_on(
    street: Site, crawl: Crawl, tmp_path: Path
) -> None:
    street.add_photos("01", range(5))
    assert crawl("--styles=01", "--limit=2").returncode == 0
    journal = sqlite3.connect(tmp_path / "snaps" / ".crawl" / "journal.sqlite3")
    journal.executescript(
        "DROP TABLE items; ALTER TABLE snaps DROP COLUMN date; PRAGMA user_version = 1"
    )
    journal.close()
    assert crawl("--styles=01").returncode == 0
    assert len(rows(tmp_path)) == 5


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('opens = "a"', "has an attribute"),
        ('opens = "click"\npage = "a@href"', "page is for listings that have the full images"),
        ('opens = "click"\nscroll = true', "needs a listing by pages"),
    ],
)
def test_what_a_profile_cannot_mean_is_told(
    line: str, says: str, by_click: Street, crawl: Crawl, profile: Path
) -> None:
    profile.write_text(profile.read_text().replace('opens = "click"', line))
    ended = crawl()
    assert ended.returncode == 2
    assert says in ended.stderr
