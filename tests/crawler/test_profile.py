"""Profiles: the shipped one, and what is said of one that cannot be used."""

import json
from pathlib import Path

import pytest

from crawler.cli import main
from crawler.errors import CrawlerError
from crawler.profile import load_profile
from tests.support.crawling import PROFILE, ROOT


def test_the_shipped_profile_is_the_layout_of_2021() -> None:
    profile = load_profile("snaps-2021")
    assert profile.address("09", 3) == (
        "https://magazine.musinsa.com/index.php?m=street&style=009&_mon=&p=3"
    )
    assert (profile.item, profile.image.selector, profile.image.attribute) == (
        ".articleImg",
        ".lbox",
        "href",
    )
    assert list(profile.styles) == ["01", "02", "04", "09", "11", "12", "14"]
    taxonomy = json.loads((ROOT / "training" / "taxonomies" / "snaps-2021.json").read_text())
    assert set(profile.styles.values()) == {style["id"] for style in taxonomy["styles"]}
    assert profile.wardrobe in taxonomy["wardrobes"]


def test_a_listing_can_be_another() -> None:
    profile = load_profile("snaps-2021", "http://127.0.0.1/{style}/{page}")
    assert profile.address("01", 2) == "http://127.0.0.1/01/2"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("item =", "items ="), "it has items, which no profile has"),
        (('item = ".articleImg"\n', ""), "it lacks item"),
        (('".lbox@href"', '".lbox"'), "image needs an attribute"),
        (("{page}", "1"), "listing has no {page}"),
        (("http://site", "ftp://site"), "no http or https address"),
        (("patience_s = 0.5", 'patience_s = "long"'), "patience_s = 'long' is of another type"),
        (('"cold"', '"../cold"'), "'../cold' is no name"),
        (("[styles]", "[styles"), "cannot be read"),
    ],
)
def test_a_profile_that_cannot_be_used_says_why(
    change: tuple[str, str], says: str, tmp_path: Path
) -> None:
    path = tmp_path / "profile.toml"
    text = PROFILE.format(address="http://site")
    assert change[0] in text
    path.write_text(text.replace(*change))
    with pytest.raises(CrawlerError, match=r"profile") as refused:
        load_profile(str(path))
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--profile=no-such"], "There is no profile 'no-such'. Shipped are: snaps-2021"),
        (["--profile=snaps-2021", "--styles=01,grunge"], "has no style 'grunge'; it has: 01 (str"),
    ],
)
def test_what_cannot_begin_says_so(
    arguments: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["crawl", f"--output={tmp_path / 'snaps'}", *arguments]) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "snaps").exists()


@pytest.mark.parametrize("option", ["--pages=3-1", "--limit=0", "--delay=-1", "--parallel=x"])
def test_options_are_checked(option: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["crawl", f"--output={tmp_path}", "--profile=snaps-2021", option])
    assert ended.value.code == 2


def test_a_folder_belongs_to_one_profile(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from crawler.cli import JOURNAL
    from crawler.journal import Journal

    journal = Journal(tmp_path / JOURNAL)
    journal.begin("others", "", "")
    journal.close()
    assert main(["crawl", f"--output={tmp_path}", "--profile=snaps-2021"]) == 2
    assert "is a crawl of 'others'" in capsys.readouterr().err
