"""Who may do what in the embedded PostgreSQL: one role, with a password, that is no superuser.

The superuser of `initdb` cannot sign in at all: what only it may do (roles, the extension) is done
in single-user mode, before the server starts. So whoever gets hold of the site's connection has
the site's tables, and neither programs nor files of this machine.
"""

import hashlib
import subprocess
from pathlib import Path

from fasi_site.local.errors import LocalError

ROLE = "fasi"
DATABASE = "fasi"

# Databases are copies of template1. The extension is here because only a superuser may add it.
_ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role}; END IF;
END $$;

ALTER ROLE {role} LOGIN CREATEDB NOSUPERUSER PASSWORD '{password}';

CREATE EXTENSION IF NOT EXISTS vector;

"""
# Before there was a role, everything belonged to the superuser.
_HAND_OVER = """
DO $$ DECLARE each record; BEGIN
    ALTER DATABASE {database} OWNER TO {role};
    ALTER SCHEMA public OWNER TO {role};
    FOR each IN
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
    LOOP
        EXECUTE format('ALTER TABLE public.%I OWNER TO {role}', each.relname);
    END LOOP;
END $$;

"""


def is_secured(cluster: Path, password: str) -> bool:
    """Whether `secure` was done, with this password."""
    return (cluster / "pg_hba.conf").read_text() == _who_may_sign_in(password)


def secure(postgres: Path, cluster: Path, password: str, **options: int | None) -> None:
    """Make the role and let in nobody else. `options` are those of `subprocess.run`.

    No server may run. Raises LocalError.
    """
    role = _ROLE.format(role=ROLE, password=password)
    ended = _single_user(postgres, cluster, "template1", role, **options)
    if ended.returncode != 0:
        raise LocalError(f"The database's role could not be made.\n{ended.stdout.decode()}")
    # Fails in a new cluster, which has no such database yet.
    hand_over = _HAND_OVER.format(role=ROLE, database=DATABASE)
    _single_user(postgres, cluster, DATABASE, hand_over, **options)
    (cluster / "pg_hba.conf").write_text(_who_may_sign_in(password))


def _who_may_sign_in(password: str) -> str:
    digest = hashlib.sha256(password.encode()).hexdigest()
    return f"# of the password with the SHA-256 {digest}\nlocal all {ROLE} scram-sha-256\n"


def _single_user(
    postgres: Path, cluster: Path, database: str, sql: str, **options: int | None
) -> "subprocess.CompletedProcess[bytes]":
    # The password goes through a pipe: other users of this machine can read command lines.
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        [str(postgres), "--single", "-j", "-D", str(cluster), database],
        input=sql.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=cluster,
        check=False,
        **options,
    )
