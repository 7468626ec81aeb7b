"""No route answers 500: all of the URLconf, the API's and the staff pages' too, with nasty values.

Nothing here names a route. Parameters are those that a view asks for (its GET and POST tell what
was read), that its page offers (in links and fields), and that the API's document has.
"""

import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from classifier.api.root import api
from classifier.history.sharing import share
from classifier.integrations.tokens import issue_token
from classifier.models import (
    Batch,
    CatalogueItem,
    DirectUpload,
    Outfit,
    Release,
    Scope,
    Webhook,
)
from tests.conftest import signed_in
from tests.support.nasty import HEADERS, MOMENTS, PLACES, TEXTS, VALUES
from worker.classification import work

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
COOKIE = 'sessionid="' + r"\000" * 32 + '"'
ASKED: set[str] = set()
"""The names that the request at hand was asked for."""


class Asked(QueryDict):
    """A form or a query that notes what is asked of it."""

    def __getitem__(self, key: str) -> Any:
        ASKED.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        ASKED.add(str(key))
        return super().__contains__(key)

    def getlist(self, key: str, default: Any = None) -> Any:
        ASKED.add(key)
        return super().getlist(key, default)

    def get(self, key: str, default: Any = None) -> Any:
        ASKED.add(key)
        return super().get(key, default)


def asking(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: views read their query and their form from an `Asked`."""

    def answer(request: Any) -> HttpResponse:
        request.GET = Asked(request.META.get("QUERY_STRING", ""))
        if request.method == "POST" and not request.path.startswith("/api/"):
            request._post = Asked(request.POST.urlencode())
        return get_response(request)

    return answer


def routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """All patterns below it, with `<name>` where a part of the address goes."""
    for each in resolver.url_patterns:
        pattern = before + PARAMETER.sub(
            lambda found: f"<{found[1] or found[2]}>", str(each.pattern)
        )
        if isinstance(each, URLPattern):
            yield pattern.replace("^", "").replace("$", "")
        else:
            yield from routes(each, pattern)


@dataclass
class Walk:
    """Somebody with all rights who sends what no page of ours would."""

    client: Client
    token: str
    ids: dict[str, str]
    """What stands in an address, by the parameter's name."""
    faults: list[str] = field(default_factory=list)

    def send(self, method: str, address: str, body: str = "", kind: str = FORM, **more: Any) -> Any:
        """One request whose traces are taken back; a 500 is noted."""
        if address.startswith("/api/"):
            more.setdefault("HTTP_AUTHORIZATION", f"Bearer {self.token}")
        with transaction.atomic():
            answer: Any = self.client.generic(method, address, body, kind, **more)
            if getattr(answer, "streaming", False):
                b"".join(answer)
            transaction.set_rollback(True)
        if answer.status_code == 500:
            self.faults.append(f"{method} {address} {body} {more}: {answer.exc_info[1]!r}")
        return answer

    def address(self, route: str, **instead: str) -> str:
        """The route with ids of rows that are there, or with something else."""
        values = self.ids | self.row_of_staff_page(route) | instead
        names = re.findall(r"<(\w+)>", route)
        for name in names:
            value = values.get(name, str(uuid.uuid4()))
            route = route.replace(f"<{name}>", quoted(value))
        return "/" + route

    def row_of_staff_page(self, route: str) -> dict[str, str]:
        found = re.match(r"admin/(\w+)/(\w+)/<", route)
        row = apps.get_model(found[1], found[2]).objects.first() if found else None
        return {"object_id": str(row.pk)} if row else {}

    def names(self, route: str) -> list[str]:
        """The parameters of a page."""
        ASKED.clear()
        page = self.send("GET", self.address(route))
        self.send("POST", self.address(route))
        shown = "" if page.streaming else page.content.decode(errors="replace")
        links = re.findall(r"[?&;](\w+)=", " ".join(re.findall(r'href="([^"]*)"', shown)))
        fields = re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', shown)
        return sorted({*ASKED, *links, *fields} - {"csrfmiddlewaretoken"})

    def walk_addresses(self, route: str) -> None:
        """Every part of the address with every value, for whom it fits or not."""
        for name in re.findall(r"<(\w+)>", route):
            for value in TEXTS:
                self.send("GET", self.address(route, **{name: value}))

    def walk_page(self, route: str) -> None:
        """Every parameter: all with the same value, and alone with the worst ones."""
        names = self.names(route)
        for value in (*TEXTS, *PLACES):
            self.ask(route, dict.fromkeys(names, value))
        for name in names:
            for value in ("9" * 40, MOMENTS[2]):
                self.ask(route, {name: value})

    def ask(self, route: str, values: dict[str, str]) -> None:
        """The values as the query of a GET and as the form of a POST."""
        address = self.address(route)
        form = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in values.items())
        self.send("GET", f"{address}?{form}")
        self.send("POST", address, form)

    def walk_headers(self, route: str) -> None:
        """Headers that we or our libraries read, as far as a server lets them through."""
        for value in filter(str.isprintable, TEXTS):
            for name in HEADERS:
                key = f"HTTP_{name.upper().replace('-', '_')}"
                more = {"HTTP_HX_REQUEST": "true"} | {key: value}
                self.send("GET", self.address(route), **more)
        self.send("GET", self.address(route), HTTP_COOKIE=COOKIE)

    def walk_operation(self, method: str, path: str, operation: dict[str, Any]) -> None:
        """An operation of the API: parameters and body as its document has them."""
        address = self.address(path.lstrip("/").replace("{", "<").replace("}", ">"))
        for each in operation["parameters"]:
            if each["in"] == "query":
                for value in VALUES:
                    self.send(method, f"{address}?{each['name']}={quoted(value)}")
        content = operation.get("requestBody", {"content": {}})["content"]
        if JSON in content:
            name = content[JSON]["schema"]["$ref"].rsplit("/", 1)[1]
            example = api.get_openapi_schema()["components"]["schemas"][name]["examples"][0]
            values: list[Any] = [*VALUES, [VALUES[0]], {"\0": "\0"}, None, 1e400]
            for key in example:
                for value in values:
                    self.send(method, address, json.dumps(example | {key: value}), JSON)
        for body in ("", "null", "[" * 5000, '"\\ud800"', "\xff"):
            self.send(method, address, body, JSON)
        for kind in ("multipart/form-data", "multipart/form-data; boundary=\xff", FORM):
            self.send(method, address, "photo=x&wardrobe=%00", kind)


