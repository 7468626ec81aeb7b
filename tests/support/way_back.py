"""The people and the photos of a whole way back, and what is to be seen of a retraining outside.

Drawn photos of two invented styles, *warm* and *cold*; ten owners, three reviewers, one of them
careless.
"""

import csv
import re
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import psutil
from PIL import Image

from tests.support.client import Visitor
from tests.support.images import encode
from tests.support.live_part import Part
from tests.support.live_stack import LiveStack
from tests.support.starting import wait_until
from tests.training.patterns import draw_pattern

TINTS = {"warm": "orangered", "cold": "navy"}
OWNERS = [f"owner{number}" for number in range(10)]
CARELESS = "careless"
REVIEWERS = ("anna", "ben", CARELESS)
PASSWORD = "demo"
PATIENCE_S = 240.0
"""For a step of a training on a busy machine."""

_PEOPLE = """
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission, User
from classifier.personal_data.consents import record_consent
may_review = Permission.objects.get(codename="change_prediction")
for name in {owners} + {reviewers}:
    person = User.objects.create_user(name, f"{{name}}@example.org", "{password}")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    if name in {owners}:
        record_consent(person.pk, given=True)
    else:
        person.is_staff = True
        person.save()
        person.user_permissions.add(may_review)
"""
_REVIEWED = re.compile(r'data-outfit="([0-9a-f-]{36})"')


def photo(number: int) -> tuple[bytes, str]:
    """A photo that is like no other, and its style."""
    style = ("warm", "cold")[number % 2]
    drawn = draw_pattern(number, (128, 192))
    return encode(Image.blend(drawn, Image.new("RGB", drawn.size, TINTS[style]), 0.55)), style


@dataclass
class Reviewer:
    """Somebody at `/staff/review/`, who knows what is right and says it, or does not care."""

    visitor: Visitor
    truth: dict[str, str]
    random: Random | None = None

    def review(self) -> int:
        """A verdict on each photo that the page has. Returns how many those were."""
        page = self.visitor.session.get(f"{self.visitor.address}/staff/review/", timeout=60)
        page.raise_for_status()
        outfits = _REVIEWED.findall(page.text)
        for outfit in outfits:
            style = self.random.choice(sorted(TINTS)) if self.random else self.truth[outfit]
            said = self.visitor.post(f"/staff/review/{outfit}/", {"say": f"style:{style}"})
            said.raise_for_status()
        return len(outfits)


class WayBack:
    """One stack with its people, photos and retraining."""

    def __init__(self, stack: LiveStack) -> None:
        self.stack = stack
        self.truth: dict[str, str] = {}
        self._numbers = count()

    def add_people(self) -> None:
        """Owners who consent, and reviewers."""
        code = _PEOPLE.format(owners=OWNERS, reviewers=list(REVIEWERS), password=PASSWORD)
        self.stack.python("manage.py", "shell", "-c", code)

    def upload(self, by: str = OWNERS[0]) -> uuid.UUID:
        """A new photo."""
        data, style = photo(next(self._numbers))
        outfit = self.stack.visitor(by, PASSWORD).upload(data).outfit_id
        self.truth[str(outfit)] = style
        return outfit

    def reviewers(self) -> list[Reviewer]:
        """Two who know, and one who says anything."""
        return [
            Reviewer(
                self.stack.visitor(name, PASSWORD),
                self.truth,
                Random(0) if name == CARELESS else None,
            )
            for name in REVIEWERS
        ]

    def answer_to_new(self) -> tuple[str, bool]:
        """Which release answers for a new photo, and whether it is right."""
        outfit = self.upload()
        self.stack.wait_for("done", [outfit])
        ((release, said),) = self.stack.query(
            "SELECT r.name, p.style FROM classifier_prediction p"
            " JOIN classifier_release r ON r.id = p.release_id WHERE p.outfit_id = %s AND p.shown",
            str(outfit),
        )
        return release, said == self.truth[str(outfit)]

    # The retraining --------------------------------------------------------------------------

    def retraining(self) -> dict[str, Any]:
        """The newest one's row."""
        columns = "id", "status", "phase", "progress", "error_code", "error_text", "report", "log"
        ((*values,),) = self.stack.query(
            f"SELECT {', '.join(columns)} FROM classifier_retraining ORDER BY created DESC LIMIT 1"
        )
        return dict(zip(columns, values, strict=True))

    def start_retrain(self, name: str) -> Part:
        """A process that takes what is queued."""
        return self.stack.start(name, [sys.executable, "manage.py", "retrain", "--wait"])

    @property
    def workspace(self) -> Path:
        """Of the newest retraining."""
        return self.stack.data.path / "retraining" / str(self.retraining()["id"])

    @property
    def manifest(self) -> dict[str, str]:
        """The split of each photo that is trained with or tested on, by its outfit's id."""
        with (self.workspace / "dataset" / "dataset.csv").open(newline="") as file:
            return {Path(row["path"]).stem: row["split"] for row in csv.DictReader(file)}

    def wait(self, holds: Callable[[], object], what: str) -> None:
        """As `wait_until`; what was seen of the retraining is told where it does not come."""
        try:
            wait_until(holds, what, PATIENCE_S)
        except AssertionError as error:
            error.add_note(str(self.retraining()))
            for part in self.stack.parts:
                error.add_note(f"{part.log.name}: {part.said()[-2000:]}")
            raise

    def wait_for_epoch(self, process: Part) -> psutil.Process:
        """Wait until the training of this process has an epoch behind it. Returns the trainer."""
        self.wait(lambda: trainer_of(process, "fit"), "the training begins")
        self.wait((self.workspace / "run" / "progress.json").is_file, "an epoch is done")
        trainer = trainer_of(process, "fit")
        assert trainer is not None, "it was too fast"
        return trainer


def trainer_of(process: Part, command: str) -> psutil.Process | None:
    """The training that this process has started, if it is at that command."""
    for child in process.children():
        with suppress(psutil.NoSuchProcess):
            arguments = child.cmdline()
            if "training" in arguments and command in arguments:
                return child
    return None


def is_alive(process: psutil.Process) -> bool:
    """What nobody has fetched yet is dead all the same."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def frozen(stack: LiveStack, service: str) -> Iterator[None]:
    """Within the block this server takes connections and answers nothing."""
    process = stack.service(service).process
    assert process is not None
    server = psutil.Process(process.pid)
    everyone = [server, *server.children(recursive=True)]
    for each in everyone:
        each.suspend()
    try:
        yield
    finally:
        for each in everyone:
            each.resume()
