"""The report is one whole page that asks nobody for anything and shows every style."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.training.made_up import LOG, make_run
from training.errors import TrainingError
from training.evaluation import charts
from training.evaluation.finished import open_finished
from training.evaluation.gallery import MOST_BYTES, gallery
from training.evaluation.report import write_report

VOID = {"meta", "link", "img", "br", "input", "hr"}
HOSTILE = '<script>alert("1")</script>&'
LOGITS = [[2.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 3.0], [1.0, 0.0]]


class Page(HTMLParser):
    """The page's elements, its text, and whether every element is closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.text += data

    def values(self, *attributes: str) -> list[str]:
        return [
            value
            for _, given in self.elements
            for attribute, value in given.items()
            if attribute in attributes
        ]


def report_of(run: Path, *, cnn: bool = False) -> str:
    """The report's text; without ``cnn`` a training photo is taken away, so that none is fitted."""
    if not cnn:
        (run.parent / f"{run.name}-photos" / "0.jpg").unlink(missing_ok=True)
    return write_report(run, lambda _: None).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("report")
    return report_of(make_run(folder / "my-run", LOGITS, sources=("street", "product")))


def test_the_page_is_well_formed(text: str) -> None:
    page = Page(text)
    ids = page.values("id")

    assert text.startswith("<!doctype html>")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in page.values("href") if link.startswith("#")} <= set(ids)


def test_the_page_asks_no_other_host(text: str) -> None:
    page = Page(text)
    addresses = page.values("src", "href", "xlink:href", "srcset", "action", "poster", "data")

    assert any(address.startswith("data:image/jpeg;base64,") for address in addresses)
    assert all(address.startswith(("data:", "#")) for address in addresses)
    assert not re.search(r"""https?:|["'(=]\s*//|@import|url\(""", text)
    assert not {"script", "iframe", "object", "embed"} & {tag for tag, _ in page.elements}


def test_the_page_says_what_was_measured(text: str) -> None:
    page = Page(text)

    assert "my-run" in page.text
    assert "60 of 100 photos" in page.text
    assert "60.0\N{NO-BREAK SPACE}%" in page.text
    assert "4 photos to learn from, 5 to validate on, from 2 sources" in page.text
    assert 'weights = "people"' in page.text
    assert "Cold called Warm" in re.sub(r"\s+", " ", page.text)


def test_every_style_has_its_photos(text: str) -> None:
    page = Page(text)

    assert {"style-warm", "style-cold"} <= set(page.values("id"))
    assert len([tag for tag, _ in page.elements if tag == "img"]) == 5


def test_the_surest_photos_come_first(tmp_path: Path) -> None:
    logits = [[1, 0], [3, 0], [2, 0], [4, 0], [0, 5], [0, 6]]
    run = open_finished(
        make_run(tmp_path / "run", logits, val=("warm",) * 6, train=("warm", "cold"))
    )
    warm, cold = gallery(run, photos=3)

    assert [photo.name for photo in warm.best] == ["5.jpg", "3.jpg", "4.jpg"]
    assert [photo.name for photo in warm.worst] == ["7.jpg", "6.jpg"]
    assert [photo.said.id for photo in warm.worst] == ["cold", "cold"]
    assert warm.best[0].confidence == pytest.approx(1 / (1 + np.exp(-4)))
    assert (cold.best, cold.worst) == ((), ())


