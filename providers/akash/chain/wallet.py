"""A wallet of one's own: reads as anybody can, and signs what spends."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from ...base import Failure, ProviderError
from ..addresses import address_of
from ..leash import Leash
from ..ledger import OpenRequest
from ..names import PROVIDER
from ..settings import GAS_PRICE_CAP
from ..values import Address, Closed, Deployment, Dseq, Lease, LeaseId, LeaseState
from . import jwt, messages
from .failures import DEPLOYMENT_CLOSED, EXISTS, ChainError
from .keys import Signer
from .reader import ChainReader
from .refunds import received_uact
from .sender import Sender

T = TypeVar("T")

LIVING = frozenset({LeaseState.ACTIVE, LeaseState.RECLAIMING})
LOOK_SECONDS = 60.0
LOOKS = 10
"""How often a block is looked into for what it brought: another node behind the same address may be later."""


class OwnWallet(ChainReader):
    """A `Ledger` whose key is the signer's. Safe to share between threads; see `Ledger` for every call."""

    def __init__(
        self,
        endpoint: str,
        signer: Signer,
        *,
        timeout_seconds: float,
        loopback: bool,
        gas_price_cap_uakt: Decimal = GAS_PRICE_CAP,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(endpoint, address_of(signer.public_key), timeout_seconds=timeout_seconds, loopback=loopback)
        self._signer = signer
        self._pause = pause
        self._sender = Sender(self, signer, gas_price_cap_uakt=gas_price_cap_uakt, pause=pause)

    def open(self, request: OpenRequest) -> Deployment:
        """Open it. One of the same number and manifest that is open already is returned: it is this one."""
        message = messages.create_deployment(self.owner(), request.dseq, request.compiled, request.deposit_uact)
        try:
            self._sender.send(message)
        except ChainError as error:
            if error.coded != EXISTS:
                raise
        found = self._seen(lambda: self.deployment(request.dseq), f"deployment {request.dseq}")
        if not found.active or found.manifest_hash != request.compiled.manifest_hash:
            why = f"deployment {request.dseq} exists, and is another or closed"
            raise ChainError(Failure.INVALID, why, coded=EXISTS)
        return found

    def lease(self, bid: LeaseId) -> Lease:
        """Take the bid. A lease that it already became is returned, one that its provider has ended since too."""
        taken = self._lease_of(bid)
        if taken is None:
            self._sender.send(messages.create_lease(bid))
            taken = self._seen(lambda: self._lease_of(bid), f"the lease of deployment {bid.dseq}")
        return taken

    def close(self, dseq: Dseq) -> Closed:
        """Close it; quiet when it is closed or never was."""
        before = self.deployment(dseq)
        if before is None or not before.active:
            return Closed(dseq=dseq, refund_uact=None)
        rate = self._rate_if_told(dseq)
        try:
            done = self._sender.send(messages.close_deployment(self.owner(), dseq))
        except ChainError as error:
            if error.coded == DEPLOYMENT_CLOSED:  # somebody was faster
                return Closed(dseq=dseq, refund_uact=None)
            raise
        told = received_uact(done.events, self.owner())
        if told is None and rate is not None:
            told = before.escrow.left_uact(rate, done.height)
        return Closed(dseq=dseq, refund_uact=told)

    def top_up(self, dseq: Dseq, uact: Decimal) -> None:
        """Add to its escrow, rounded up to whole uact."""
        self._sender.send(messages.account_deposit(self.owner(), dseq, uact))

    def leash(self, dseq: Dseq) -> Leash:  # noqa: ARG002 - the same for all
        """None: only its escrow ends it."""
        return Leash()

    def limit_hours(self, deposit_uact: Decimal, uact_per_block: Decimal) -> int | None:
        """None, see `leash`."""

    def let_run(self, dseq: Dseq, lasts: timedelta) -> None:
        """Nothing to do, see `leash`."""

    def gateway_token(self, provider: Address, dseq: Dseq, now: datetime) -> str:
        """A JWT for that provider's gateway and that deployment alone."""
        return jwt.gateway_token(self._signer, provider, dseq, now)

    def _rate_if_told(self, dseq: Dseq) -> Decimal | None:
        """For the refund alone: a market that cannot be asked must not keep a deployment open."""
        try:
            return sum((lease.uact_per_block for lease in self.leases(dseq) if lease.state in LIVING), Decimal(0))
        except ProviderError:
            return None

    def _lease_of(self, bid: LeaseId) -> Lease | None:
        return next((lease for lease in self.leases(bid.dseq) if lease.id == bid), None)

    def _seen(self, look: Callable[[], T | None], what: str) -> T:
        """What a block has just brought, as soon as it shows; where nobody can be asked it may be there unseen."""
        until = time.monotonic() + LOOK_SECONDS
        for _ in range(LOOKS):
            with suppress(ProviderError):
                if (found := look()) is not None:
                    return found
            if time.monotonic() > until:
                break
            self._pause(min(1.0, float(self.block_time().seconds)))
        raise ProviderError(PROVIDER, Failure.UNKNOWN_OUTCOME, f"{what} is in a block and does not show yet")
