"""A stand-in for every seller in the table, in a thread, and orders to send it."""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from socketserver import BaseServer
from typing import Any, TypeVar, cast

import msgspec
import pytest

from ampacity.core.clock import system_clock
from ampacity.core.contexts import Context, ProviderSettings
from ampacity.core.digests import digest_bytes
from ampacity.core.secrets import SecretRef
from ampacity.providers.base import (
    Bids,
    Labels,
    Machine,
    MachineOrder,
    Market,
    Offer,
    OfferQuery,
    Provider,
    Provisions,
    Token,
    choose_bid,
)
from ampacity.providers.table import open_provider
from ampacity.sandbox.faults import FaultKind, Faults
from ampacity.sandbox.own import inject as take_node
from ampacity.sandbox.serve import make_app, make_server

Server = TypeVar("Server", bound=BaseServer)

SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f test"

TWELVE_NODES = """
schema: ampacity.sites/1
node_types:
  small: {gpu: {model: H100, count: 1, memory_gib: 80}, power: {nameplate_kw: 1.0}, disk_gib: 1000}
sites:
  lab:
    region: us-lab
    money: {usd_per_kwh: 0.1, pue: 1.5}
    racks:
      r1:
        feeds: {a: {volts: 415, amps: 60}}
        nodes:
""" + "".join(f"          n{number:02}: {{type: small, address: 192.0.2.{number}}}\n" for number in range(1, 13))


class Harness(ABC):
    """One seller on its stand-in, and what a test may do to it."""

    shows: frozenset[FaultKind] = frozenset(FaultKind)
    """Faults that this stand-in can show."""
    secrets: tuple[str, ...] = ()

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder

    @abstractmethod
    def settings(self) -> ProviderSettings:
        """What a context would say of the seller."""

    @cached_property
    def provider(self) -> Provider:
        """The seller, opened by the first test that asks."""
        return self.open(self.settings())

    def open(self, settings: ProviderSettings) -> Provider:
        """A fresh provider, as the command line would open it."""
        context = Context(providers={self.name: settings}, loopback=True)
        return open_provider(self.name, context, environment={}, clock=system_clock)

    @abstractmethod
    def fault(self, kind: FaultKind, machine: str | None = None) -> None:
        """Let the stand-in show a fault."""

    @abstractmethod
    def take_down(self) -> None:
        """Let the seller be down, and leave nothing running."""

    @cached_property
    def roomy_offer(self) -> Offer:
        """The cheapest offer that can be had a dozen times, while nothing is taken."""
        offers = [row for row in self.provider.offers(OfferQuery(disk_gib=100)) if isinstance(row, Offer)]
        return min(
            (offer for offer in offers if offer.usd_per_hour is not None and self.has_room(offer)),
            key=lambda offer: (offer.usd_per_hour, offer.key),
        )

    def has_room(self, offer: Offer) -> bool:
        return offer.max_nodes is None or offer.max_nodes >= 12

    def make(self, order: MachineOrder) -> Machine:
        """A machine that was sold, and need only come up."""
        assert isinstance(self.provider, Provisions)
        return self.provider.create(order)

    def order(self, number: int, offer: Offer | None = None) -> MachineOrder:
        """The order of machine `number`; the same number has the same token."""
        labels = Labels(
            deployment="0123456789abcdef0123456789abcdef",
            deployment_name="contract",
            machine=f"gpu-{number}",
            plan=digest_bytes(b"the plan"),
            token=Token(digest_bytes(f"machine {number}".encode())[-32:]),
        )
        return MachineOrder(
            labels=labels,
            offer=offer or self.roomy_offer,
            image="default",
            disk_gib=100,
            ssh_public_key=SSH_KEY,
            user_data="#!/bin/sh\necho secret-in-user-data\n",
        )


