"""What others write to our stores is data: it is read as JSON, and never run."""

import ast
import pickle
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.cache import cache as site_cache
from django.test import Client
from kombu import Producer, Queue
from kombu.exceptions import ContentDisallowed
from redis import Redis

from classifier.monitoring import heartbeat
from fasi_site.celery import app

ROOT = Path(django_settings.BASE_DIR)
SHIPPED = [path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"]
FORBIDDEN = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "torch"}


class Planted:
    """Whoever unpickles this makes a file."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.proof,)


@cache
def _nodes() -> list[tuple[str, ast.AST]]:
    """Every node of every module that ships, with the module's path."""
    return [
        (str(path.relative_to(ROOT)), node)
        for package in SHIPPED
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.Call))
    ]


def test_no_module_imports_what_unpickles() -> None:
    found = [
        (path, name)
        for path, node in _nodes()
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in [*(each.name for each in node.names), getattr(node, "module", None) or ""]
        if name.partition(".")[0] in FORBIDDEN
    ]
    assert found == []


def test_arrays_are_read_without_pickle_and_keras_files_in_safe_mode() -> None:
    calls = [(path, node) for path, node in _nodes() if isinstance(node, ast.Call)]
    models = [each for each in calls if getattr(each[1].func, "attr", "") == "load_model"]
    assert models
    assert [path for path, call in models if "safe_mode=True" not in ast.unparse(call)] == []
    keywords = [(path, each) for path, call in calls for each in call.keywords]
    allowing = [each for each in keywords if each[1].arg == "allow_pickle"]
    assert [path for path, each in allowing if ast.unparse(each.value) != "False"] == []


def test_a_pickle_in_the_cache_is_no_entry_and_runs_nothing(
    site: None, client: Client, tmp_path: Path
) -> None:
    proof = tmp_path / "proof"
    planted = pickle.dumps(Planted(proof))
    pickle.loads(planted)
    assert proof.exists(), "the test's own pickle works"
    proof.unlink()
    with Redis.from_url(str(django_settings.CACHES["default"]["LOCATION"])) as server:
        server.set(site_cache.make_key(heartbeat.KEY), planted)
    assert client.get("/readyz").json()["worker"] is False
    assert client.get("/metrics").status_code == 200
    assert site_cache.get_many([heartbeat.KEY]) == {}
    assert not proof.exists()


def test_sessions_are_json(as_owner: Client, owner: User) -> None:
    session = as_owner.session
    session["visits"] = 3
    session.save()
    assert "json" in django_settings.SESSION_SERIALIZER.lower()
    assert as_owner.get("/").wsgi_request.session["visits"] == 3


def test_the_cache_keeps_what_json_has_and_refuses_the_rest(site: None) -> None:
    site_cache.set("entry", {"numbers": [1, 2.5], "text": "옷", "nothing": None})
    assert site_cache.get("entry") == {"numbers": [1, 2.5], "text": "옷", "nothing": None}
    assert site_cache.add("count", 1)
    assert site_cache.incr("count") == 2
    with pytest.raises(TypeError):
        site_cache.set("entry", Planted(Path()))


def test_a_pickled_message_in_the_broker_is_refused_undecoded(tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    body = pickle.dumps([[], {}, {"planted": Planted(proof)}])
    with app.connection_for_write() as connection, connection.channel() as channel:
        queue = Queue("planted", routing_key="planted", auto_delete=True)(channel)
        queue.declare()
        Producer(channel).publish(
            body,
            routing_key="planted",
            content_type="application/x-python-serialize",
            content_encoding="binary",
        )
        message = queue.get(accept=app.conf.accept_content)
        assert message is not None
        with pytest.raises(ContentDisallowed):
            message.decode()
        message.accept = {"application/x-python-serialize"}
        assert message.decode() == body, "even for a consumer that takes them"
        message.ack()
        queue.delete()
    assert not proof.exists()
