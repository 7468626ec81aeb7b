"""The services together: started side by side, described by environment variables."""

import time
from types import TracebackType

from fasi_site.local.data import DataFolder, write_private
from fasi_site.local.errors import LocalError, tail
from fasi_site.local.keys import keys
from fasi_site.local.nginx import Nginx
from fasi_site.local.ports import service_ports
from fasi_site.local.postgres import Postgres
from fasi_site.local.seaweedfs import BUCKET, PORTS, SeaweedFS, blocked_ports
from fasi_site.local.service import Service
from fasi_site.local.signals import StopRequest
from fasi_site.local.valkey import Valkey

START_S = 60.0


class Stack:
    """PostgreSQL, Valkey and SeaweedFS of one data folder. Leaving the block stops them.

    Where a site is served from it, `with_site`, nginx stands in front.
    """

    def __init__(self, data: DataFolder, site_port: int, *, with_site: bool = False) -> None:
        self.data = data
        self.site_port = site_port
        self._keys = keys(data)
        ports = service_ports(["valkey", *PORTS], data, avoid=blocked_ports() | {site_port})
        weed = SeaweedFS(
            data,
            {name: ports[name] for name in PORTS},
            self._keys["s3_access_key"],
            self._keys["s3_secret_key"],
        )
        # In the order of stopping; PostgreSQL also starts last, because making its cluster waits.
        self.services: list[Service] = [
            weed,
            Valkey(data, ports["valkey"], self._keys["valkey_password"]),
            Postgres(data, self._keys["postgres_password"]),
        ]
        if with_site:
            self.services.insert(0, Nginx(data, site_port, weed.address, BUCKET))

    def __enter__(self) -> "Stack":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for service in self.services:
            service.ask_to_stop()
        for service in self.services:
            service.stop()

    def start(self, stop: StopRequest) -> None:
        """Start all and wait until all answer. Raises LocalError with the log of one that fails."""
        end = time.monotonic() + START_S
        for service in self.services:
            stop.check()
            service.start()
        for service in self.services:
            if not stop.wait_until(service.ready, max(0.0, end - time.monotonic())):
                raise LocalError(
                    f"{service.title} did not answer within {START_S:.0f} seconds.\n"
                    f"{tail(service.log)}"
                )
        self._write_services_env()

    def ended(self) -> list[Service]:
        """The services that run no more though they should."""
        return [service for service in self.services if service.ended()]

    def environment(self) -> dict[str, str]:
        """The variables that make the site use these services."""
        variables = {
            "FASI_EMBEDDED": "1",
            "FASI_DATA": str(self.data.path),
            "FASI_PORT": str(self.site_port),
            "FASI_SECRET_KEY": self._keys["secret_key"],
            "FASI_SECRET_KEY_FALLBACKS": self._keys["secret_key_fallbacks"],
        }
        for service in self.services:
            variables |= service.environment()
        return variables

    def _write_services_env(self) -> None:
        """For `manage.py` from a second terminal; the settings read it below the environment."""
        lines = [f"{name}={_quoted(value)}\n" for name, value in self.environment().items()]
        write_private(self.data.services_env, "".join(lines))


def _quoted(value: str) -> str:
    """In double quotes, as both a shell and django-environ read it."""
    for special in ("\\", '"', "$", "`"):
        value = value.replace(special, "\\" + special)
    return f'"{value}"'
