"""A Console on loopback that says what a test tells it to, and a chain in memory that shows what it did."""

import base64
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from ampacity.providers.akash.console.client import ConsoleApi
from ampacity.providers.akash.console.wallet import ManagedWallet
from ampacity.providers.akash.ledger import OpenRequest
from ampacity.providers.akash.sdl.compiled import Compiled, Group, Unit
from ampacity.providers.akash.values import (
    Address,
    BlockTime,
    Deployment,
    Dseq,
    Escrow,
    Lease,
    LeaseId,
    LeaseState,
    MarketBid,
    SellerFacts,
)
from ampacity.providers.base import Failure, ProviderError

OWNER = Address("akash19rl4cm2hmr8afy4kldpxz3fka4jguq0a3mq6x0")
"""Of the phrase "abandon … about", which everybody knows and nobody puts money on."""
SELLER = Address("akash1qpy7waukp7nxlcxmwjcgtmyzu2auk3p5dc3gg6")
"""A provider of the recorded answers."""
KEY = "ac.sk.sandbox.0123456789abcdef"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DSEQ = Dseq(1_795_251_600_000)
"""A moment in milliseconds: so the Console numbers what it opens."""
MANIFEST = b'[{"name":"ampacity"}]'

Answer = tuple[int, Any]


class Asked(msgspec.Struct, frozen=True):
    """A request as it came."""

    line: str
    body: Any
    headers: dict[str, str]


