"""From a queued row to a prediction, with the real engine, bucket and database."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from numpy.typing import NDArray
from PIL import Image
from redis import Redis

from classifier.lifecycle.claims import claim_outfits
from classifier.models import Outfit, Prediction, Release
from classifier.monitoring.heartbeat import warm_worker
from classifier.orphans import ORPHAN_AGE, remove_orphans
from classifier.releases.lifecycle import promote
from classifier.storage import objects, thumb_cache
from classifier.uploads.accept import accept_photo
from inference.bundle import BundleError, load_bundle
from inference.engine import Outputs
from tests.conftest import STARTER
from tests.inference.wardrobes import activate_wardrobes
from tests.support.engines import ByColour
from tests.support.gated_bundle import add_gate_and_sets
from tests.support.images import draw_outfit, encode
from worker import tasks
from worker.classification import PrefetchedClaim, process, work
from worker.loaded_model import NoActiveRelease, loaded_model
from worker.releases import register_starter

Make = Callable[..., Outfit]


@pytest.fixture
def wardrobes(site: None, starter_copy: Callable[[], Path]) -> Release:
    return activate_wardrobes(starter_copy())


def statuses() -> list[str]:
    return list(Outfit.objects.order_by("created").values_list("status", flat=True))


def test_all_that_waits_is_classified(make_outfit: Make, release: Release) -> None:
    outfits = [make_outfit(seed) for seed in range(3)]
    assert work(budget_s=30) == 3
    for outfit in outfits:
        prediction = outfit.predictions.get()
        assert prediction.release == release
        assert prediction.style in release.styles.ids
        assert prediction.confidence == max(prediction.probabilities)
        assert sum(prediction.probabilities) == pytest.approx(1, abs=1e-4)
        assert np.linalg.norm(np.asarray(prediction.embedding)) == pytest.approx(1, abs=1e-2)
        assert len(bytes(prediction.activation_map)) == 49
        assert max(bytes(prediction.activation_map)) == 255


def test_a_prediction_is_decided_by_the_calibrated_threshold(
    make_outfit: Make, release: Release
) -> None:
    for seed in range(4):
        make_outfit(seed)
    work(budget_s=30)
    threshold = loaded_model().bundle.calibration.threshold
    for prediction in Prediction.objects.all():
        assert prediction.decided == (prediction.confidence >= threshold)


def test_more_than_a_claim_holds_is_done_in_several(
    make_outfit: Make, release: Release, settings: Any
) -> None:
    settings.FASI_CLAIM_SIZE = 2
    for seed in range(5):
        make_outfit(seed)
    assert work(budget_s=30) == 5


def test_a_thumb_is_handed_on_once_and_the_bucket_has_it_too(
    make_outfit: Make, release: Release
) -> None:
    first, second = make_outfit(1), make_outfit(2)
    thumb_cache.forget([second.thumb_key])
    handed_on = thumb_cache.take([first.thumb_key, second.thumb_key])
    assert handed_on == {first.thumb_key: objects.get(first.thumb_key)}
    assert thumb_cache.take([first.thumb_key]) == {}
    assert work(budget_s=30) == 2


def test_while_redis_is_away_thumbs_come_from_the_bucket(
    make_outfit: Make, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = Redis(port=9, socket_connect_timeout=1)
    monkeypatch.setattr(thumb_cache, "cache_server", lambda: away)
    make_outfit()
    assert work(budget_s=30) == 1


def test_a_missing_object_fails_only_its_own_row(make_outfit: Make, release: Release) -> None:
    missing, healthy = make_outfit(1), make_outfit(2)
    objects.remove([missing.thumb_key])
    work(budget_s=30)
    missing.refresh_from_db()
    healthy.refresh_from_db()
    assert (missing.status, missing.error_code) == ("failed", "object_missing")
    assert healthy.status == "done"


def test_a_broken_object_fails_only_its_own_row(make_outfit: Make, release: Release) -> None:
    broken, healthy = make_outfit(1), make_outfit(2)
    thumb_cache.forget([broken.thumb_key])
    objects.put(broken.thumb_key, encode(draw_outfit())[:500], objects.JPEG)
    work(budget_s=30)
    broken.refresh_from_db()
    healthy.refresh_from_db()
    assert (broken.status, broken.error_code) == ("failed", "object_broken")
    assert healthy.status == "done"


def test_a_photo_that_the_engine_cannot_take_is_found_among_its_claim_mates(
    make_outfit: Make, release: Release
) -> None:
    class Picky:
        """The real engine, but for one photo at which it raises."""

        name = "picky"

        def run(self, images: NDArray[np.uint8]) -> Outputs:
            if any((image == poison).all() for image in images):
                raise RuntimeError("poison")
            return real.engine.run(images)

    real = loaded_model()
    from io import BytesIO

    from inference.preprocessing import model_input

    guilty, healthy = make_outfit(1), make_outfit(2)
    poison = model_input(Image.open(BytesIO(objects.get(guilty.thumb_key))))
    assert process(PrefetchedClaim(claim_outfits("w", 10)), replace(real, engine=Picky())) == 1
    guilty.refresh_from_db()
    healthy.refresh_from_db()
    assert (guilty.status, guilty.error_code) == ("queued", "engine_error")
    assert healthy.status == "done"


class Sayer:
    """An engine that says the same of every photo: probabilities by style, nothing of others."""

    name = "sayer"

    def __init__(self, ids: Sequence[str], said: dict[str, float]) -> None:
        self._probabilities = np.array([said.get(each, 0.0) for each in ids], np.float32)

    def run(self, images: NDArray[np.uint8]) -> Outputs:
        count = len(images)
        return Outputs(
            np.tile(self._probabilities, (count, 1)),
            np.full((count, 256), 1 / 16, np.float32),
            np.ones((count, 7, 7), np.float32),
        )


def predicted(outfit: Outfit, said: dict[str, float]) -> Prediction:
    """The prediction of the waiting outfit by an engine that says this."""
    now = loaded_model()
    engine = Sayer(now.bundle.taxonomy.ids, said)
    assert process(PrefetchedClaim(claim_outfits("w", 1)), replace(now, engine=engine)) == 1
    return outfit.predictions.get()


SAID = {"streetwear": 0.5, "formal": 0.3, "quiet-luxury": 0.1, "casual": 0.1}


def test_only_the_styles_of_the_chosen_wardrobe_count(
    make_outfit: Make, wardrobes: Release
) -> None:
    prediction = predicted(make_outfit(wardrobe="smart"), SAID)
    probabilities = dict(zip(wardrobes.styles.ids, prediction.probabilities, strict=True))

    assert prediction.style == "formal"
    assert prediction.confidence == pytest.approx(0.75)
    assert prediction.decided
    assert {style for style, share in probabilities.items() if share} == {"formal", "quiet-luxury"}
    assert sum(prediction.probabilities) == pytest.approx(1)


def test_a_wardrobe_without_the_engines_top_style_gets_no_map(
    make_outfit: Make, wardrobes: Release
) -> None:
    other = predicted(make_outfit(1, wardrobe="smart"), SAID)
    same = predicted(make_outfit(2, wardrobe="easy"), SAID)

    assert (other.style, bytes(other.activation_map)) == ("formal", b"")
    assert (same.style, bytes(same.activation_map)) == ("streetwear", b"\xff" * 49)


def test_a_wardrobe_that_the_release_does_not_know_means_all_styles(
    make_outfit: Make, wardrobes: Release
) -> None:
    outfit = make_outfit(wardrobe="smart")
    register_starter(STARTER)
    promote(Release.objects.exclude(pk=wardrobes.pk).get())
    prediction = predicted(outfit, SAID)

    assert (prediction.style, prediction.confidence) == ("streetwear", 0.5)
    assert len(bytes(prediction.activation_map)) == 49


def test_a_model_with_a_gate_says_what_is_no_outfit(
    owner: User, release: Release, starter_copy: Callable[[], Path]
) -> None:
    folder = starter_copy()
    add_gate_and_sets(folder)
    photos = {
        "outfit": draw_outfit(1),
        "people": Image.new("RGB", (200, 300), "white"),
        "none": Image.new("RGB", (200, 300), "black"),
    }
    for kind, photo in photos.items():
        accept_photo(owner.pk, SimpleUploadedFile(f"{kind}.png", encode(photo, "PNG")))
    bundle = load_bundle(folder)
    model = replace(loaded_model(), bundle=bundle, engine=ByColour(bundle))
    assert process(PrefetchedClaim(claim_outfits("w", 3)), model) == 3
    for outfit in Outfit.objects.all():
        prediction = outfit.predictions.get()
        kind = outfit.original_name.removesuffix(".png")
        assert (outfit.kind, prediction.kind) == (kind, kind)
        assert prediction.gate == [float(kind == each) for each in ("outfit", "people", "none")]
        assert prediction.style_set[0] == prediction.style
        assert bool(outfit.style) == (kind == "outfit")
        assert outfit.style in ("", prediction.style)


class Failing:
    """An engine whose task is cut off."""

    name = "failing"

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def run(self, images: NDArray[np.uint8]) -> Outputs:
        raise self._error


@pytest.mark.parametrize("error", [SoftTimeLimitExceeded(), SystemExit(1)])
def test_whatever_ends_a_task_no_claim_of_it_waits_out_its_lease(
    make_outfit: Make,
    release: Release,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
) -> None:
    settings.FASI_CLAIM_SIZE = 1
    begun, ahead = make_outfit(1), make_outfit(2)
    failing = replace(loaded_model(), engine=Failing(error))
    monkeypatch.setattr("worker.classification.loaded_model", lambda: failing)
    with pytest.raises(type(error)):
        work(budget_s=30)
    for outfit, suspected in ((begun, True), (ahead, False)):
        outfit.refresh_from_db()
        assert (outfit.status, outfit.alone) == ("queued", suspected)
        assert outfit.attempts - outfit.attempts_before == 0


def test_a_release_that_cannot_be_loaded_costs_what_was_fetched_ahead_no_attempt(
    make_outfit: Make, release: Release, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FASI_CLAIM_SIZE = 1
    models: list[Any] = [loaded_model(), BundleError("its sums differ")]

    def load() -> Any:
        model = models.pop(0)
        if isinstance(model, Exception):
            raise model
        return model

    monkeypatch.setattr("worker.classification.loaded_model", load)
    make_outfit(1)
    ahead = make_outfit(2)
    with pytest.raises(BundleError):
        work(budget_s=30)
    ahead.refresh_from_db()
    assert statuses() == ["done", "queued"]
    assert ahead.attempts == ahead.attempts_before


def test_without_a_release_nothing_is_claimed(make_outfit: Make) -> None:
    outfit = make_outfit()
    with pytest.raises(NoActiveRelease, match="release add"):
        work(budget_s=30)
    outfit.refresh_from_db()
    assert (outfit.status, outfit.attempts) == ("queued", 0)


def test_a_forgotten_row_is_found_by_the_sweep(make_outfit: Make, release: Release) -> None:
    make_outfit()
    tasks.sweep()
    assert statuses() == ["done"]


def test_the_sweep_reports_a_warm_worker(release: Release) -> None:
    assert warm_worker() is None
    tasks.sweep()
    warm = warm_worker()
    assert warm is not None
    assert (warm.engine, warm.release) == ("openvino", release.name)


def test_orphans_go_and_outfits_stay(make_outfit: Make) -> None:
    from django.utils import timezone

    outfit = make_outfit()
    orphan = objects.OUTFITS + "00000000-0000-4000-8000-000000000000/photo.jpg"
    objects.put(orphan, b"left behind", objects.JPEG)
    assert remove_orphans() == 0  # too young: its row may be on the way
    assert remove_orphans(timezone.now() + ORPHAN_AGE) == 1
    keys: Sequence[str] = [key for key, _ in objects.listing(objects.OUTFITS)]
    assert set(keys) == {outfit.photo_key, outfit.thumb_key}
