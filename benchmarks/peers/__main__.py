"""`make bench-peers`: other people's servers and the whole way of ours, in one run.

Sixteen clients post photos of 60 KB. The others classify and forget; ours checks, stores, queues
and writes the prediction down. Compare ratios of one run: machines are noisy.
"""

import argparse
import http.client
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks import whole_way
from fasi_site.local.ports import HOST, free_port
from tests.support.live_stack import LiveStack
from tests.support.noisy_photos import noisy_photo
from tests.support.starting import ROOT, own_folder, wait_until

PYTHON = ROOT / ".local" / "peers" / "bin" / "python"
# Path of each server, and whether it wants a form rather than the photo itself.
PEERS = {
    "mosec": ("/inference", False),
    "litserve": ("/predict", True),
    "bentoml": ("/classify", True),
    "ray": ("/", False),
}


def main() -> None:
    """Measure all, print photos a second and the ratio to BentoML."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=400, help="photos for each server")
    parser.add_argument("--only", choices=PEERS, action="append", help="leave the others out")
    options = parser.parse_args()
    if not PYTHON.exists():
        sys.exit(f"{PYTHON} is not there; `make bench-peers` installs it.")
    rates = {name: _peer_rate(name, options.n) for name in options.only or PEERS}
    rates["ours, everything stored"] = _our_rate()
    for name, rate in rates.items():
        ratio = rate / rates["bentoml"] if "bentoml" in rates else float("nan")
        print(f"{name:28}{rate:8.1f} photos/s{ratio:8.2f} x BentoML")


def _peer_rate(name: str, photos: int) -> float:
    port = free_port()
    path, form = PEERS[name]
    command = [str(PYTHON), "-m", *_command(name, str(port))]
    with tempfile.TemporaryDirectory(prefix=f"fasi-{name}-") as folder:
        log = Path(folder) / "log"
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "BENTOML_DO_NOT_TRACK": "1"}
        with log.open("wb") as output:
            server = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            body, kind = _body(noisy_photo(0, whole_way.KILOBYTES), form=form)

            def answers() -> bool:
                if server.poll() is not None:
                    sys.exit(f"{name} did not start.\n{log.read_text(errors='replace')[-4000:]}")
                try:
                    return _post(port, path, body, kind) == http.HTTPStatus.OK
                except OSError:
                    return False

            wait_until(answers, name, patience_s=180, pause_s=0.5)
            _rate(port, path, body, kind, photos // 4)  # warms it up
            return _rate(port, path, body, kind, photos)
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)


def _command(name: str, port: str) -> list[str]:
    module = f"benchmarks.peers.{name}_server"
    if name == "bentoml":
        return ["bentoml", "serve", f"{module}:Styles", "--host", HOST, "--port", port]
    if name == "mosec":  # which gives up after three seconds, unless told otherwise
        return [module, "--address", HOST, "--port", port, "--timeout", "60000"]
    return [module, port]


def _rate(port: int, path: str, body: bytes, kind: str, photos: int) -> float:
    def client(share: int) -> None:
        connection = http.client.HTTPConnection(HOST, port, timeout=120)
        for _ in range(share):
            status = _ask(connection, path, body, kind)
            if status != http.HTTPStatus.OK:
                raise SystemExit(f"{path} answered with {status}")

    began = time.perf_counter()
    each = photos // whole_way.CLIENTS
    with ThreadPoolExecutor(whole_way.CLIENTS) as threads:
        for one in [threads.submit(client, each) for _ in range(whole_way.CLIENTS)]:
            one.result()
    return each * whole_way.CLIENTS / (time.perf_counter() - began)


def _post(port: int, path: str, body: bytes, kind: str) -> int:
    return _ask(http.client.HTTPConnection(HOST, port, timeout=30), path, body, kind)


def _ask(connection: http.client.HTTPConnection, path: str, body: bytes, kind: str) -> int:
    connection.request("POST", path, body, {"Content-Type": kind})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def _body(photo: bytes, *, form: bool) -> tuple[bytes, str]:
    if not form:
        return photo, "application/octet-stream"
    return whole_way.multipart(photo), f"multipart/form-data; boundary={whole_way.BOUNDARY}"


def _our_rate() -> float:
    with own_folder("peers") as folder, LiveStack(folder, {}) as stack:
        return whole_way.measure(stack)["http_photos_per_s"]


if __name__ == "__main__":
    main()
