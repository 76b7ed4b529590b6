"""A market with one open lease, and the key of its owner."""

import base64
import copy
import hashlib
import json
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import coincurve
import pytest

from ampacity.sandbox.akash.bech32 import address_of_key
from ampacity.sandbox.akash.gateway.app import Gateway
from ampacity.sandbox.akash.market import Market
from ampacity.sandbox.akash.rows import Lease
from ampacity.sandbox.akash.spec import Attribute, Coin, Endpoint, GroupSpec, Resources, Storage, Unit
from ampacity.sandbox.akash.stock import Bidder, Stock, load_stock
from ampacity.sandbox.faults import Faults

MANIFEST: list[dict[str, Any]] = [
    {
        "name": "dc",
        "services": [
            {
                "name": "gpu",
                "image": "example/cuda:1",
                "command": None,
                "args": None,
                "env": None,
                "resources": {
                    "id": 1,
                    "cpu": {"units": {"val": "1000"}},
                    "memory": {"size": {"val": "1073741824"}},
                    "storage": [{"name": "default", "size": {"val": "10737418240"}}],
                    "gpu": {
                        "units": {"val": "1"},
                        "attributes": [{"key": "vendor/nvidia/model/h100", "value": "true"}],
                    },
                    "endpoints": [{"kind": 1, "sequence_number": 0}],
                },
                "count": 1,
                "expose": [
                    {
                        "port": 22,
                        "externalPort": 22,
                        "proto": "TCP",
                        "service": "",
                        "global": True,
                        "hosts": None,
                        "httpOptions": {},
                        "ip": "",
                        "endpointSequenceNumber": 0,
                    }
                ],
                "credentials": None,
            }
        ],
    }
]


class Owner:
    """An account with its key, and the deployments that it opens."""

    def __init__(self, market: Market, now: list[float]) -> None:
        self.market, self.now = market, now
        self.key = coincurve.PrivateKey()
        self.address = address_of_key(self.key.public_key.format())
        market.open_account(self.address, {"uact": 10**9}, self.key.public_key.format())

    def lease(self, bidder: Bidder, dseq: int = 7) -> Lease:
        """A lease with that bidder, its bid waited for."""
        text = json.dumps(MANIFEST, separators=(",", ":"), sort_keys=True).encode()
        self.market.create_deployment(
            owner=self.address,
            dseq=dseq,
            groups=[spec()],
            hash_=hashlib.sha256(text).digest(),
            deposit_uact=Decimal(5_000_000),
        )
        self.now[0] += 30
        bids = self.market.read().bids.values()
        (bid,) = [row for row in bids if row.id.provider == bidder.address and row.id.dseq == dseq]
        return self.market.create_lease(bid.id)

    def token(self, *, header: dict[str, Any] | None = None, high_s: bool = False, **change: Any) -> str:
        """A JWT of this account's, whole and in its time unless told otherwise (`exp_in`: seconds from now)."""
        now = int(time.time())
        claims = {"iss": self.address, "iat": now, "nbf": now, "exp": now + 60, "version": "v1"}
        claims |= {"leases": {"access": "full"}}
        claims |= {
            name.removesuffix("_in"): now + value if name.endswith("_in") else value for name, value in change.items()
        }
        body = f"{_packed(header or {'alg': 'ES256K', 'typ': 'JWT'})}.{_packed(claims)}"
        signature = self.key.sign_recoverable(body.encode())[:64]
        return f"{body}.{_base64url(_raised(signature) if high_s else signature)}"


def spec() -> GroupSpec:
    """What `MANIFEST` runs in: one H100, one port."""
    resource = Resources(
        id=1,
        cpu=1000,
        memory=1 << 30,
        storage=(Storage(name="default", quantity=10 << 30),),
        gpu=1,
        gpu_attributes=(Attribute(key="vendor/nvidia/model/h100", value="true"),),
        endpoints=(Endpoint(kind="RANDOM_PORT"),),
    )
    return GroupSpec(
        name="dc", resources=(Unit(resource=resource, count=1, price=Coin(denom="uact", amount=Decimal(9000))),)
    )


def _packed(value: object) -> str:
    return _base64url(json.dumps(value).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _raised(signature: bytes) -> bytes:
    """The other signature that the same key could have made: n - s for s."""
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    return signature[:32] + (order - int.from_bytes(signature[32:])).to_bytes(32)


@pytest.fixture
def now() -> list[float]:
    """The market's clock, to be moved by hand."""
    return [time.time()]


@pytest.fixture
def market(tmp_path: Path, now: list[float]) -> Market:
    """With the stock of the catalogue, a block a second."""
    return Market(tmp_path, Faults(tmp_path), load_stock(), block_seconds=1, clock=lambda: now[0])


@pytest.fixture
def owner(market: Market, now: list[float]) -> Owner:
    return Owner(market, now)


@pytest.fixture
def stock(market: Market) -> Stock:
    return market.stock


@pytest.fixture
def bidder(stock: Stock) -> Bidder:
    """The honest, cheap one."""
    return stock.bidders[0]


@pytest.fixture
def gateway_of(market: Market) -> Callable[[Bidder], Gateway]:
    """A gateway's application; what it runs is ready after ten seconds."""
    return lambda which: Gateway(market, which, ready_seconds=10)


@pytest.fixture
def manifest() -> list[dict[str, Any]]:
    """A copy to be changed."""
    return copy.deepcopy(MANIFEST)
