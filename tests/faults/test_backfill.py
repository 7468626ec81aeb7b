"""The process for backfills dies in the middle, again and again: nothing is lost or done twice."""

from tests.support.live_stack import LiveStack
from tests.support.load_photos import some_photos
from tests.support.starting import wait_until

# Another release with the same bundle: a folder of its own with another card.
_REGISTER = """
import os, shutil, sys, tempfile
from pathlib import Path
os.environ["DJANGO_SETTINGS_MODULE"] = "fasi_site.settings"
import django
django.setup()
from django.conf import settings
from inference.bundle import write_sums
from classifier.releases.backfills import start_backfill
from worker.releases import register
folder = Path(tempfile.mkdtemp()) / "other"
shutil.copytree(settings.BASE_DIR / "models" / "starter", folder)
(folder / "MODEL_CARD.md").write_text("# another card")
write_sums(folder)
start_backfill(register(folder, "other", allow_older=True))
"""


def test_a_backfill_survives_kills_and_predicts_each_outfit_once(stack: LiveStack) -> None:
    photos = some_photos(40)
    stack.start_worker()
    ids = stack.upload(*photos)
    stack.wait_for("done", ids)
    stack.python("-c", _REGISTER)

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
