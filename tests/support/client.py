"""A person's browser, as far as a benchmark needs one: signs in and uploads over HTTP."""

import re
import time
import uuid
from dataclasses import dataclass

import requests


@dataclass(frozen=True)
class Answered:
    """An upload that was accepted: its outfit, the moment of the answer, and how long it took."""

    outfit_id: uuid.UUID
    at: float
    seconds: float


class NotAccepted(Exception):
    """The site answered an upload with something else; the message begins with the status."""


class Visitor:
    """One signed-in session."""

    def __init__(self, address: str, name: str = "demo", password: str = "demo") -> None:
        self.address, self.password = address, password
        self.session = requests.Session()
        self.session.get(f"{address}/accounts/login/", timeout=10).raise_for_status()
        form = {"login": name, "password": password}
        answer = self.post("/accounts/login/", form)
        if answer.status_code != requests.codes.found:
            raise SystemExit(f"could not sign in at {address} as {name}")

    @classmethod
    def sign_up(cls, address: str, name: str) -> "Visitor":
        """A new account, signed in. Raises NotAccepted."""
        person = cls.__new__(cls)
        person.address, person.session = address, requests.Session()
        person.password = password = f"long password of {name}"
        page = f"{address}/accounts/signup/"
        person.session.get(page, timeout=10).raise_for_status()
        form = {"email": f"{name}@example.org"}
        answer = person.post("/accounts/signup/", form | {"password1": password})
        if answer.status_code != requests.codes.found:
            raise NotAccepted(f"{answer.status_code} was the answer to signing up as {name}")
        return person

    def show_password(self) -> None:
        """Show it again, as what is sensitive asks for; the site believes it for a while."""
        answer = self.post("/accounts/reauthenticate/", {"password": self.password})
        if answer.status_code != requests.codes.found:
            raise NotAccepted(f"{answer.status_code} was the answer to the password")

    def upload(self, photo: bytes) -> Answered:
        """Post one photo and return when the answer is there. Raises NotAccepted."""
        started = time.perf_counter()
        answer = self.post("/outfits/", {}, {"photo": ("photo.jpg", photo, "image/jpeg")})
        at, seconds = time.time(), time.perf_counter() - started
        found = re.fullmatch(r"/outfits/([0-9a-f-]{36})/", answer.headers.get("Location", ""))
        if found is None:
            raise NotAccepted(f"{answer.status_code} was the answer to an upload")
        return Answered(uuid.UUID(found[1]), at, seconds)

    def post(
        self,
        path: str,
        form: dict[str, str],
        files: dict[str, tuple[str, bytes, str]] | None = None,
    ) -> requests.Response:
        """Send a form of the site; redirects are not followed."""
        token = {"csrfmiddlewaretoken": self.session.cookies["csrftoken"]}
        return self.session.post(
            self.address + path, form | token, files=files, allow_redirects=False, timeout=60
        )
