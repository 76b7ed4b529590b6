"""The provider over its stand-in without sockets, and a seam between the two."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from ampacity.core.clock import system_clock
from ampacity.core.contexts import ProviderSettings
from ampacity.core.digests import digest_bytes
from ampacity.providers.base import Labels, MachineOrder, Offer, OfferQuery, Seat, Token
from ampacity.providers.lambda_cloud.provider import LambdaCloud
from ampacity.sandbox.faults import Faults
from ampacity.sandbox.lambda_cloud import create_app

SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f test"

Meddler = Callable[[httpx.Request, Callable[[], httpx.Response]], httpx.Response]


class Wire(httpx.BaseTransport):
    """Passes requests to the stand-in, notes them, and lets `meddle` do as it likes with one."""

    def __init__(self, app: httpx.WSGITransport) -> None:
        self._app = app
        self.calls: list[str] = []
        self.meddle: Meddler = lambda _, go_on: go_on()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(f"{request.method} {request.url.path.removeprefix('/api/v1')}")
        return self.meddle(request, lambda: self._app.handle_request(request))


class Account:
    """One account at the stand-in."""

    def __init__(self, folder: Path) -> None:
        self.faults = Faults(folder)
        self.wire = Wire(httpx.WSGITransport(create_app(self.faults, folder)))
        self.key = (folder / "api_key").read_text().strip()
        self.slept: list[float] = []
        self.seller = self.open(self.key)

    def open(self, key: str, *, regions: tuple[str, ...] = ()) -> LambdaCloud:
        settings = ProviderSettings(endpoint="http://127.0.0.1/api/v1", regions=regions)
        seat = Seat(settings=settings, secrets={"api_key": key}, loopback=True, clock=system_clock)
        return LambdaCloud(seat, transport=self.wire, sleep=self.slept.append)

    def offers(self, query: OfferQuery | None = None) -> list[Offer]:
        return [row for row in self.seller.offers(query or OfferQuery()) if isinstance(row, Offer)]

    def order(self, number: int = 1) -> MachineOrder:
        offer = next(row for row in self.offers() if row.sku == "gpu_1x_h100_pcie")
        labels = Labels(
            deployment="ab" * 16,
            deployment_name="train",
            machine=f"gpu-{number}",
            plan=digest_bytes(b"plan"),
            token=Token(digest_bytes(str(number).encode())[-32:]),
        )
        return MachineOrder(labels=labels, offer=offer, image="default", disk_gib=100, ssh_public_key=SSH_KEY)


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    monkeypatch.setenv("AMPACITY_SANDBOX_READY_SECONDS", "0")
    return Account(tmp_path)
