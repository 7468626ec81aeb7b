"""`manage.py export_events`: who is in it, what is not, and that it is whole or not there."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from classifier.models import AuditEntry, Consent, DeletedOutfits, Outfit, Purpose, Release, Review
from classifier.personal_data.consents import record_consent
from classifier.personal_data.events.fields import FIELDS
from classifier.reviews.verdicts import record_review
from tests.support.factories import add_outfit

pq = pytest.importorskip("pyarrow.parquet", reason="needs requirements/parquet.txt")

DOCS = Path(django_settings.BASE_DIR) / "docs"
SECRETS = ("holiday.jpg", "looks like my cousin's", "owner@example.org")


@pytest.fixture
def lived(owner: User, stranger: User, release: Release, as_owner: Client) -> Outfit:
    """The owner consents, sees one outfit, corrects it, and deletes another."""
    record_consent(owner.pk, True, Purpose.RESEARCH)
    record_consent(stranger.pk, True)  # to training, which is another thing
    add_outfit(stranger, release, "boho")
    prediction = add_outfit(owner, release, "boho", days_ago=2, confidence=0.6789)
    outfit = prediction.outfit
    Outfit.objects.filter(pk=outfit.pk).update(source="phone", original_name=SECRETS[0])
    as_owner.get(f"/outfits/{outfit.pk}/")
    record_review(prediction, owner.pk, Review.Role.OWNER, "alt", SECRETS[1])
    gone = add_outfit(owner, release, "casual").outfit
    as_owner.post(f"/outfits/{gone.pk}/delete/")
    return outfit


def exported(folder: Path, *options: str) -> list[dict[str, Any]]:
    call_command("export_events", str(folder), *options)
    rows: list[dict[str, Any]] = pq.read_table(folder / "events.parquet").to_pylist()
    return rows


def test_the_events_of_who_consents_are_there_and_of_nobody_else(
    lived: Outfit, tmp_path: Path
) -> None:
    rows = exported(tmp_path / "events")

    by_event = {row["event"]: row for row in rows}
    assert Counter(row["event"] for row in rows) == dict.fromkeys(
        ("uploaded", "predicted", "seen", "corrected", "deleted"), 1
    )
    assert len({row["person"] for row in rows}) == 1
    assert by_event["uploaded"]["source"] == "phone"
    assert by_event["uploaded"]["day"] == lived.created.astimezone(UTC).date()
    assert by_event["predicted"]["style"] == "boho"
    assert by_event["predicted"]["confidence"] == pytest.approx(0.68, abs=1e-6)
    corrected = by_event["corrected"]
    assert (corrected["style"], corrected["role"], corrected["verdict"]) == (
        "alt",
        "owner",
        "wrong",
    )
    assert by_event["deleted"]["outfit"] is None
    assert len({row["outfit"] for row in rows if row["outfit"]}) == 1
    entry = AuditEntry.objects.get(action="events_exported")
    assert entry.details == {"events": 5, "people": 1, "key_kept": False}


def test_nothing_in_it_names_anybody_or_a_moment(
    lived: Outfit, owner: User, tmp_path: Path
) -> None:
    exported(tmp_path / "events")

    whole = b"".join(path.read_bytes() for path in (tmp_path / "events").iterdir())
    table = json.dumps(
        pq.read_table(tmp_path / "events" / "events.parquet").to_pylist(), default=str
    )
    for secret in (*SECRETS, str(lived.pk), lived.pk.hex, owner.username + "@"):
        assert secret not in table
        assert secret.encode() not in whole
    assert ":" not in "".join(str(row) for row in json.loads(table)[0]["day"])


def test_each_export_has_pseudonyms_of_its_own(lived: Outfit, tmp_path: Path) -> None:
    one, other = exported(tmp_path / "one"), exported(tmp_path / "other")

    def known(rows: list[dict[str, Any]]) -> set[str]:
        return {row[name] for row in rows for name in ("person", "outfit")}

    assert known(one) & known(other) == {None}


def test_a_key_that_is_kept_finds_a_person_again_and_is_never_written_over(
    lived: Outfit, owner: User, tmp_path: Path
) -> None:
    import hmac

    file = tmp_path / "key"
    rows = exported(tmp_path / "events", f"--key={file}")

    key = bytes.fromhex(file.read_text().strip())
    assert file.stat().st_mode & 0o777 == 0o600
    named = hmac.digest(key, f"person:{owner.pk}".encode(), "sha256").hex()[:32]
    assert rows[0]["person"] == named
    with pytest.raises(CommandError, match="each export has a key of its own"):
        call_command("export_events", str(tmp_path / "again"), f"--key={file}")
    assert not (tmp_path / "again").exists()


def test_a_consent_that_is_taken_back_takes_everything_along(
    lived: Outfit, owner: User, as_owner: Client, tmp_path: Path
) -> None:
    answer = as_owner.post("/account/data/consent/", {"purpose": "research", "given": "0"})

    assert answer.status_code == 302
    assert exported(tmp_path / "events") == []
    lived.refresh_from_db()
    assert lived.seen_on is None
    assert not DeletedOutfits.objects.exists()


def test_without_consent_to_research_nothing_is_noticed(
    owner: User, as_owner: Client, release: Release
) -> None:
    record_consent(owner.pk, True)
    seen, gone = (add_outfit(owner, release, "boho").outfit for _ in range(2))

    as_owner.get("/outfits/")
    as_owner.get(f"/outfits/{seen.pk}/state/")
    as_owner.post(f"/outfits/{gone.pk}/delete/")

    seen.refresh_from_db()
    assert seen.seen_on is None
    assert not DeletedOutfits.objects.exists()


def test_the_two_consents_say_nothing_of_each_other(as_owner: Client, owner: User) -> None:
    assert 'data-research="no"' in as_owner.get("/account/data/").content.decode()

    as_owner.post("/account/data/consent/", {"purpose": "research", "given": "1"})

    page = as_owner.get("/account/data/").content.decode()
    assert 'data-research="yes"' in page
    assert 'data-consent="no"' in page
    assert Consent.objects.holds(owner.pk, Purpose.RESEARCH)
    assert not Consent.objects.holds(owner.pk)
    assert list(Consent.objects.owners(Purpose.RESEARCH)) == [owner]
    assert AuditEntry.objects.filter(action="research_consent_changed").count() == 1


def test_what_was_seen_and_deleted_is_counted_once_and_by_day(
    owner: User, as_owner: Client, release: Release
) -> None:
    record_consent(owner.pk, True, Purpose.RESEARCH)
    outfits = [add_outfit(owner, release, "boho").outfit for _ in range(3)]

    as_owner.get("/outfits/")
    Outfit.objects.filter(pk=outfits[0].pk).update(
        seen_on=datetime.now(UTC).date() - timedelta(days=3)
    )
    as_owner.get("/outfits/")
    chosen = {"outfit": [str(each.pk) for each in outfits[1:]]}
    as_owner.post("/outfits/delete/", chosen)

    outfits[0].refresh_from_db()
    assert outfits[0].seen_on == datetime.now(UTC).date() - timedelta(days=3)
    assert DeletedOutfits.objects.get().outfits == 2


@pytest.mark.parametrize("name", ["thesis.txt", "schema.json", "events.parquet"])
def test_a_folder_of_somebody_else_is_refused(site: None, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / name).write_text("{}")

    with pytest.raises(CommandError, match="has something else in it"):
        call_command("export_events", str(folder))

    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert (folder / name).read_text() == "{}"


def test_an_older_data_set_is_replaced(lived: Outfit, tmp_path: Path) -> None:
    folder = tmp_path / "events"
    before = exported(folder)

    assert exported(folder)[0]["person"] != before[0]["person"]
    assert sorted(path.name for path in folder.iterdir()) == [
        "DATASHEET.md",
        "events.parquet",
        "schema.json",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["events"]


def test_an_export_that_fails_leaves_nothing(
    lived: Outfit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: Any) -> str:
        raise OSError("No space left on device")

    monkeypatch.setattr("classifier.personal_data.events.export.datasheet", full_disk)

    with pytest.raises(CommandError, match="No space left"):
        call_command("export_events", str(tmp_path / "events"), f"--key={tmp_path / 'key'}")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ends", [signal.SIGTERM, signal.SIGKILL])
def test_an_export_that_is_killed_leaves_nothing_that_looks_like_one(
    site: None, tmp_path: Path, ends: signal.Signals
) -> None:
    """The process stops itself in the middle; what a kill leaves, the next export removes."""
    name = connection.settings_dict["NAME"]
    code = (
        "import os; import django; django.setup();"
        f"from django.db import connection; connection.settings_dict['NAME'] = {name!r};"
        "from classifier.personal_data.events import export;"
        "from django.core.management import call_command;"
        f"export.datasheet = lambda *_: os.kill(os.getpid(), {int(ends)});"
        f"call_command('export_events', {str(tmp_path / 'events')!r})"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "fasi_site.settings"}
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=django_settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == -(ends if ends == signal.SIGKILL else signal.SIGINT), ended.stderr
    assert not (tmp_path / "events").exists()
    if ends == signal.SIGTERM:
        assert list(tmp_path.iterdir()) == []
    exported(tmp_path / "events")
    assert [path.name for path in tmp_path.iterdir()] == ["events"]


def test_two_exports_do_not_write_one_folder(site: None, tmp_path: Path) -> None:
    from classifier.personal_data.events.folder import whole_folder

    folder = tmp_path / "events"
    with pytest.raises(CommandError, match="Another export is writing"), whole_folder(folder):
        call_command("export_events", str(folder))


def test_schema_and_datasheet_say_what_is_in_the_file(lived: Outfit, tmp_path: Path) -> None:
    folder = tmp_path / "events"
    exported(folder)

    schema = json.loads((folder / "schema.json").read_text())
    file = pq.ParquetFile(folder / "events.parquet")
    names = [each.name for each in FIELDS]
    assert [each["name"] for each in schema["columns"]] == names == file.schema_arrow.names
    assert json.loads(file.schema_arrow.metadata[b"fasi-events"]) == schema
    datasheet = (folder / "DATASHEET.md").read_text()
    assert "There are 5 events of 1 people" in datasheet
    assert "$" not in datasheet
    described = (DOCS / "research-data.md").read_text()
    for each in FIELDS:
        assert f"| `{each.name}` | {each.type} | {each.meaning} |" in described
