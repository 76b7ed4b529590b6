"""Providers' gateways, opened when they are needed, and what they say of a lease."""

import threading
import time
from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

from ...core.clock import Clock
from ..base import ProviderError
from ..text import clean
from .gateway.lease import Event, LeaseStatus
from .ledger import Ledger
from .machines import Door
from .passes import Pass
from .reach import reach
from .settings import Settings
from .values import Dseq, LeaseId, SellerFacts

STRIKES_PAUSES_SECONDS = (0.5, 1.5)
"""A gateway that does not answer is asked three times in all before that is believed."""

MANIFEST_PATIENCE_SECONDS = 60.0
"""How long one delivery insists; whoever ordered it comes again, and may be told to stop in between."""

NEWS_SECONDS = 3.0
"""How long a provider is listened to for what its cluster did: real ones never end that stream."""


class Gateway(Protocol):
    """What is asked of a provider's gateway. Raises `ProviderError`."""

    def send_manifest(self, dseq: Dseq, manifest: bytes) -> None:
        """Hand over what is to run; the same again is harmless."""
        ...

    def lease_status(self, lease: LeaseId) -> LeaseStatus | None:
        """How its workload does, `None` where it knows of none."""
        ...

    def events(self, lease: LeaseId) -> list[Event]:
        """The last of what its cluster did with it."""
        ...


GatewayOpener = Callable[[SellerFacts, Dseq], Gateway]


class Doors:
    """Asks gateways about leases. `sleep` is a seam for tests. Safe to share between threads."""

    def __init__(self, ledger: Ledger, opener: GatewayOpener, sleep: Callable[[float], None] = time.sleep) -> None:
        self._ledger = ledger
        self._opener = opener
        self._sleep = sleep
        self._open: dict[tuple[str, Dseq], tuple[SellerFacts, Gateway]] = {}
        self._lock = threading.Lock()

    def deliver(self, lease: LeaseId, manifest: bytes) -> None:
        """Hand the lease's provider what is to run. Raises `ProviderError` if it will not have it."""
        _, gateway = self._gateway(lease)
        try:
            gateway.send_manifest(lease.dseq, manifest)
        except ProviderError:
            self._forget(lease)
            raise

    def look(self, lease: LeaseId, *, strikes: int = 3) -> Door:
        """What the lease's provider says of it; `dark` where it says nothing at every one of `strikes` tries."""
        why = ""
        for pause_seconds in (0.0, *STRIKES_PAUSES_SECONDS)[:strikes]:
            self._sleep(pause_seconds)
            try:
                facts, gateway = self._gateway(lease)
                return _door(gateway.lease_status(lease), facts)
            except ProviderError as error:
                why = f"{error.what}: {error.why}"
                self._forget(lease)
        return Door(dark=why)

    def news(self, lease: LeaseId) -> str:
        """The last that went wrong with what is to run, in the provider's words; empty where it tells of nothing."""
        try:
            _, gateway = self._gateway(lease)
            events = gateway.events(lease)
        except ProviderError:
            return ""
        wrong = [event for event in events if event.type == "Warning"]
        return clean(f"{wrong[-1].reason} {wrong[-1].about}: {wrong[-1].note}") if wrong else ""

    def _gateway(self, lease: LeaseId) -> tuple[SellerFacts, Gateway]:
        key = (lease.provider, lease.dseq)
        with self._lock:
            known = self._open.get(key)
        if known is None:
            facts = self._ledger.seller(lease.provider)
            known = facts, self._opener(facts, lease.dseq)
            with self._lock:
                self._open[key] = known
        return known

    def _forget(self, lease: LeaseId) -> None:
        """A provider may have moved: its address is read again."""
        with self._lock:
            self._open.pop((lease.provider, lease.dseq), None)


def gateway_opener(ledger: Ledger, settings: Settings, clock: Clock) -> GatewayOpener:
    """Opens real gateways, each with a token for its provider and one deployment alone."""

    def open_one(facts: SellerFacts, dseq: Dseq) -> Gateway:
        """The gateway that `facts` name. Raises `ProviderError` for an address that must not be called."""
        from .gateway.client import GatewayClient
        from .gateway.limits import STANDARD

        return GatewayClient(
            facts,
            certificates=lambda: ledger.certificates(facts.address),
            token=Pass(lambda now: ledger.gateway_token(facts.address, dseq, now), clock),
            loopback=settings.loopback,
            limits=msgspec.structs.replace(
                STANDARD, manifest_patience_seconds=MANIFEST_PATIENCE_SECONDS, stream_seconds=NEWS_SECONDS
            ),
        )

    return open_one


def _door(status: LeaseStatus | None, facts: SellerFacts) -> Door:
    if status is None:
        return Door()
    way = reach(status, urlsplit(facts.host_uri).hostname)
    return Door(
        known=True,
        ready=status.ready,
        host=way.ssh.host if way.ssh else None,
        port=way.ssh.external_port if way.ssh else None,
        urls=way.urls,
        news=clean("; ".join(status.problems)),
    )