class ServedHarness(Harness):
    """A seller whose stand-in speaks HTTP."""

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(name, folder)
        self._faults = Faults(folder)
        self._app = make_app(name, folder)
        self._server = make_server(self._app, 0)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.endpoint = f"http://127.0.0.1:{self._server.port}"

    def settings(self) -> ProviderSettings:
        return ProviderSettings(endpoint=self.endpoint, timeout_seconds=5.0)

    def fault(self, kind: FaultKind, machine: str | None = None) -> None:
        self._faults.inject(kind, machine=machine)

    def take_down(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()


class AwsHarness(ServedHarness):
    """One region is enough, and the first market that can be had for sure."""

    def settings(self) -> ProviderSettings:
        return msgspec.structs.replace(super().settings(), regions=("us-east-1",))

    def has_room(self, offer: Offer) -> bool:
        return offer.market is Market.ON_DEMAND


class LambdaHarness(ServedHarness):
    """Which offer has room, only its catalogue knows; the seller does not say."""

    def settings(self) -> ProviderSettings:
        key = self.folder / "api_key"
        self.secrets = (key.read_text().strip(),)
        return msgspec.structs.replace(super().settings(), secrets={"api_key": SecretRef(file=key)})

    def has_room(self, offer: Offer) -> bool:
        return offer.sku == "gpu_1x_h100_pcie"


class AkashHarness(ServedHarness):
    """An auction: nothing is ever refused for want of capacity, it just draws no bid."""

    shows = frozenset(FaultKind) - {FaultKind.CAPACITY}

    def settings(self) -> ProviderSettings:
        key = self.folder / "api_key"
        self.secrets = (key.read_text().strip(),)
        options = {"console": self.endpoint, "bid_seconds": "1"}
        return msgspec.structs.replace(super().settings(), secrets={"api_key": SecretRef(file=key)}, options=options)

    def order(self, number: int, offer: Offer | None = None) -> MachineOrder:
        order = super().order(number, offer)
        return msgspec.structs.replace(order, max_usd_per_hour=2 * (order.offer.usd_per_hour or Decimal(1)))

    def make(self, order: MachineOrder) -> Machine:
        seller = self.provider
        assert isinstance(seller, Provisions)
        assert isinstance(seller, Bids)
        machine = seller.create(order)
        until = time.monotonic() + 10
        while (bid := choose_bid(seller.bids(machine.ref, order), order.max_usd_per_hour or Decimal(0))) is None:
            assert time.monotonic() < until, "nobody bids"
            time.sleep(0.05)
        seller.accept(machine.ref, order, bid)
        seller.deliver(machine.ref, order)
        return machine

    def take_down(self) -> None:
        super().take_down()
        cast(Any, self._app).close()  # its gateways listen beside the server


class OwnHarness(Harness):
    """The stand-in is the ledger's file."""

    shows = frozenset({FaultKind.CAPACITY, FaultKind.PREEMPT})

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(name, folder)
        self._sites = folder / "sites.yaml"
        self._sites.write_text(TWELVE_NODES)
        self._ledger = folder / "sites.ledger.sqlite3"

    def settings(self) -> ProviderSettings:
        return ProviderSettings(options={"sites": str(self._sites)})

    def fault(self, kind: FaultKind, machine: str | None = None) -> None:
        if kind is FaultKind.PREEMPT:
            take_node(kind, machine, self.folder)
        if kind is FaultKind.CAPACITY:
            offer = self.roomy_offer
            assert isinstance(self.provider, Provisions)
            for number in range(1000, 1012):
                self.provider.create(self.order(number, offer))

    def take_down(self) -> None:
        if not self._ledger.is_dir():
            self._ledger.unlink(missing_ok=True)
            self._ledger.mkdir()


HARNESSES: dict[str, Callable[[str, Path], Harness]] = {
    "akash": AkashHarness,
    "aws": AwsHarness,
    "lambda": LambdaHarness,
    "own": OwnHarness,
}


@pytest.fixture
def serve() -> Iterator[Callable[[Server], Server]]:
    """Has a server answer in a thread until the test is over."""
    with ExitStack() as stack:

        def start(server: Server) -> Server:
            stack.enter_context(server)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            return server

        yield start


@pytest.fixture
def harness(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Harness]:
    """The seller named by an indirect parameter."""
    monkeypatch.setenv("AMPACITY_SANDBOX_READY_SECONDS", "0.2")
    monkeypatch.setenv("AMPACITY_SANDBOX_BLOCK_SECONDS", "0.1")
    made = HARNESSES[request.param](request.param, tmp_path)
    yield made
    made.take_down()


@pytest.fixture
def harness_names() -> frozenset[str]:
    """Sellers that have a harness."""
    return frozenset(HARNESSES)
