"""A Console with its market, its clock in the test's hand, and a client that knows the key."""

import time
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from ampacity.sandbox.akash.console.app import Console
from ampacity.sandbox.akash.market import Market
from ampacity.sandbox.akash.stock import Bidder, load_stock
from ampacity.sandbox.faults import Faults

SDL = """
version: "2.0"
services:
  gpu:
    image: example/cuda:1
    expose:
      - port: 22
        as: 22
        to: [{global: true}]
profiles:
  compute:
    one:
      resources:
        cpu: {units: 16}
        memory: {size: 64Gi}
        storage: {size: 100Gi}
        gpu: {units: 1, attributes: {vendor: {nvidia: [{model: h100, ram: 80Gi, interface: sxm}]}}}
  placement:
    dc:
      pricing:
        one: {denom: uakt, amount: 9000}
deployment:
  gpu: {dc: {profile: one, count: 1}}
"""
"""One H100 for at most 9000 a block, in a denomination that the Console writes its own over."""


class Caller:
    """A client of the Console with its key."""

    def __init__(self, market: Market, folder: Path, now: list[float]) -> None:
        self.market, self.now = market, now
        self.console = Console(market, folder, ready_seconds=10)
        self.client = Client(self.console)
        self.headers = {"x-api-key": (folder / "api_key").read_text().strip()}

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(path, query_string=query, headers=self.headers)

    def post(self, path: str, body: object) -> TestResponse:
        return self.client.post(path, json=body, headers=self.headers)

    def put(self, path: str, body: object) -> TestResponse:
        return self.client.put(path, json=body, headers=self.headers)

    def delete(self, path: str) -> TestResponse:
        return self.client.delete(path, headers=self.headers)

    def create(self, sdl: str = SDL, deposit: float | None = 5) -> TestResponse:
        money = {} if deposit is None else {"deposit": deposit}
        return self.post("/v1/deployments", {"data": {"sdl": sdl} | money})

    def created(self) -> tuple[str, str]:
        """A deployment's number and its manifest, with the bids there."""
        answer = self.create()
        assert answer.status_code == 201, answer.get_data(as_text=True)
        made = answer.get_json()["data"]
        self.now[0] += 30
        return made["dseq"], made["manifest"]

    def lease(self, dseq: str, bidder: Bidder, manifest: str | None = None) -> TestResponse:
        row = {"dseq": dseq, "gseq": 1, "oseq": 1, "provider": bidder.address}
        return self.post("/v1/leases", {"leases": [row]} | ({} if manifest is None else {"manifest": manifest}))


@pytest.fixture
def faults(tmp_path: Path) -> Faults:
    return Faults(tmp_path)


@pytest.fixture
def caller(tmp_path: Path, faults: Faults) -> Caller:
    now = [time.time()]
    market = Market(tmp_path, faults, load_stock(), block_seconds=6, clock=lambda: now[0])
    return Caller(market, tmp_path, now)


@pytest.fixture
def bidder(caller: Caller) -> Bidder:
    """The honest, cheap one."""
    return caller.market.stock.bidders[0]


@pytest.fixture
def sdl() -> str:
    return SDL