class Console(ThreadingHTTPServer):
    """Routes by method and path with query. What is not routed is answered as the Console does."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.routes: dict[str, Callable[[Any], Answer]] = {}
        self.extra_headers: dict[str, str] = {}
        self.slow_seconds = 0.0
        self.asked: list[Asked] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def says(self, line: str, body: Any, *, status: int = 200) -> None:
        """Always this, for `GET /v1/gpu-prices`."""
        self.routes[line] = lambda sent: (status, body)

    def each(self, line: str, *answers: Answer) -> None:
        """One after another, the last one for ever."""
        left = list(answers)
        self.routes[line] = lambda sent: left.pop(0) if len(left) > 1 else left[0]

    def refuses(self, line: str, status: int, code: str, message: str = "no") -> None:
        self.says(line, refusal_body(code, message), status=status)

    def requests(self, line: str) -> list[Asked]:
        return [one for one in self.asked if one.line == line]


class Handler(BaseHTTPRequestHandler):
    server: Console

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Quiet."""

    def do_GET(self) -> None:
        self._do()

    def do_POST(self) -> None:
        self._do()

    def do_DELETE(self) -> None:
        self._do()

    def do_PATCH(self) -> None:
        self._do()

    def _do(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.loads(sent) if sent else None
        line = f"{self.command} {self.path}"
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append(Asked(line=line, body=body, headers=headers))
        route = self.server.routes.get(line) or self.server.routes.get(f"{self.command} {urlsplit(self.path).path}")
        status, answer = route(body) if route else (404, refusal_body("not_found", "Not Found"))
        time.sleep(self.server.slow_seconds)
        if status == 0:
            return  # hangs up without a word
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        for name, value in self.server.extra_headers.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(ConnectionError):  # whoever has had enough hangs up
            self.wfile.write(data)


def refusal_body(code: str, message: str) -> dict[str, str]:
    return {"error": "HttpError", "message": message, "code": code, "type": "client_error"}


def token_of(owner: str, *, expires: float, leases: Any = None) -> str:
    """A token whose signature nobody here looks at."""
    parts = ({"alg": "ES256K", "typ": "JWT"}, {"iss": owner, "exp": int(expires), "leases": leases or {}})
    words = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return f"{words[0]}.{words[1]}.c2lnbmF0dXJl"


class Chain:
    """What the chain shows of one account. `down` makes every question fail, `market_down` those for leases."""

    def __init__(self) -> None:
        self.deployments: dict[Dseq, Deployment] = {}
        self.all_leases: list[Lease] = []
        self.all_bids: list[MarketBid] = []
        self.now_height = 1000
        self.block_seconds = Decimal(6)
        self.down = False
        self.market_down = False

    def opened(self, dseq: Dseq = DSEQ, *, funds: int = 500_000, manifest: bytes = MANIFEST) -> Deployment:
        """Let a deployment be there, as of block 1000."""
        found = Deployment(
            owner=OWNER,
            dseq=dseq,
            active=True,
            group_name="ampacity",
            manifest_hash=hashlib.sha256(manifest).digest(),
            created_height=1000,
            escrow=Escrow(funds_uact=Decimal(funds), settled_height=1000, state="open", transferred_uact=Decimal(0)),
        )
        self.deployments[dseq] = found
        return found

    def leased(self, bid: LeaseId, *, uact_per_block: int = 4000) -> Lease:
        """Let a lease be there."""
        lease = Lease(
            id=bid, state=LeaseState.ACTIVE, uact_per_block=Decimal(uact_per_block), created_height=self.now_height
        )
        self.all_leases.append(lease)
        return lease

    def closed(self, dseq: Dseq = DSEQ) -> None:
        """Let a deployment be closed and settled: its leases have what they are owed, the rest is paid out."""
        found = self.deployments[dseq]
        living = (lease for lease in self.all_leases if lease.id.dseq == dseq and lease.state is LeaseState.ACTIVE)
        rate = sum((lease.uact_per_block for lease in living), Decimal(0))
        paid = Escrow(
            funds_uact=Decimal(0),
            settled_height=self.now_height,
            state="closed",
            transferred_uact=found.escrow.spent_uact(rate, self.now_height),
        )
        self.deployments[dseq] = msgspec.structs.replace(found, active=False, escrow=paid)

    def block_time(self) -> BlockTime:
        self._answer()
        return BlockTime(seconds=self.block_seconds, first_height=1, last_height=1001, measured_at=NOW)

    def height(self) -> int:
        self._answer()
        return self.now_height

    def check_versions(self) -> None:
        self._answer()

    def min_deposit_uact(self) -> Decimal:
        self._answer()
        return Decimal(500_000)

    def deployment(self, dseq: Dseq) -> Deployment | None:
        self._answer()
        return self.deployments.get(dseq)

    def active_deployments(self) -> Iterator[Deployment]:
        self._answer()
        return (found for found in self.deployments.values() if found.active)

    def bids(self, dseq: Dseq) -> list[MarketBid]:
        self._answer()
        return [bid for bid in self.all_bids if bid.id.dseq == dseq]

    def leases(self, dseq: Dseq) -> list[Lease]:
        self._answer()
        if self.market_down:
            raise ProviderError("akash", Failure.INVALID, "answered 501")
        return [lease for lease in self.all_leases if lease.id.dseq == dseq]

    def seller(self, address: Address) -> SellerFacts:
        self._answer()
        return SellerFacts(address=address, host_uri="https://provider.example:8443")

    def certificates(self, address: Address) -> list[bytes]:
        self._answer()
        return []

    def _answer(self) -> None:
        if self.down:
            raise ProviderError("akash", Failure.UNREACHABLE, "the node is away")


@pytest.fixture
def console(serve: Callable[[Console], Console]) -> Console:
    server = serve(Console())
    server.says(
        "POST /v1/create-jwt-token", {"data": {"token": token_of(OWNER, expires=NOW.timestamp() + 600)}}, status=201
    )
    return server


@pytest.fixture
def api(console: Console) -> ConsoleApi:
    return ConsoleApi(console.url, KEY, timeout_seconds=5.0)


@pytest.fixture
def chain() -> Chain:
    return Chain()


@pytest.fixture
def wallet(api: ConsoleApi, chain: Chain) -> ManagedWallet:
    return ManagedWallet(api, lambda owner: chain, sleep=lambda _: None)


@pytest.fixture
def request_of_an_hour() -> OpenRequest:
    """A ceiling of 4000 uact a block of 6 s is 2.40 USD an hour; 2,400,000 uact last just that hour."""
    unit = Unit(
        id=1,
        cpu_milli=16_000,
        memory_bytes=64 << 30,
        storage=(),
        gpu_units=1,
        gpu_attributes=(),
        endpoints=(),
        count=1,
        denom="uact",
        price_per_block=Decimal(4000),
    )
    group = Group(name="ampacity", attributes=(), signed_by_all=(), signed_by_any=(), units=(unit,))
    compiled = Compiled(
        sdl='version: "2.0"\n', groups=(group,), manifest=MANIFEST, manifest_hash=hashlib.sha256(MANIFEST).digest()
    )
    return OpenRequest(dseq=Dseq(1), compiled=compiled, deposit_uact=Decimal(2_400_000))


@pytest.fixture
def names() -> type:
    """What the tests call things by: modules of tests are not imported from each other."""
    return Names


class Names:
    owner, seller, key, now, dseq, manifest = OWNER, SELLER, KEY, NOW, DSEQ, MANIFEST
    token_of = staticmethod(token_of)
