"""A client for FASI's REST API. One module; needs httpx.

    from fasi_client import Fasi

    with Fasi("https://fasi.example.org", token="fasi_...") as fasi:
        outfit = fasi.classify("coat.jpg")
        print(outfit.style, outfit.confidence)
        for result in fasi.classify_many(["a.jpg", "b.jpg"], progress=show_progress):
            print(result.path, result.outfit or result.error)

Requests that may go well the next time (a spent rate, a store that is away, a broken connection)
are sent again, and since every upload carries an Idempotency-Key nothing is done twice.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import random
import sys
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

RETRIED = (429, 502, 503, 504)
LONG_POLL_S = 20
LONGEST_PAUSE_S = 60
MOST_AHEAD = 64


class FasiError(Exception):
    """The API answered with a problem: `code` is the reason, the text says what to do."""

    def __init__(self, code: str, status: int, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.status = status


@dataclass(frozen=True)
class Outfit:
    """One photo and what is known about it; `style` is empty until it is done.

    `kind` is `outfit`, `people` or `none`, and empty until it is done; only an outfit has a style
    or is `decided`. `style_set` has the styles that it may be, best first.
    """

    id: str
    url: str
    page: str
    name: str
    status: str
    kind: str
    style: str
    confidence: float
    decided: bool
    top: tuple[tuple[str, float], ...]
    style_set: tuple[str, ...]
    failure: str
    raw: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def finished(self) -> bool:
        return self.status in ("done", "failed")

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Self:
        said = answer["prediction"] or {}
        return cls(
            id=answer["id"],
            url=answer["url"],
            page=answer["page"],
            name=answer["name"],
            status=answer["status"],
            kind=answer["kind"] if said else "",
            style=answer["style"],
            confidence=said.get("confidence", 0.0),
            decided=said.get("decided", False),
            top=tuple((guess["style"], guess["probability"]) for guess in said.get("top", ())),
            style_set=tuple(guess["style"] for guess in said.get("set", ())),
            failure=(answer["failure"] or {}).get("code", ""),
            raw=answer,
        )


@dataclass(frozen=True)
class Batch:
    """Photos that were submitted together, and how far they are."""

    id: str
    name: str
    total: int
    counts: Mapping[str, int]
    finished: bool

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Self:
        return cls(**{name: answer[name] for name in ("id", "name", "total", "counts", "finished")})


@dataclass(frozen=True)
class Result:
    """What became of one of many files: an outfit, or the reason why there is none."""

    path: Path
    outfit: Outfit | None
    error: str = ""


@dataclass(frozen=True)
class Progress:
    """How far `classify_many` is; `total` is 0 where it is not known."""

    done: int
    failed: int
    total: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.done / self.seconds if self.seconds else 0.0

    def __str__(self) -> str:
        of = f"/{self.total}" if self.total else ""
        left = (self.total - self.done) / self.per_second if self.total and self.done else 0
        eta = f", {left:.0f} s left" if left else ""
        failed = f", {self.failed} failed" if self.failed else ""
        return f"{self.done}{of} photos, {self.per_second:.1f}/s{failed}{eta}"


def show_progress(progress: Progress) -> None:
    """One line on stderr that is written over."""
    end = "\n" if progress.done == progress.total else ""
    sys.stderr.write(f"\r\x1b[K{progress}{end}")
    sys.stderr.flush()


class Fasi:
    """The API in one person's name. May be shared by threads."""

    def __init__(
        self, url: str = "", token: str = "", *, timeout_s: float = 30, tries: int = 5
    ) -> None:
        """Without `url` and `token`, the environment's FASI_URL and FASI_TOKEN are taken."""
        url = url or os.environ.get("FASI_URL", "http://127.0.0.1:8000")
        token = token or os.environ.get("FASI_TOKEN", "")
        self._tries, self._url, self._has_token = tries, url.rstrip("/"), bool(token)
        self._http = httpx.Client(
            base_url=f"{self._url}/api/v1/",
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=timeout_s,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connections."""
        self._http.close()

    def upload(self, photo: str | Path | bytes, *, wardrobe: str = "", batch: str = "") -> str:
        """Send one photo; returns its outfit's id. Raises FasiError, OSError, httpx.HTTPError."""
        if isinstance(photo, bytes):
            name, data = "photo", photo
        else:
            name, data = Path(photo).name, Path(photo).read_bytes()
        answer = self._post(
            f"batches/{batch}/outfits" if batch else "outfits",
            files={"photo": (name, data)},
            data={"wardrobe": wardrobe} if wardrobe else {},
        )
        return str(answer["items"][0]["id"])

    def upload_direct(self, photo: str | Path, *, wardrobe: str = "", batch: str = "") -> str:
        """Send one photo straight to the bucket; returns the upload's id.

        `direct_outcome` says what became of it.
        """
        path = Path(photo)
        wanted = {"name": path.name, "wardrobe": wardrobe, "batch": batch or None}
        made = self._post("uploads", json=wanted)
        with path.open("rb") as file:
            sent = httpx.post(made["form_url"], data=made["form_fields"], files={"file": file})
        sent.raise_for_status()
        self._send("POST", f"uploads/{made['id']}/complete")
        return str(made["id"])

    def direct_outcome(self, upload_id: str) -> str:
        """The id of the outfit that a direct upload became; empty while it is not checked yet.

        Raises FasiError if it was refused.
        """
        upload = self._send("GET", f"uploads/{upload_id}")
        if told := upload["problem"]:
            raise FasiError(told["code"], told["status"], told["detail"])
        return upload["outfit"] or ""

    def outfit(self, outfit_id: str, wait: int = 0) -> Outfit:
        """The outfit as it is now, or after at most `wait` (up to 20) seconds."""
        timeout = max(self._http.timeout.read or 0, wait + 10)
        return Outfit.read(
            self._send("GET", f"outfits/{outfit_id}", params={"wait": wait}, timeout=timeout)
        )

    def wait(self, outfit_id: str, timeout_s: float = 300) -> Outfit:
        """The outfit when it is done or failed. Raises TimeoutError."""
        end, pause = time.monotonic() + timeout_s, 0.1
        while True:
            asked = time.monotonic()
            left = end - asked
            outfit = self.outfit(outfit_id, wait=max(0, min(LONG_POLL_S, int(left))))
            if outfit.finished:
                return outfit
            if left <= 0:
                raise TimeoutError(f"outfit {outfit_id} is still {outfit.status}")
            if time.monotonic() - asked < 1:  # too many wait: the answer came at once
                time.sleep(pause)
                pause = min(2 * pause, 2.0)

    def classify(
        self, photo: str | Path | bytes, *, wardrobe: str = "", timeout_s: float = 300
    ) -> Outfit:
        """Send one photo and wait for what the model says."""
        return self.wait(self.upload(photo, wardrobe=wardrobe), timeout_s)

    def predict(self, photo: str | Path | bytes) -> Mapping[str, Any]:
        """What the model says of a photo of which nothing is kept: `style`, `decided`, `kind` ...

        For a few photos; of many the site refuses some, with a time after which to go on.
        """
        data = photo if isinstance(photo, bytes) else Path(photo).read_bytes()
        return self._send("POST", "classify", files={"photo": ("photo", data)})

    def classify_many(
        self,
        paths: Iterable[str | Path],
        *,
        wardrobe: str = "",
        batch: str = "",
        parallel: int = 4,
        timeout_s: float = 300,
        progress: Callable[[Progress], None] | None = None,
    ) -> Iterator[Result]:
        """Send many photos, `parallel` at a time; yields a result for each, in their order.

        What goes wrong with one file is its result and stops nothing. At most MOST_AHEAD uploads
        run ahead of the results, so memory does not grow with the number of files.
        """
        total = len(paths) if isinstance(paths, list | tuple) else 0
        began, failed, done = time.monotonic(), 0, 0
        waiting: deque[tuple[Path, Future[str]]] = deque()
        files = iter(paths)
        with ThreadPoolExecutor(parallel) as pool:
            try:
                while True:
                    while len(waiting) < MOST_AHEAD and (path := next(files, None)) is not None:
                        job = pool.submit(self.upload, path, wardrobe=wardrobe, batch=batch)
                        waiting.append((Path(path), job))
                    if not waiting:
                        return
                    result = self._result(*waiting.popleft(), timeout_s)
                    done += 1
                    failed += result.outfit is None or result.outfit.status == "failed"
                    if progress:
                        progress(Progress(done, failed, total, time.monotonic() - began))
                    yield result
            finally:
                for _path, job in waiting:
                    job.cancel()

    def _result(self, path: Path, job: Future[str], timeout_s: float) -> Result:
        try:
            return Result(path, self.wait(job.result(), timeout_s))
        except (FasiError, OSError, httpx.HTTPError) as error:
            return Result(path, None, str(error) or type(error).__name__)

    def outfits(self, **filters: str) -> Iterator[Outfit]:
        """All outfits, newest first; `filters` are those of the API: status, style, batch ..."""
        address: str | None = "outfits"
        while address:
            page = self._send("GET", address, params=filters)
            yield from map(Outfit.read, page["items"])
            address, filters = page["next"], {}

    def correct(
        self, outfit_id: str, style: str = "", note: str = "", *, answer: str = "style"
    ) -> None:
        """Say which style is right; or the answer `no_style`, `outfit` or `not_an_outfit`."""
        said = {"answer": answer, "style": style, "note": note}
        self._send("PUT", f"outfits/{outfit_id}/correction", json=said)

    def withdraw_correction(self, outfit_id: str) -> None:
        """Take back what was said: the outfit counts as predicted again."""
        self._send("DELETE", f"outfits/{outfit_id}/correction")

    def delete(self, outfit_id: str, *, forever: bool = False) -> None:
        """Put an outfit into the bin; `forever` deletes it at once, with its photo."""
        parameters = {"forever": "true"} if forever else {}
        self._send("DELETE", f"outfits/{outfit_id}", params=parameters)

    def restore(self, outfit_id: str) -> Outfit:
        """Take an outfit out of the bin."""
        return Outfit.read(self._post(f"outfits/{outfit_id}/restore"))

    def create_batch(self, name: str) -> Batch:
        """Begin a batch; give its id to `upload` or `classify_many`."""
        return Batch.read(self._post("batches", json={"name": name}))

    def batch(self, batch_id: str) -> Batch:
        """How far a batch is."""
        return Batch.read(self._send("GET", f"batches/{batch_id}"))

    def cancel_batch(self, batch_id: str) -> Batch:
        """Take no more photos, and delete those that still wait; results stay."""
        return Batch.read(self._post(f"batches/{batch_id}/cancel"))

    def styles(self) -> list[str]:
        """The ids of the styles that the model knows."""
        return [style["id"] for style in self._send("GET", "styles")["styles"]]

    def profile(self) -> Mapping[str, Any]:
        """How many outfits there are, and how many of them count as each style."""
        return self._send("GET", "profile")

    def _post(self, path: str, **options: Any) -> Mapping[str, Any]:
        """POST with a key, so that a second try does nothing twice."""
        return self._send("POST", path, headers={"Idempotency-Key": str(uuid.uuid4())}, **options)

    def _send(self, method: str, path: str, **options: Any) -> Mapping[str, Any]:
        # httpx would take an empty `params` as an order to drop the address's own.
        options["params"] = options.get("params") or None
        for tried in range(1, self._tries):
            try:
                answer = self._http.request(method, path, **options)
            except httpx.TransportError:
                pause = _back_off(tried)
            else:
                if not _may_go_well_soon(answer):
                    return self._read(answer)
                pause = _asked_pause(answer) or _back_off(tried)
            time.sleep(pause)
        try:
            return self._read(self._http.request(method, path, **options))
        except httpx.ConnectError as error:
            told = f"{self._url} cannot be reached ({error}). Start it, or set FASI_URL."
            raise httpx.ConnectError(told, request=error.request) from error

    def _read(self, answer: httpx.Response) -> Mapping[str, Any]:
        """What a request that went well was answered. Raises FasiError."""
        if not answer.is_success:
            error = _error(answer)
            if answer.status_code == httpx.codes.UNAUTHORIZED and not self._has_token:
                told = f"Set FASI_TOKEN to a token; {self._url}/account/tokens/ makes one."
                error = FasiError(error.code, error.status, told)
            raise error
        found: Mapping[str, Any] = answer.json() if answer.content else {}
        return found


def _may_go_well_soon(answer: httpx.Response) -> bool:
    """A day's spent quota, for one, is not worth waiting for."""
    under_way = answer.status_code == 409 and "Retry-After" in answer.headers
    return (answer.status_code in RETRIED or under_way) and _asked_pause(answer) <= LONGEST_PAUSE_S


def _asked_pause(answer: httpx.Response) -> int:
    asked = answer.headers.get("Retry-After", "")
    return int(asked) if asked.isdigit() else 0


def _back_off(tried: int) -> float:
    """Exponential, with full jitter."""
    return random.uniform(0, min(2**tried, 30))  # noqa: S311  (nothing secret)


def _error(answer: httpx.Response) -> FasiError:
    try:
        told = answer.json()
        return FasiError(told["code"], answer.status_code, told["detail"])
    except (ValueError, KeyError, TypeError):
        return FasiError("unknown", answer.status_code, f"{answer.status_code} without a reason")


def verify_webhook(
    secret: str, headers: Mapping[str, str], body: bytes, *, tolerance_s: int = 300
) -> Mapping[str, Any]:
    """What a webhook was told, once it is sure that FASI said it (Standard Webhooks).

    Raises ValueError if the signature is not right or the message is too old to be believed.
    """
    given = {name.lower(): value for name, value in headers.items()}
    message, moment = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not moment.isdigit() or abs(time.time() - int(moment)) > tolerance_s:
        raise ValueError("this message is too old, or has no time")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{message}.{moment}.".encode() + body
    right = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    signatures = given.get("webhook-signature", "").split(" ")
    if not any(hmac.compare_digest(right, each) for each in signatures):
        raise ValueError("this message is not signed with the webhook's secret")
    told: Mapping[str, Any] = json.loads(body)
    return told


def main() -> int:
    """`fasi-client PHOTO ...`: one line for each photo; exits with 1 if any failed."""
    parser = argparse.ArgumentParser(prog="fasi-client", description=main.__doc__)
    parser.add_argument("photos", nargs="+", type=Path)
    parser.add_argument("--wardrobe", default="", help="compare with its styles alone")
    parser.add_argument("--quiet", action="store_true", help="no progress on stderr")
    options = parser.parse_args()
    failed = False
    with Fasi() as fasi:
        many = fasi.classify_many(
            options.photos,
            wardrobe=options.wardrobe,
            progress=None if options.quiet else show_progress,
        )
        for result in many:
            outfit = result.outfit
            failed |= outfit is None or outfit.status == "failed"
            told = result.error if outfit is None else outfit.failure
            if outfit and outfit.kind in ("people", "none"):
                told = f"no outfit ({outfit.kind})"
            said = ("", "", told)
            if outfit and not told:
                told = "decided" if outfit.decided else "not sure"
                said = (outfit.style, f"{outfit.confidence:.3f}", told)
            sys.stdout.write("\t".join((str(result.path), *said)) + "\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
