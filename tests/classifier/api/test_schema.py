"""The served OpenAPI document, and Schemathesis, which looks for requests that break it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django.live_server_helper import LiveServer

from classifier.integrations.tokens import issue_token
from classifier.models import Outfit, Release, Scope
from tests.classifier.api.conftest import Program
from tests.support.starting import ROOT

CONFIG = Path(__file__).with_name("schemathesis.toml")


def schemathesis(
    document: str, server: LiveServer, token: str, *options: str
) -> "subprocess.CompletedProcess[str]":
    """Run it against the server; it exits with 1 if an answer is not what the document says."""
    program = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG)]
    command = ["run", document, "--url", server.url, "--header", f"Authorization: Bearer {token}"]
    return subprocess.run(
        [*program, *command, "--no-shrink", "--no-color", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.fixture
def token(staff: User) -> str:
    return issue_token(staff, "schemathesis", list(Scope)).text


@pytest.fixture
def document(program: Callable[..., Program]) -> dict[str, Any]:
    answer = program().get("openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_the_api_keeps_what_its_document_promises(
    live_server: LiveServer,
    token: str,
    staff: User,
    release: Release,
    make_outfit: Callable[..., Outfit],
    settings: Any,
    nobody_waits: None,
) -> None:
    settings.FASI_API_WAITERS = 0  # no worker runs, so nobody should wait for one
    make_outfit(user=staff)
    run = schemathesis(
        f"{live_server.url}/api/v1/openapi.json", live_server, token, "--max-examples", "12"
    )
    assert run.returncode == 0, run.stdout[-12_000:] + run.stderr[-2000:]


def test_a_broken_promise_is_noticed(
    live_server: LiveServer, token: str, document: dict[str, Any], tmp_path: Path
) -> None:
    document["components"]["schemas"]["ProfileOut"]["properties"]["outfits"] = {"type": "string"}
    changed = tmp_path / "openapi.json"
    changed.write_text(json.dumps(document))
    run = schemathesis(
        str(changed), live_server, token, "--include-path", "/api/v1/profile", "-n", "1"
    )
    assert run.returncode == 1
    assert "Response violates schema" in run.stdout


def test_every_operation_is_explained(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["description"], (method, path)
            for parameter in operation["parameters"]:
                if parameter["in"] != "path":
                    assert parameter["description"], (method, path, parameter["name"])
            needs_none = path.startswith("/api/v1/problems/")
            assert needs_none or "Needs the scope" in operation["description"], (method, path)


def test_every_body_has_an_example(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for operation in operations.values():
            body = operation.get("requestBody", {"content": {}})["content"]
            if "application/json" in body:
                name = body["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
                assert schemas[name]["examples"], path
