"""A node on loopback that says what a test tells it to, and remembers what it was asked."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import ampacity
from ampacity.providers.akash.chain.reader import ChainReader
from ampacity.providers.akash.values import Address

OWNER = Address("akash19rl4cm2hmr8afy4kldpxz3fka4jguq0a3mq6x0")
"""Of the phrase "abandon … about", which everybody knows and nobody puts money on."""

Query = dict[str, str]
Answer = tuple[int, Any]
Route = Callable[[Query, Any], Answer]


class Node(ThreadingHTTPServer):
    """Routes by method and path. What is not routed is answered as the gateway does for an unknown path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.routes: dict[str, Route] = {}
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def says(self, path: str, body: Any, *, status: int = 200, method: str = "GET") -> None:
        """Always this."""
        self.routes[f"{method} {path}"] = lambda query, sent: (status, body)

    def each(self, path: str, *answers: Answer, method: str = "GET") -> None:
        """One after another, the last one for ever."""
        left = list(answers)
        self.routes[f"{method} {path}"] = lambda query, sent: left.pop(0) if len(left) > 1 else left[0]

    def count(self, path: str, method: str = "GET") -> int:
        return sum(line.split("?")[0] == f"{method} {path}" for line in self.asked)


class Handler(BaseHTTPRequestHandler):
    server: Node

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Quiet."""

    def _answer(self, method: str) -> None:
        parts = urlsplit(self.path)
        self.server.asked.append(f"{method} {self.path}")
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        route = self.server.routes.get(f"{method} {parts.path}")
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        unknown = {"code": 5, "message": "Not Found", "details": []}
        status, body = route(query, json.loads(sent) if sent else None) if route else (404, unknown)
        if status == 0:
            return  # hangs up without a word
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def node() -> Iterator[Node]:
    server = Node()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def owner() -> Address:
    return OWNER


@pytest.fixture
def reader(node: Node) -> ChainReader:
    return ChainReader(node.url, OWNER, timeout_seconds=5.0, loopback=True)


@pytest.fixture
def recorded() -> Callable[[str], Any]:
    """An answer as it was recorded on the network, with the ids of strangers."""
    folder = Path(ampacity.__file__).parent.parent / "shared" / "vectors" / "akash"
    if not folder.is_dir():
        pytest.skip("the recorded answers lie beside the checkout, and are not there")
    return lambda name: json.loads((folder / name).read_text(encoding="utf-8"))
