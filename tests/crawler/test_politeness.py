"""The site decides: robots.txt, 403, 429, sign-in; and nobody is asked who should not be."""

import struct
import zlib
from pathlib import Path
from typing import Any

import pytest

from crawler import rate_limit
from crawler.rate_limit import RateLimit
from tests.crawler.conftest import Crawl
from tests.crawler.test_crawl import rows
from tests.support.crawl_site import Answer, Site
from tests.support.images import outfit_jpeg

HTML = {"Content-Type": "text/html; charset=utf-8"}


def robots(text: str) -> Answer:
    return Answer(body=text.encode(), headers={"Content-Type": "text/plain"})


def test_a_listing_that_robots_txt_forbids_is_not_asked(street: Site, crawl: Crawl) -> None:
    street.add_photos("01", range(2))
    street.answers["/robots.txt"] = robots("User-agent: fasi-crawler\nDisallow: /list\n")
    ended = crawl()
    assert ended.returncode == 3
    assert "/robots.txt forbids /list to fasi-crawler" in ended.stderr
    assert set(street.asked) == {"/robots.txt"}


def test_images_that_robots_txt_forbids_are_told_and_not_asked(
    street: Site, crawl: Crawl, tmp_path: Path
) -> None:
    street.add_photos("01", range(2))
    street.answers["/robots.txt"] = robots("User-agent: *\nDisallow: /photo/01/1.jpg\n")
    assert crawl("--styles=01").returncode == 1
    assert set(street.photos_asked()) == {"/photo/01/0.jpg"}
    (failure,) = rows(tmp_path, "failures.csv")
    assert "robots.txt forbids /photo/01/1.jpg" in failure["reason"]


def test_a_redirect_leads_nowhere_that_robots_txt_forbids(
    street: Site, crawl: Crawl, tmp_path: Path
) -> None:
    street.add("01", "0.jpg", Answer(302, headers={"Location": "/private/0.jpg"}))
    street.answers["/private/0.jpg"] = Answer(body=outfit_jpeg(0))
    street.answers["/robots.txt"] = robots("User-agent: *\nDisallow: /private/\n")
    assert crawl("--styles=01").returncode == 1
    assert street.asked["/private/0.jpg"] == 0
    (failure,) = rows(tmp_path, "failures.csv")
    assert "robots.txt forbids /private/0.jpg" in failure["reason"]


def test_rules_that_cannot_be_had_forbid_all(street: Site, crawl: Crawl) -> None:
    street.add_photos("01", range(2))
    street.answers["/robots.txt"] = Answer(500)
    assert crawl().returncode == 3
    assert set(street.asked) == {"/robots.txt"}


def test_429_with_a_time_is_waited_for(street: Site, crawl: Crawl, tmp_path: Path) -> None:
    street.add_photos("01", range(3))
    busy = Answer(429, headers={"Retry-After": "1"})
    listing = street.answer("/list", {"style": ["01"], "p": ["1"]}, "")
    street.answers["/list?p=1"] = lambda times: busy if times == 2 else listing
    photo = Answer(body=outfit_jpeg(0))
    street.answers["/photo/01/0.jpg"] = lambda times: busy if times == 1 else photo
    ended = crawl("--styles=01")
    assert ended.returncode == 0, ended.stderr
    assert len(rows(tmp_path)) == 3
    assert street.asked["/list?p=1"] == 3
    assert street.asked["/photo/01/0.jpg"] == 2


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(429), "429"),
        (Answer(429, headers={"Retry-After": "3600"}), "in 3600 s"),
        (Answer(403), "403: the site forbids"),
    ],
)
def test_a_site_that_says_stop_is_left_alone_and_a_later_run_goes_on(
    street: Site, crawl: Crawl, tmp_path: Path, answer: Answer, says: str
) -> None:
    street.add_photos("01", range(8))
    street.answers["/photo/01/2.jpg"] = answer
    ended = crawl("--styles=01", "--parallel=1")
    assert ended.returncode == 3
    assert says in ended.stderr
    assert street.asked["/list?p=2"] == 0
    assert len(rows(tmp_path)) == 2, "what was had stays, and is in the manifest"
    street.answers["/photo/01/2.jpg"] = Answer(body=outfit_jpeg(2))
    assert crawl("--styles=01").returncode == 0
    assert len(rows(tmp_path)) == 8


