"""A node on loopback that says what a test tells it to, and remembers what it was asked."""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ampacity.providers.akash.chain.keys import KeySigner
from ampacity.providers.akash.chain.reader import ChainReader
from ampacity.providers.akash.chain.wallet import OwnWallet
from ampacity.providers.akash.values import Address

OWNER = Address("akash19rl4cm2hmr8afy4kldpxz3fka4jguq0a3mq6x0")
"""Of the phrase "abandon … about", which everybody knows and nobody puts money on."""

BLOCKS = "/cosmos/base/tendermint/v1beta1/blocks"

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
def node(serve: Callable[[Node], Node]) -> Node:
    return serve(Node())


@pytest.fixture
def owner() -> Address:
    return OWNER


@pytest.fixture
def reader(node: Node) -> ChainReader:
    return ChainReader(node.url, OWNER, timeout_seconds=5.0, loopback=True)


class Chain:
    """A small chain behind a `Node`: one account, and what becomes of each transaction is the test's to say."""

    def __init__(self, node: Node, owner: Address) -> None:
        self.node = node
        self.owner = owner
        self.height = 2000
        self.sequence = 5
        self.gas_used = 100_000
        self.sent: list[bytes] = []
        self.modes: list[str] = []
        self.blocks: dict[str, dict[str, Any]] = {}
        self.takes: Callable[[bytes], Answer] = self.accepted
        self.includes: Callable[[str], None] = self.include
        node.routes[f"GET {BLOCKS}/latest"] = lambda query, sent: (200, self.block(self.height))
        node.routes[f"GET {BLOCKS}/1000"] = lambda query, sent: (200, self.block(1000))
        node.routes[f"GET /cosmos/auth/v1beta1/accounts/{owner}"] = lambda query, sent: (200, self.account())
        node.routes["POST /cosmos/tx/v1beta1/simulate"] = lambda query, sent: (200, self.simulated())
        node.routes["POST /cosmos/tx/v1beta1/txs"] = lambda query, sent: self.broadcast(sent)
        node.says("/akash/discovery/v1/info", {"info": {"chain_id": "akashnet-2"}})

    def block(self, height: int) -> Any:
        time = datetime(2026, 11, 21, tzinfo=UTC) + timedelta(seconds=6 * height)
        return {"block": {"header": {"chain_id": "akashnet-2", "height": str(height), "time": time.isoformat()}}}

    def account(self) -> Any:
        numbers = {"address": self.owner, "pub_key": None, "account_number": "42", "sequence": str(self.sequence)}
        return {"account": {"@type": "/cosmos.auth.v1beta1.BaseAccount", **numbers}}

    def simulated(self) -> Any:
        return {"gas_info": {"gas_wanted": "0", "gas_used": str(self.gas_used)}, "result": {"events": []}}

    def broadcast(self, body: Any) -> Answer:
        raw = base64.b64decode(body["tx_bytes"])
        self.sent.append(raw)
        self.modes.append(body["mode"])
        return self.takes(raw)

    def accepted(self, raw: bytes) -> Answer:
        """Into the mempool, and into the next block unless the test says otherwise."""
        name = hashlib.sha256(raw).hexdigest().upper()
        self.route(name)
        self.includes(name)
        return 200, {"tx_response": self.response(name, height=0)}

    def refused(self, codespace: str, code: int, log: str) -> Answer:
        return 200, {"tx_response": self.response("0" * 64, height=0, codespace=codespace, code=code, raw_log=log)}

    def include(self, name: str, **changes: Any) -> None:
        self.height += 1
        self.sequence += 1
        self.blocks[name] = {"tx": {}, "tx_response": self.response(name, height=self.height, **changes)}

    def route(self, name: str) -> None:
        missing = {"code": 5, "message": f"tx not found: {name}", "details": []}
        found = f"GET /cosmos/tx/v1beta1/txs/{name}"
        self.node.routes[found] = lambda query, sent: (
            (200, self.blocks[name]) if name in self.blocks else (404, missing)
        )

    def response(self, name: str, *, height: int, **changes: Any) -> dict[str, Any]:
        plain = {"txhash": name, "height": str(height), "codespace": "", "code": 0, "raw_log": "", "events": []}
        return plain | changes

    def tick(self, seconds: float) -> None:
        """What a wait does here: a block comes."""
        self.height += 1


@pytest.fixture
def ledger(node: Node) -> Chain:
    return Chain(node, OWNER)


@pytest.fixture
def wallet(ledger: Chain) -> OwnWallet:
    key = bytes.fromhex("c4a48e2fce1481cd3294b4490f6678090ea98d3d0e5cd984558ab0968741b104")
    return OwnWallet(ledger.node.url, KeySigner(key), timeout_seconds=5.0, loopback=True, pause=ledger.tick)
