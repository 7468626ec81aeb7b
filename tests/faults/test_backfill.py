"""The process for backfills dies in the middle, again and again: nothing is lost or done twice."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from inference.bundle import write_sums
from tests.support.live_stack import LiveStack
from tests.support.load_photos import some_photos
from tests.support.starting import ROOT, wait_until


@pytest.fixture
def other(stack: LiveStack, tmp_path: Path) -> Iterator[str]:
    """Another release with the same bundle, but for its card."""
    folder = tmp_path / "other"
    shutil.copytree(ROOT / "models" / "starter", folder)
    (folder / "MODEL_CARD.md").write_text("# another card")
    write_sums(folder)
    stack.python("manage.py", "release", "add", str(folder), "--allow-older")
    yield folder.name
    stack.query("TRUNCATE classifier_outfit, classifier_backfill CASCADE")
    stack.query("DELETE FROM classifier_release WHERE name = %s", folder.name)


def test_a_backfill_survives_kills_and_predicts_each_outfit_once(
    stack: LiveStack, other: str
) -> None:
    photos = some_photos(40)
    stack.start_worker()
    ids = stack.upload(*photos)
    stack.wait_for("done", ids)
    stack.python("manage.py", "release", "backfill", other)

    def done() -> int:
        ((count,),) = stack.query("SELECT done FROM classifier_backfill")
        return int(count)

    stack.start_beat()
    for round_ in range(3):
        before = done()
        part = stack.start_backfill(f"backfill-{round_}")
        # Each is killed after it has begun: with its engine, at the latest at its next step.
        wait_until(
            lambda before=before: (
                done() > before  # type: ignore[misc]
                or stack.query("SELECT status FROM classifier_backfill") == [("done",)]
            ),
            "a step is done",
            patience_s=200,
        )
        part.kill()
    stack.start_backfill("last")
    wait_until(
        lambda: stack.query("SELECT status FROM classifier_backfill") == [("done",)],
        "the backfill is done",
        patience_s=200,
    )
    ((total, seen, predicted, skipped),) = stack.query(
        "SELECT total, done, predicted, skipped FROM classifier_backfill"
    )
    assert (total, seen, predicted, skipped) == (len(ids), len(ids), len(ids), 0)
    assert stack.query(
        "SELECT count(*), count(DISTINCT outfit_id) FROM classifier_prediction"
        " JOIN classifier_release ON classifier_release.id = release_id WHERE name = 'other'"
    ) == [(len(ids), len(ids))]
    assert stack.query("SELECT count(*) FROM classifier_prediction WHERE shown") == [(len(ids),)]


def test_a_shadow_survives_kills_and_predicts_what_comes_once(stack: LiveStack, other: str) -> None:
    stack.start_worker()
    stack.python("manage.py", "release", "shadow", other, "--share", "1")
    stack.start_beat()
    ids: list[uuid.UUID] = []
    for round_ in range(3):
        ids += stack.upload(*some_photos(10))
        before = predicted(stack)
        part = stack.start_backfill(f"shadow-{round_}")
        wait_until(
            lambda before=before: predicted(stack) > before,  # type: ignore[misc]
            "a step is done",
            patience_s=200,
        )
        part.kill()
    stack.wait_for("done", ids)
    stack.start_backfill("last")
    wait_until(lambda: predicted(stack) == len(ids), "all are predicted", patience_s=200)

    assert stack.query(
        "SELECT count(*), count(DISTINCT outfit_id), count(*) FILTER (WHERE shown)"
        " FROM classifier_prediction"
        " JOIN classifier_release ON classifier_release.id = release_id WHERE name = 'other'"
    ) == [(len(ids), len(ids), 0)]
    assert stack.query("SELECT kind, done, predicted, skipped FROM classifier_backfill") == [
        ("shadow", len(ids), len(ids), 0)
    ]


def predicted(stack: LiveStack) -> int:
    """By the job's own count."""
    ((count,),) = stack.query("SELECT predicted FROM classifier_backfill")
    return int(count)