def quoted(value: str) -> str:
    return quote(value.encode("utf-8", "surrogateescape"), safe="")


@pytest.fixture
def walk(staff: User, make_outfit: Callable[..., Outfit], release: Release, settings: Any) -> Walk:
    """Staff with one of everything that an address can name."""
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.asking"]
    settings.ACCOUNT_RATE_LIMITS = False
    batch = Batch.objects.create(owner=staff, name="spring", total=1)
    outfit = make_outfit(user=staff, batch=batch)
    item = CatalogueItem.objects.create(outfit=make_outfit(1, user=staff), title="Coat")
    work(budget_s=30)
    issued = issue_token(staff, "walk", list(Scope))
    webhook = Webhook.objects.create(
        owner=staff, url="https://example.org/", events=["outfit.done"]
    )
    upload = DirectUpload.objects.create(owner=staff, expires=timezone.now() + timedelta(hours=1))
    ids = {
        "outfit_id": outfit.pk,
        "batch_id": batch.pk,
        "item_id": item.pk,
        "token": share(outfit).token,
        "token_id": issued.token.pk,
        "webhook_id": webhook.pk,
        "upload_id": upload.pk,
        "id": staff.pk,
        "name": release.name,
        "code": "too_large",
        "app_label": "classifier",
    }
    client = signed_in(staff, raise_request_exception=False)
    return Walk(client, issued.text, {name: str(value) for name, value in ids.items()})


def all_routes() -> list[str]:
    return sorted(set(routes(get_resolver())))


def test_all_routes_are_walked() -> None:
    found = all_routes()
    assert {"outfits/", "s/<token>/", "api/v1/outfits/<outfit_id>", "metrics"} <= set(found)
    assert {"accounts/login/", "admin/classifier/outfit/"} <= set(found)


def test_no_part_of_an_address_is_answered_500(walk: Walk) -> None:
    for route in all_routes():
        walk.walk_addresses(route)
    assert walk.faults == []


def test_no_parameter_of_a_page_is_answered_500(walk: Walk) -> None:
    for route in all_routes():
        if not route.startswith("api/"):
            walk.walk_page(route)
    assert walk.faults == []


def test_no_header_is_answered_500(walk: Walk) -> None:
    visitor = Client(raise_request_exception=False)
    for route in ("outfits/", "outfits/<outfit_id>/state/", "api/v1/outfits"):
        walk.walk_headers(route)
        Walk(visitor, walk.token, walk.ids, walk.faults).walk_headers(route)
    assert walk.faults == []


def test_no_parameter_or_body_of_the_api_is_answered_500(walk: Walk) -> None:
    for path, operations in api.get_openapi_schema()["paths"].items():
        for method, operation in operations.items():
            walk.walk_operation(method.upper(), path, operation)
    assert walk.faults == []
