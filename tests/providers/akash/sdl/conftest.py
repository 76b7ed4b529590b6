"""One SDL that is right, for tests that spoil it, and an order."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ampacity.core.digests import digest_bytes
from ampacity.providers.base import Claim, Gpu, Labels, MachineOrder, Market, Offer, PricePart, Token

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

GOOD = """\
version: "2.0"
services:
  web:
    image: ghcr.io/example/web@sha256:1f4dd0b3c6a5f5be2ab5b0f3a1a62f0b0fb5a9c4f5c7b1a3a2c4d5e6f7a8b9c0
    env: [MODE=fast]
    expose:
      - port: 8080
        as: 80
        to:
          - global: true
profiles:
  compute:
    one:
      resources:
        cpu: {units: 4}
        memory: {size: 16Gi}
        storage: {size: 50Gi}
        gpu: {units: 1, attributes: {vendor: {nvidia: [{model: h100}]}}}
  placement:
    west:
      attributes: {region: us-west}
      pricing:
        one: {denom: uact, amount: 4268}
deployment:
  web:
    west: {profile: one, count: 1}
"""


@pytest.fixture(scope="session")
def good() -> str:
    return GOOD


@pytest.fixture(scope="session")
def golden() -> Path:
    """SDLs with what the market's own client makes of them; `scripts/akash-oracle` makes them anew."""
    return Path(__file__).parent / "golden"


@pytest.fixture(scope="session")
def order() -> MachineOrder:
    return MachineOrder(
        labels=Labels(
            deployment="0123456789abcdef" * 2,
            deployment_name="llama-train",
            machine="llama-train-1",
            plan=digest_bytes(b"plan"),
            token=Token("fedcba9876543210" * 2),
        ),
        offer=Offer(
            provider="akash",
            sku="h100-80gi-sxm5",
            region="global",
            market=Market.AUCTION,
            gpu=Gpu(model="H100", count=2, memory_gib=80),
            claim=Claim.LISTED,
            source="test",
            observed_at=NOW,
            price=(PricePart(name="all_in", usd_per_hour=Decimal("5.2")),),
            provider_ref={"model": "h100", "ram": "80Gi", "interface": "SXM5"},
        ),
        image="default",
        disk_gib=200,
        ssh_public_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me@home\n",
        user_data="#!/bin/sh\necho hello\n",
        max_usd_per_hour=Decimal(6),
    )
