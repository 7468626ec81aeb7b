"""A site of street snaps that tests serve: listings by page, one without an end, and faults."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs, urlsplit

from tests.support.images import outfit_jpeg


@dataclass
class Answer:
    """What the site says to a path."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


Asked = Callable[[int], Answer]
"""From how often the path was asked, this time included, to the answer."""


class Site:
    """Listings at `/list?style=ID&p=N` and `/scroll?style=ID`; photos at `/photo/...`."""

    def __init__(self, per_page: int = 4) -> None:
        self.per_page = per_page
        self.snaps: defaultdict[str, list[str]] = defaultdict(list)
        """The addresses of the images of a style, in the site's order."""
        self.answers: dict[str, Answer | Asked] = {}
        self.asked: Counter[str] = Counter()
        self.agents: set[str] = set()
        self.item = "articleImg"
        self.extra = ""
        self.held: set[str] = set()
        """Paths that get no answer before the gate opens."""
        self.gate = threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def add(self, style: str, name: str, photo: bytes | Answer | Asked) -> str:
        """A snap of a style; its address."""
        path = f"/photo/{style}/{name}"
        self.answers[path] = Answer(body=photo) if isinstance(photo, bytes) else photo
        self.snaps[style].append(path)
        return path

    def add_photos(self, style: str, seeds: range) -> None:
        """A drawn outfit for each seed."""
        for seed in seeds:
            self.add(style, f"{seed}.jpg", outfit_jpeg(seed))

    def photos_asked(self) -> Counter[str]:
        """How often each photo was fetched."""
        with self._lock:
            return Counter(
                {path: n for path, n in self.asked.items() if path.startswith("/photo/")}
            )

    def answer(self, path: str, query: dict[str, list[str]], agent: str) -> Answer:
        whole = path + (f"?p={query['p'][0]}" if "p" in query else "")
        with self._lock:
            self.asked[path] += 1
            if whole != path:
                self.asked[whole] += 1
            self.agents.add(agent)
            times = self.asked[whole]
        if path in self.held:
            self.gate.wait(60)
        known = self.answers.get(whole) or self.answers.get(path)
        if known is not None:
            return known if isinstance(known, Answer) else known(times)
        style = query.get("style", [""])[0]
        if path == "/list":
            page = int(query["p"][0])
            last = self.per_page * page
            return _page(self._items(style, last - self.per_page, last), self.extra)
        if path == "/scroll":
            return _endless(style)
        if path == "/more":
            begin = int(query["from"][0])
            found = self._items(style, begin, begin + self.per_page)
            return Answer(body="".join(found).encode())
        return Answer(404)

    def _items(self, style: str, first: int, last: int) -> list[str]:
        return [
            f'<div class="{self.item}"><a class="lbox" href="{path}">large</a>'
            f'<img data-later="{path}"><a class="page" href="/snap/{number}">{path}</a>'
            f'<b class="by">Photographer {number % 2}</b></div>'
            for number, path in enumerate(self.snaps[style][first:last], start=first + 1)
        ]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                agent = self.headers.get("User-Agent", "")
                answer = site.answer(parts.path, parse_qs(parts.query), agent)
                self.send_response(answer.status)
                headers = {"Content-Length": str(len(answer.body)), **answer.headers}
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def _page(items: list[str], extra: str) -> Answer:
    body = f"<!doctype html><title>Snaps</title>{''.join(items)}{extra}"
    return Answer(body=body.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def _endless(style: str) -> Answer:
    """More items come when the end is seen; an image's address comes when its item is seen."""
    body = f"""<!doctype html><title>Snaps</title>
<style>.articleImg {{ height: 900px }} #end {{ height: 10px }}</style>
<main></main><div id="end"></div>
<script>
const main = document.querySelector("main");
const seen = new IntersectionObserver((entries) => entries.forEach((entry) => {{
  const image = entry.target.querySelector("img");
  if (entry.isIntersecting) image.src = image.dataset.later;
}}));
new IntersectionObserver(async (entries) => {{
  if (!entries.some((entry) => entry.isIntersecting)) return;
  const answer = await fetch(`/more?style={style}&from=${{main.children.length}}`);
  main.insertAdjacentHTML("beforeend", await answer.text());
  for (const item of main.children) seen.observe(item);
}}, {{ rootMargin: "1px" }}).observe(document.getElementById("end"));
</script>"""
    return Answer(body=body.encode(), headers={"Content-Type": "text/html; charset=utf-8"})
