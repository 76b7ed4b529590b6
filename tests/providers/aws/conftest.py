"""The stand-in in a thread, a provider on it, and orders to send it."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ampacity.core.clock import system_clock
from ampacity.core.contexts import ProviderSettings
from ampacity.core.digests import digest_bytes
from ampacity.providers.aws import open_provider
from ampacity.providers.aws.provider import Aws
from ampacity.providers.base import (
    Claim,
    Gpu,
    Labels,
    MachineOrder,
    Market,
    Offer,
    OfferQuery,
    PricePart,
    Seat,
    Skip,
    Token,
)
from ampacity.sandbox.faults import FaultKind, Faults
from ampacity.sandbox.serve import make_app, make_server

SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f test"

OrderMaker = Callable[..., MachineOrder]


class Account:
    """One account at the stand-in, and a provider on it."""

    def __init__(self, seat: Seat, faults: Faults) -> None:
        self.seat = seat
        self.faults = faults
        self.seller = self.open()

    def open(self, **settings: object) -> Aws:
        """Another provider on the same account, its settings changed."""
        changed = msgspec.structs.replace(self.seat.settings, **settings)
        return open_provider(msgspec.structs.replace(self.seat, settings=changed))

    def fault(self, kind: FaultKind, machine: str | None = None) -> None:
        self.faults.inject(kind, machine=machine)

    def offers(self, query: OfferQuery | None = None) -> list[Offer]:
        return [row for row in self.seller.offers(query or OfferQuery()) if isinstance(row, Offer)]

    def skips(self, query: OfferQuery | None = None) -> list[Skip]:
        return [row for row in self.seller.offers(query or OfferQuery()) if isinstance(row, Skip)]

    def offer(self, sku: str = "p5.4xlarge", market: Market = Market.ON_DEMAND) -> Offer:
        return next(row for row in self.offers() if (row.sku, row.market) == (sku, market))


@pytest.fixture
def aws_faults(tmp_path: Path) -> Faults:
    return Faults(tmp_path)


@pytest.fixture
def aws_seat(tmp_path: Path, aws_faults: Faults, monkeypatch: pytest.MonkeyPatch, serve: Callable[..., Any]) -> Seat:
    """A seat on a stand-in of its own, machines up after a fifth of a second, in one region."""
    monkeypatch.setenv("AMPACITY_SANDBOX_READY_SECONDS", "0.2")
    monkeypatch.setenv("AMPACITY_SANDBOX_SLOW_SECONDS", "1.5")
    server = serve(make_server(make_app("aws", tmp_path), 0))
    settings = ProviderSettings(
        endpoint=f"http://127.0.0.1:{server.port}", regions=("us-east-1",), timeout_seconds=10.0
    )
    return Seat(settings=settings, secrets={}, loopback=True, clock=system_clock)


@pytest.fixture
def account(aws_seat: Seat, aws_faults: Faults) -> Account:
    return Account(aws_seat, aws_faults)


@pytest.fixture
def spot_offer() -> Offer:
    """Made by hand: $2.50 of compute, and a cent for disk and address together."""
    return Offer(
        provider="aws",
        sku="p5.4xlarge",
        region="us-east-1",
        zone="us-east-1b",
        market=Market.SPOT,
        gpu=Gpu(model="H100", count=1, memory_gib=80),
        claim=Claim.OFFERED,
        source="test",
        observed_at=datetime.fromisoformat("2026-11-21T04:00:00+00:00"),
        price=(
            PricePart(name="compute", usd_per_hour=Decimal("2.50")),
            PricePart(name="disk", usd_per_hour=Decimal("0.005")),
            PricePart(name="public_ip", usd_per_hour=Decimal("0.005")),
        ),
        provider_ref={"architecture": "x86_64"},
    )


@pytest.fixture
def on_demand_offer(spot_offer: Offer) -> Offer:
    return msgspec.structs.replace(spot_offer, market=Market.ON_DEMAND, zone=None)


@pytest.fixture
def make_order(spot_offer: Offer) -> OrderMaker:
    """An order for a machine; the same number has the same token."""

    def make(number: int = 1, offer: Offer | None = None, **changes: object) -> MachineOrder:
        labels = Labels(
            deployment="ab" * 16,
            deployment_name="train",
            machine=f"gpu-{number}",
            plan=digest_bytes(b"plan"),
            token=Token(digest_bytes(str(number).encode())[-32:]),
        )
        order = MachineOrder(
            labels=labels,
            offer=offer or spot_offer,
            image="default",
            disk_gib=200,
            ssh_public_key=SSH_KEY,
            user_data="#!/bin/sh\necho hello\n",
        )
        return msgspec.structs.replace(order, **changes)

    return make


@pytest.fixture
def recorded(vector: Callable[..., Path]) -> Path:
    """Recorded answers of the real service."""
    return vector("clouds", "aws")
