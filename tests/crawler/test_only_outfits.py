"""`--only-outfits`: what shows no outfit leaves the manifest, is listed, and does not come back."""

import csv
from pathlib import Path

from tests.crawler.conftest import Crawl
from tests.support.crawl_site import Site
from tests.support.crawling import run


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_what_shows_no_outfit_is_left_out(street: Site, crawl: Crawl, tmp_path: Path) -> None:
    street.add_photos("01", range(3))
    ended = crawl("--styles=01", "--only-outfits")
    assert ended.returncode == 0, ended.stderr
    snaps = tmp_path / "snaps"
    kinds = snaps / ".crawl" / "kinds.csv"
    assert {row["path"] for row in rows(snaps / "manifest.csv")} <= {
        row["path"] for row in rows(kinds)
    }

    # The command goes on with this table: one of the photos is of a group, it says.
    manifest = rows(snaps / "manifest.csv")
    group = manifest[1]["path"]
    lines = kinds.read_bytes().splitlines(keepends=True)
    kinds.write_bytes(
        b"".join(
            line.replace(b"outfit", b"people", 1) if group.encode() in line else line
            for line in lines
        )
    )
    ended = crawl("--styles=01", "--only-outfits")
    assert ended.returncode == 0, ended.stderr
    assert "Skipped 1 snaps that show no outfit." in ended.stdout
    assert group not in {row["path"] for row in rows(snaps / "manifest.csv")}
    (left_out,) = rows(snaps / "left-out.csv")
    assert (left_out["kind"], left_out["image_url"]) == ("people", manifest[1]["image_url"])
    assert (snaps / left_out["path"]).is_file()
    assert not (snaps / group).exists()

    asked = street.photos_asked()
    crawl("--styles=01", "--again")
    assert street.photos_asked() == asked, "it does not come back"
    ended = run("remove", f"--output={snaps}", f"--source-url={left_out['image_url']}")
    assert ended.returncode == 0, ended.stderr
    assert not (snaps / left_out["path"]).exists()