def test_photos_are_small_however_large_the_file(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    noise = np.random.default_rng(0).integers(0, 256, (900, 700, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "run-photos" / "4.jpg", quality=95)
    (noisy,) = [
        photo
        for part in gallery(open_finished(run))
        for photo in part.best
        if photo.name == "4.jpg"
    ]

    assert noisy.uri
    assert len(noisy.uri) <= MOST_BYTES * 4 / 3 + 30


def test_a_missing_photo_leaves_a_sentence(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    (tmp_path / "run-photos" / "4.jpg").unlink()
    (tmp_path / "run-photos" / "5.jpg").write_bytes(b"no picture")
    said: list[str] = []
    page = Page(write_report(run, said.append).read_text())

    assert "4.jpg can no longer be read." in page.text
    assert "5.jpg can no longer be read." in page.text
    assert "2 photos can no longer be read." in page.text
    assert "The small CNN is missing here" in page.text
    assert said[-1].startswith("2 photos of the report cannot be read")


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    taxonomy: dict[str, Any] = {
        "id": "tiny",
        "styles": [
            {"id": "warm", "names": {"en": HOSTILE}, "descriptions": {"en": HOSTILE}},
            {"id": "cold", "names": {"en": "Cold"}},
        ],
    }
    run = make_run(
        tmp_path / "run",
        LOGITS,
        taxonomy=taxonomy,
        sources=(HOSTILE,),
        photo_name='"onerror="alert(1)<b>{number}.jpg',
    )
    (run / "recipe.toml").write_text(f"# {HOSTILE}</code></pre><script>1</script>")
    photos = tmp_path / "run-photos"
    next(photos.glob("*0.jpg")).unlink()
    next(photos.glob("*8.jpg")).unlink()
    page = Page(report_of(run))

    assert "script" not in {tag for tag, _ in page.elements}
    assert not page.values("onerror")
    assert HOSTILE in page.text
    assert '"onerror="alert(1)<b>8.jpg can no longer be read.' in page.text


@pytest.mark.parametrize("log", ["", LOG.splitlines()[0], None])
def test_a_run_of_a_head_alone_has_no_learning_curves(tmp_path: Path, log: str | None) -> None:
    run = make_run(tmp_path / "run", log=log or "")
    if log is None:
        (run / "log.csv").unlink()
    page = Page(report_of(run))

    assert "learning" not in page.values("id")
    assert "#learning" not in page.values("href")


def test_learning_curves_survive_gaps(tmp_path: Path) -> None:
    log = f"{LOG}tune,4,nan,,inf,0.7,0.0001,60\n"
    page = Page(report_of(make_run(tmp_path / "run", log=log)))

    assert "4 epochs in 4 minutes" in page.text
    assert "in epoch 2" in page.text
    assert not any("nan" in path or "inf" in path for path in page.values("d"))


def test_the_small_network_is_in_the_report(tmp_path: Path) -> None:
    pytest.importorskip("keras", reason="needs requirements/training.txt")
    from training.evaluation.baseline import SmallNetwork

    run = make_run(tmp_path / "run")
    tiny = SmallNetwork(side=16, widths=(4,), epochs=1)
    page = Page(write_report(run, lambda _: None, tiny).read_text())

    assert "Small CNN" in page.text
    assert "Model minus small CNN" in page.text
    assert json.loads((run / "evaluation.json").read_text())["small_cnn"]["n"] == 5


def test_a_second_report_takes_the_place_of_the_first(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    report_of(run)
    (run / "recipe.toml").write_text("seed = 8")

    assert "seed = 8" in report_of(run)
    assert sorted(path.name for path in run.iterdir() if path.suffix == ".html") == ["report.html"]


def test_an_unfinished_run_has_no_report(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    (run / "predictions.npz").unlink()

    with pytest.raises(TrainingError, match="is not finished"):
        write_report(run, lambda _: None)
    assert not (run / "report.html").exists()


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (1, 16, [5, 10, 15]),
        (0.63, 2.6, [1, 1.5, 2, 2.5]),
        (1, 2, [1, 1.2, 1.4, 1.6, 1.8, 2]),
    ],
)
def test_ticks_are_round_numbers(low: float, high: float, ticks: list[float]) -> None:
    assert charts.Axis("", low, high).ticks() == ticks


def test_places_stay_inside_the_chart() -> None:
    axis = charts.Axis("", 0, 2)

    assert axis.place(1, 10, 20) == 15
    assert axis.place(5, 10, 20) == 20
    assert axis.place(-5, 10, 20) == 10
