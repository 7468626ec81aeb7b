"""A worker on a host without the site shows its metrics on a port of its own."""

import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST

from classifier.monitoring.metrics import exposition


def serve_metrics(bind: str, port: int) -> None:
    """Answer every request in a thread, with what the processes of this host have counted.

    The queue's gauges are left to the site: they are the same wherever they are asked for, and the
    main process of a worker keeps no connection to the database.
    """
    server = ThreadingHTTPServer((bind, port), _Handler)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = exposition()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", CONTENT_TYPE_LATEST)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Scrapes are no events."""
