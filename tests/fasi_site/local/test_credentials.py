"""No backend of the embedded stack answers to whoever happens to reach it."""

import http.client
import json
import ssl
import stat
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis
from psycopg2.extensions import make_dsn
from redis.backoff import NoBackoff
from redis.retry import Retry

from fasi_site.local.data import DataFolder
from fasi_site.local.ports import HOST, free_port
from fasi_site.local.signals import StopRequest
from fasi_site.local.stack import Stack
from tests.support.starting import wait_until

ONCE = Retry(NoBackoff(), 0)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    data = DataFolder(tmp_path_factory.mktemp("stack"))
    data.prepare()
    with Stack(data, free_port()) as stack:
        stack.start(StopRequest())
        yield stack


def test_valkey_obeys_nobody_without_the_password(stack: Stack) -> None:
    url = stack.environment()["FASI_BROKER_URL"]
    assert redis.Redis.from_url(url).ping()
    port = redis.Redis.from_url(url).connection_pool.connection_kwargs["port"]
    for password in (None, "wrong"):
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=port, password=password, retry=ONCE).ping()


def test_postgresql_lets_in_one_role_with_its_password_and_no_superuser(stack: Stack) -> None:
    dsn = stack.environment()["FASI_DATABASE_URL"]
    for wrong in ({"password": "wrong"}, {"user": "postgres"}, {"dbname": "template1", "user": ""}):
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(make_dsn(dsn, **wrong))
    connection = psycopg2.connect(dsn)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("COPY (SELECT 1) TO PROGRAM 'true'")
    connection.close()


def _weed(stack: Stack) -> psutil.Process:
    service = next(each for each in stack.services if each.name == "seaweedfs")
    assert service.process is not None
    return psutil.Process(service.process.pid)


def _listening(stack: Stack) -> set[int]:
    connections = _weed(stack).net_connections("tcp")
    return {each.laddr.port for each in connections if each.status == psutil.CONN_LISTEN}


def test_whatever_seaweedfs_listens_on_wants_a_key_but_s3_which_wants_a_signature(
    stack: Stack,
) -> None:
    s3 = int(stack.environment()["FASI_S3_ENDPOINT"].rpartition(":")[2])
    # Master, volume, filer and admin, each twice, and S3's gRPC; the admin comes after the stack.
    wait_until(lambda: len(_listening(stack) - {s3}) >= 9, "everything listens")
    others = _listening(stack) - {s3}
    for port in others:
        with pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"):
            _get(port, ssl._create_unverified_context())
        assert _get(port, None) in (400, None)
    assert _get(s3, None) == 403


def test_the_sockets_of_seaweedfs_are_its_owners(stack: Stack) -> None:
    sockets = [
        Path(str(each.laddr))
        for each in _weed(stack).net_connections("unix")
        if each.laddr and each.status != psutil.CONN_ESTABLISHED
    ]
    assert sockets
    assert {stat.S_IMODE(each.stat().st_mode) & 0o077 for each in sockets} == {0}


def test_no_secret_is_in_a_command_line(stack: Stack) -> None:
    keys = json.loads((stack.data.path / "keys.json").read_text())
    lines = " ".join(
        word
        for service in stack.services
        if service.process is not None
        for word in psutil.Process(service.process.pid).cmdline()
    )
    assert lines
    assert [name for name, secret in keys.items() if secret and secret in lines] == []


def test_a_folder_without_passwords_gets_them_and_keeps_its_rows(tmp_path: Path) -> None:
    """As one that an earlier version made, or whose `keys.json` was lost."""
    data = DataFolder(tmp_path)
    data.prepare()
    with Stack(data, free_port()) as stack:
        stack.start(StopRequest())
        before = stack.environment()["FASI_DATABASE_URL"]
        with psycopg2.connect(before) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE kept AS SELECT 1 AS number")
    (data.path / "keys.json").unlink()
    with Stack(data, free_port()) as stack:
        stack.start(StopRequest())
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(before)
        after = stack.environment()["FASI_DATABASE_URL"]
        with psycopg2.connect(after) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT number FROM kept")
            assert cursor.fetchone() == (1,)


def _get(port: int, context: ssl.SSLContext | None) -> int | None:
    """The status of an answer; None where the other side only hangs up."""
    connection = (
        http.client.HTTPSConnection(HOST, port, timeout=5, context=context)
        if context
        else http.client.HTTPConnection(HOST, port, timeout=5)
    )
    try:
        connection.request("GET", "/buckets/fasi/outfits/")
        return connection.getresponse().status
    except (TimeoutError, http.client.HTTPException, ConnectionError):
        return None
    finally:
        connection.close()
