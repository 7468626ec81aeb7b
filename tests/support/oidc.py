"""A real OpenID Connect provider with people of its own, run beside the tests."""

from collections.abc import Iterator
from contextlib import contextmanager

from oidc_provider_mock import User, run_server_in_thread

PEOPLE = [
    User(sub="newcomer", claims={"email": "newcomer@example.org", "email_verified": True}),
    User(sub="demo", claims={"email": "demo@localhost", "email_verified": True}),
    User(sub="owner", claims={"email": "owner@example.org", "email_verified": True}),
    User(sub="liar", claims={"email": "owner@example.org", "email_verified": False}),
]


@contextmanager
def provider() -> Iterator[str]:
    """The address of a running provider, its issuer."""
    with run_server_in_thread(user_claims=PEOPLE) as server:
        yield f"http://localhost:{server.server_port}"


def environment_of(issuer: str) -> dict[str, str]:
    """What the operator of a site sets, to let people of this provider in."""
    return {
        "FASI_OIDC_ISSUER": issuer,
        "FASI_OIDC_CLIENT_ID": "fasi",
        "FASI_OIDC_CLIENT_SECRET": "a secret of this test",
        "FASI_OIDC_NAME": "Example",
    }