def test_a_listing_behind_a_sign_in_stops(street: Site, crawl: Crawl) -> None:
    street.answers["/list"] = Answer(302, headers={"Location": "/sign-in"})
    form = b"<!doctype html><form><input name=user><input type=password></form>"
    street.answers["/sign-in"] = Answer(body=form, headers=HTML)
    ended = crawl()
    assert ended.returncode == 3
    assert "leads to a sign-in page" in ended.stderr


def test_hostile_links_are_refused(street: Site, crawl: Crawl, tmp_path: Path) -> None:
    secret = f"http://localhost:{street.port}/secret"
    street.answers["/secret"] = Answer(body=outfit_jpeg(1))
    street.add("01", "good.jpg", outfit_jpeg(2))
    for link in (secret, "file:///etc/passwd", "http://[::ffff:169.254.169.254]/", "data:,x"):
        street.snaps["01"].append(link)
    street.add("01", "inward.jpg", Answer(302, headers={"Location": secret}))
    street.add("01", "to-a-file.jpg", Answer(302, headers={"Location": "file:///etc/passwd"}))
    street.add("01", "round.jpg", Answer(302, headers={"Location": "/photo/01/round.jpg"}))
    street.add("01", "long.jpg", Answer(headers={"Content-Length": str(10**12)}))
    street.add("01", "pixels.png", png_that_says(9_000, 9_000))
    street.add("01", "more-pixels.png", png_that_says(60_000, 60_000))
    # The browser is led there too, by a frame and by a script.
    street.extra = f'<iframe src="{secret}"></iframe><script>fetch("{secret}")</script>'
    ended = crawl("--styles=01")
    assert ended.returncode == 1, ended.stderr
    assert [row["image_url"] for row in rows(tmp_path)] == [f"{street.address}/photo/01/good.jpg"]
    reasons = sorted(row["reason"] for row in rows(tmp_path, "failures.csv"))
    assert reasons == [
        "more than 5 redirects",
        "refused: 1,000,000,000,000 bytes, more than 20,971,520",
        internal("::ffff:a9fe:a9fe"),
        "refused: file address, only http and https are fetched",
        "refused: file address, only http and https are fetched",
        internal("localhost"),
        internal("localhost"),
        "refused: too many pixels",
        "refused: too many pixels",
    ]
    assert street.asked["/secret"] == 0


def internal(host: str) -> str:
    return f"refused: {host} is an internal address (--allow-host {host} allows it)"


def png_that_says(width: int, height: int) -> bytes:
    """A PNG whose header promises more pixels than it has."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def test_a_host_is_asked_with_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    class Clock:
        now = 100.0

        def monotonic(self) -> float:
            return self.now

        def sleep(self, seconds: float) -> None:
            slept.append(seconds)
            self.now += seconds

    monkeypatch.setattr(rate_limit, "time", Clock())
    turns = RateLimit(2.0)
    for _ in range(20):
        turns.wait("https://example.org/photo")
    assert slept[0] == 0
    assert all(1.0 <= each <= 3.0 for each in slept[1:])
    assert len(set(slept[1:])) > 1, "with jitter"
    turns.wait("https://another.org/")
    assert slept[-1] == 0, "each host has its own"
    turns.at_least("https://another.org/", 60)
    turns.pause("https://another.org/", 30)
    turns.wait("https://another.org/")
    assert slept[-1] == 30
    turns.wait("https://another.org/")
    assert slept[-1] == 60


def test_a_crawl_delay_is_kept(street: Site, crawl: Crawl, monkeypatch: Any) -> None:
    from crawler.fetch import Fetcher
    from crawler.robots import Robots

    street.answers["/robots.txt"] = robots("User-agent: *\nCrawl-delay: 7\n")
    turns = RateLimit(0)
    with Fetcher("fasi-crawler/1.0", turns, {"127.0.0.1"}) as fetcher:
        assert Robots(fetcher, turns).forbid(f"{street.address}/list") == ""
    slept: list[float] = []
    monkeypatch.setattr("crawler.rate_limit.time.sleep", slept.append)
    turns.wait(street.address)
    turns.wait(street.address)
    assert slept[1] >= 6.9
