"""People upload while processes are killed at random.

At the end every accepted photo has its prediction or a reason, once.
"""

import random
import signal
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle

import psutil
import requests
from tqdm import tqdm

from tests.support.client import NotAccepted, Visitor
from tests.support.images import numbered, outfit_jpeg
from tests.support.live_part import Part
from tests.support.live_stack import LEASE_S, LiveStack
from tests.support.starting import wait_until

PEOPLE = 4
PAUSE_S = (0.5, 2.0)
"""Between two strikes."""
SETTLE_S = 240.0
"""After the last strike: what is not finished by then is stuck. Three attempts with their leases
and sweeps take a quarter of it."""
DECODER = "imaging.child"
GIVE_UP_S = 120.0
"""For one photo that the site does not take."""


@dataclass(frozen=True)
class Tally:
    """What became of all photos."""

    accepted: int
    predicted: int
    failed: int
    lost: int
    doubled: int
    stuck: int
    longest_wait_s: float
    strikes: dict[str, int]
    reasons: dict[str, int]

    @property
    def clean(self) -> bool:
        """Nothing was lost, doubled or stuck, and no photo failed, for all of them are sound."""
        return not (self.lost or self.doubled or self.stuck or self.failed)

    def line(self) -> str:
        """The result in one line, for programs."""
        return (
            f"soak: accepted={self.accepted} predicted={self.predicted} failed={self.failed}"
            f" lost={self.lost} doubled={self.doubled} stuck={self.stuck}"
            f" longest_wait_s={self.longest_wait_s:.1f}"
        )


@dataclass
class Strikes:
    """What may die, and how it comes back. Every kind strikes before one strikes again."""

    stack: LiveStack
    chance: random.Random
    workers: dict[str, Part] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.workers = {name: self.stack.start_worker(name) for name in ("first", "second")}
        self.beat = self.stack.start_beat()
        self._kinds: list[tuple[str, Callable[[], None]]] = [
            ("worker process killed", self._worker_process),
            ("worker killed, all of it", self._worker),
            ("worker frozen past its lease", self._freeze),
            ("site process killed", self._site_process),
            ("site killed, all of it", self._site),
            ("beat killed", self._beat),
            ("broker killed", lambda: self._service("valkey")),
            ("broker emptied", self.stack.empty_broker),
            ("database killed", lambda: self._service("postgres")),
            ("photo store killed", lambda: self._service("seaweedfs")),
            ("nginx killed", lambda: self._service("nginx")),
            ("decoders killed", self._decoders),
            ("waiting killed", self._waiting),
        ]
        self.chance.shuffle(self._kinds)

    def go_on_while(self, uploading: list[Future[None]]) -> None:
        """Strike one after the other, at least once each.

        What is started again dies with the thread that starts it, so call this in the main one.
        """
        for number, (name, strike) in enumerate(cycle(self._kinds)):
            still = wait(uploading, self.chance.uniform(*PAUSE_S), FIRST_EXCEPTION).not_done
            if not still and number >= len(self._kinds):
                return
            strike()
            self.counts[name] = self.counts.get(name, 0) + 1

    def _some_worker(self) -> str:
        return self.chance.choice(list(self.workers))

    def _worker_process(self) -> None:
        self.workers[self._some_worker()].kill_children()

    def _worker(self) -> None:
        name = self._some_worker()
        self.workers[name].kill()
        self.workers[name] = self.stack.start_worker(name)

    def _freeze(self) -> None:
        part = self.workers[self._some_worker()]
        part.signal(signal.SIGSTOP)
        threading.Timer(LEASE_S + 2, part.signal, [signal.SIGCONT]).start()

    def _site_process(self) -> None:
        self.stack.site.kill_children()

    def _site(self) -> None:
        self.stack.site.kill()
        self.stack.site = self.stack.start_site()

    def _decoders(self) -> None:
        for child in self.stack.site.children():
            with suppress(psutil.Error):  # gone meanwhile
                if DECODER in child.cmdline():
                    child.kill()

    def _waiting(self) -> None:
        self.stack.waiting.kill()
        self.stack.waiting = self.stack.start_waiting()

    def _beat(self) -> None:
        self.beat.kill()
        self.beat = self.stack.start_beat()

    def _service(self, name: str) -> None:
        self.stack.kill_service(name)
        self.stack.start_service(name)


def soak(stack: LiveStack, photos: int, seed: int = 0) -> Tally:
    """Upload so many photos into the stack while everything in it is killed, and count."""
    strikes = Strikes(stack, random.Random(seed))
    people = [Visitor.sign_up(stack.address, f"person-{number}") for number in range(PEOPLE)]
    accepted: set[uuid.UUID] = set()
    drawn = outfit_jpeg()
    with (
        tqdm(total=photos, unit="photo", desc="Uploading", disable=None) as bar,
        ThreadPoolExecutor(PEOPLE) as threads,
    ):

        def upload_all(number: int) -> None:
            for photo in range(number, photos, PEOPLE):
                accepted.add(_upload(people[number], numbered(drawn, photo)))
                bar.update()

        uploading = [threads.submit(upload_all, number) for number in range(PEOPLE)]
        strikes.go_on_while(uploading)
        for each in uploading:
            each.result()
    _settle(stack)
    return _count(stack, accepted, strikes.counts)


def _upload(person: Visitor, photo: bytes) -> uuid.UUID:
    """What a person does whose upload fails: try again. The same photo is recognised."""
    end = time.monotonic() + GIVE_UP_S
    while True:
        try:
            return person.upload(photo).outfit_id
        except (requests.RequestException, NotAccepted):
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def _settle(stack: LiveStack) -> None:
    try:
        wait_until(lambda: not {"queued", "running"} & set(stack.statuses()), "the end", SETTLE_S)
    except AssertionError:
        return  # the tally says what is stuck


def _count(stack: LiveStack, accepted: set[uuid.UUID], strikes: dict[str, int]) -> Tally:
    statuses = dict(stack.query("SELECT id::text, status FROM classifier_outfit"))
    ((doubled,),) = stack.query(
        "SELECT count(*) FROM (SELECT FROM classifier_prediction"
        " GROUP BY outfit_id, release_id HAVING count(*) > 1) AS twice"
    )
    ((predicted,),) = stack.query("SELECT count(DISTINCT outfit_id) FROM classifier_prediction")
    ((longest,),) = stack.query(
        "SELECT extract(epoch FROM max(classified - created))::float FROM classifier_outfit"
    )
    reasons = stack.query(
        "SELECT error_code, count(*) FROM classifier_outfit WHERE status = 'failed' GROUP BY 1"
    )
    finished = predicted + sum(number for _, number in reasons)
    everything = accepted | {uuid.UUID(each) for each in statuses}
    return Tally(
        accepted=len(everything),
        predicted=predicted,
        failed=sum(number for code, number in reasons if code),
        lost=len([each for each in accepted if str(each) not in statuses]),
        doubled=doubled,
        stuck=len(statuses) - finished,
        longest_wait_s=longest or 0.0,
        strikes=strikes,
        reasons=dict(reasons),
    )
