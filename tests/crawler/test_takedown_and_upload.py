"""What was taken down goes, everywhere, and never comes again; a crawl's folder in S3."""

import os
from pathlib import Path

import boto3

from tests.crawler.conftest import Crawl
from tests.crawler.test_crawl import rows
from tests.support.crawl_site import Site
from tests.support.crawling import run
from tests.support.images import outfit_jpeg


def test_a_takedown_removes_a_photo_for_good(street: Site, crawl: Crawl, tmp_path: Path) -> None:
    street.add_photos("01", range(3))
    street.add("01", "same-as-1.jpg", outfit_jpeg(1))
    crawl("--styles=01")
    # The two are fetched at once, and whichever comes first is the one that is kept.
    (row,) = [row for row in rows(tmp_path) if row["image_url"].endswith(("/1.jpg", "-1.jpg"))]
    output = f"--output={tmp_path / 'snaps'}"
    for _ in range(2):
        ended = run("remove", output, f"--source-url={row['page_url']}")
        assert ended.returncode == 0, ended.stderr
    assert not (tmp_path / "snaps" / row["path"]).exists()
    assert len(rows(tmp_path)) == 2
    journal = (tmp_path / "snaps" / ".crawl" / "journal.sqlite3").read_bytes()
    assert b"Photographer 1" not in journal.partition(row["image_url"].encode())[2][:80]

    before = street.photos_asked()
    assert crawl("--styles=01", "--again").returncode == 0
    assert street.photos_asked() == before, "neither it nor its double is fetched again"
    assert len(rows(tmp_path)) == 2


def test_an_address_that_is_not_known_says_where_to_look(
    street: Site, crawl: Crawl, tmp_path: Path
) -> None:
    street.add_photos("01", range(1))
    crawl("--styles=01")
    ended = run("remove", f"--output={tmp_path / 'snaps'}", "--source-url=https://example.org/1")
    assert ended.returncode == 2
    assert "The manifest has the addresses" in ended.stderr
    elsewhere = run("remove", f"--output={tmp_path / 'no'}", "--source-url=https://example.org/1")
    assert elsewhere.returncode == 2
    assert "is not the folder of a crawl" in elsewhere.stderr
    assert not (tmp_path / "no").exists()


def test_the_folder_is_mirrored_in_s3(street: Site, crawl: Crawl, tmp_path: Path) -> None:
    keys = {
        "AWS_ENDPOINT_URL": os.environ["FASI_S3_ENDPOINT"],
        "AWS_ACCESS_KEY_ID": os.environ["FASI_S3_ACCESS_KEY"],
        "AWS_SECRET_ACCESS_KEY": os.environ["FASI_S3_SECRET_KEY"],
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    client = boto3.client(
        "s3",
        endpoint_url=keys["AWS_ENDPOINT_URL"],
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
        region_name="us-east-1",
    )
    client.create_bucket(Bucket="snaps")

    def there() -> set[str]:
        listed = client.list_objects_v2(Bucket="snaps").get("Contents", [])
        return {each["Key"] for each in listed}

    street.add_photos("01", range(2))
    crawl("--styles=01")
    output = f"--output={tmp_path / 'snaps'}"
    sent = run("upload", output, "--to=s3://snaps/2021", **keys)
    assert sent.returncode == 0, sent.stderr
    assert "Sent 2 files" in sent.stdout
    paths = [row["path"] for row in rows(tmp_path)]
    assert there() == {f"2021/{path}" for path in [*paths, "manifest.csv"]}

    run("remove", output, f"--source-url={street.address}/photo/01/0.jpg")
    again = run("upload", output, "--to=s3://snaps/2021", **keys)
    assert "Sent 0 files" in again.stdout
    assert "removed 1" in again.stdout
    assert there() == {f"2021/{row['path']}" for row in rows(tmp_path)} | {"2021/manifest.csv"}

    nowhere = run("upload", output, "--to=s3://no-such-bucket/x", **keys)
    assert nowhere.returncode == 2
    assert "cannot be written" in nowhere.stderr
    assert "no s3://" in run("upload", output, "--to=snaps", **keys).stderr
