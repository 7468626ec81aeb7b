"""What the bundle that ships takes for an outfit, of what else people send: drawn, as all photos
of tests are, and seen as the site sees a photo, through its thumb."""

from pathlib import Path

import numpy as np
import pytest

from imaging.thumbnails import thumb_of
from inference.bundle import Bundle, load_bundle
from inference.engine import Engine, load_engine
from inference.preprocessing import model_input
from inference.verdict import Verdict, verdict_at
from tests.support.odd_scenes import SCENES

STARTER = Path(__file__).resolve().parents[2] / "models" / "starter"

WITHOUT = {
    "black": "a lens cap or a pocket",
    "white": "an overexposed sheet",
    "noise": "a broken file that still decodes",
    "tiny detail": "a wall: what is on it fills a thousandth of the picture",
    "screenshot": "a chat, with no photo in it",
    "receipt": "what clothes cost is not what they look like",
    "empty shelf": "where clothes could lie, and none do",
}
"""Each must be `none`, and why."""
WITH = {
    "flat lay": "shirt, trousers and shoes together are an outfit, worn or not",
    "mirror selfie": "the telephone hides the face, not the clothes",
}
"""Each must be `outfit`, and why."""
EITHER = {
    "mannequin": "it wears an outfit, and in a shop's window it is one of many things",
    "sketch": "the clothes can be judged, but it is no photo of any",
}
"""People differ, so either will do, and whoever thinks otherwise says so."""


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle(STARTER)


@pytest.fixture(scope="module")
def engine(bundle: Bundle) -> Engine:
    return load_engine("openvino", bundle)


def said(name: str, bundle: Bundle, engine: Engine) -> Verdict:
    seen = model_input(thumb_of(SCENES[name]()))
    return verdict_at(engine.run(np.stack([seen])), 0, bundle)


def test_each_scene_has_its_answer() -> None:
    assert {*WITHOUT, *WITH, *EITHER} == set(SCENES)


@pytest.mark.parametrize("name", WITHOUT)
def test_what_shows_no_outfit_gets_no_style(name: str, bundle: Bundle, engine: Engine) -> None:
    verdict = said(name, bundle, engine)
    assert (verdict.kind, verdict.decided) == ("none", False), WITHOUT[name]


@pytest.mark.parametrize("name", WITH)
def test_an_unusual_photo_of_an_outfit_is_one(name: str, bundle: Bundle, engine: Engine) -> None:
    assert said(name, bundle, engine).kind == "outfit", WITH[name]


@pytest.mark.parametrize("name", EITHER)
def test_what_may_be_either_is_no_crowd(name: str, bundle: Bundle, engine: Engine) -> None:
    assert said(name, bundle, engine).kind in ("outfit", "none"), EITHER[name]
