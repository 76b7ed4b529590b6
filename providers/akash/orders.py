"""Orders: opened under a number that the token gives, found again by their labels, closed with what is left.

A deployment is the order, so whatever came of an interrupted call is seen here by everyone.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from decimal import Decimal

import msgspec

from ...core.clock import Clock
from ...core.money import plain, show_usd
from ..base import Failure, Labels, MachineOrder, ProviderError, Settlement, StillThereError, Token
from ..turns import one_at_a_time
from .compiling import compile_order
from .escrow import deposit_uact, usd
from .labels import Marks, read_marks
from .ledger import Ledger, OpenRequest
from .refusals import failed
from .settings import Settings
from .values import OVERDRAWN, Deployment, Dseq

log = logging.getLogger("ampacity.providers.akash")

LOOKS_AFTER_SECONDS = (0.0, 1.0, 2.0, 4.0, 8.0)
"""When the chain is asked for a deployment whose answer was lost: pauses before each look, a block being six."""

TRIES = 100
"""Numbers that one token may use up: each is a deployment of its that was closed."""

NUMBER_BITS = 52

ANY = Dseq(1)
"""To ask the market whether it answers: what it says is not looked at."""


class Ours(msgspec.Struct, frozen=True, kw_only=True):
    """A deployment that carries our labels."""

    deployment: Deployment
    marks: Marks


class Orders:
    """Opens, finds and closes. Safe to share between threads."""

    def __init__(
        self, ledger: Ledger, settings: Settings, clock: Clock, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._clock = clock
        self._sleep = sleep
        self._known: set[Dseq] = set()
        self._refunds_uact: dict[Dseq, Decimal] = {}

    def open(self, order: MachineOrder) -> Ours:
        """One deployment for the order's token: the one that there is, or a new one. See `Provisions.create`."""
        self._ledger.block_time()  # what may fail fails before anything is opened
        with one_at_a_time(order.labels.token):
            found = self.find(order.labels)
            return found or self._open_new(order)

    def find(self, labels: Labels) -> Ours | None:
        """The open deployment with the token; of two, which only a managed wallet could make, the lower number."""
        same = [ours for ours in self.all() if ours.marks.labels.token == labels.token]
        return min(same, key=lambda ours: ours.deployment.dseq, default=None)

    def all(self) -> Iterator[Ours]:
        """Every open deployment that carries our labels."""
        for deployment in self._ledger.active_deployments():
            ours = as_ours(deployment)
            if ours is not None:
                self._known.add(deployment.dseq)
                yield ours

    def look(self, dseq: Dseq) -> Deployment | None:
        """The deployment, `None` where there never was one.

        The chain forgets none, so a node that does not know one that was there is behind the others: that
        raises `ProviderError`, and is asked again.
        """
        found = self._ledger.deployment(dseq)
        if found is not None:
            self._known.add(dseq)
        elif dseq in self._known:
            raise failed(Failure.UNREACHABLE, f"the node that was asked does not know of deployment {dseq} yet")
        return found

    def close(self, dseq: Dseq) -> None:
        """Close the deployment, so that what is left comes back. Quiet when it is closed; see `Provisions.delete`."""
        if self.look(dseq) is None:
            return
        try:
            closed = self._ledger.close(dseq)
        except ProviderError as error:
            if error.definite:
                raise
            self._closed_after(dseq, error)
            return
        if closed.refund_uact is not None:
            self._refunds_uact[dseq] = closed.refund_uact
            log.info("deployment %s is closed; %s came back", dseq, show_usd(usd(closed.refund_uact)))

    def settlement(self, dseq: Dseq) -> Settlement | None:
        """What its escrow has paid in all, and what came back where it was closed from here. See `Prepays`."""
        deployment = self.look(dseq)
        if deployment is None or deployment.escrow.transferred_uact is None:
            return None
        if deployment.active:
            raise failed(Failure.UNREACHABLE, f"deployment {dseq} does not show as closed yet")
        dry = deployment.escrow.state == OVERDRAWN
        refund = Decimal(0) if dry else self._refunds_uact.get(dseq)
        return Settlement(
            spent_usd=plain(usd(deployment.escrow.transferred_uact)),
            refunded_usd=None if refund is None else plain(usd(refund)),
        )

    def _closed_after(self, dseq: Dseq, error: ProviderError) -> None:
        deployment = self.look(dseq)
        if deployment is not None and deployment.active:
            raise StillThereError(f"deployment {dseq} is not closed yet", why=error.why) from error

    def _open_new(self, order: MachineOrder) -> Ours:
        request = self._request(order)
        self.refuse_other_chain(request.dseq)
        self._refuse_unpaid(request.deposit_uact)
        try:
            opened = as_ours(self._ledger.open(request))
        except ProviderError as error:
            return self._look_after(order, error)
        if opened is None:
            raise failed(Failure.UNKNOWN_OUTCOME, "a deployment was opened, and it does not carry our labels")
        self._known.add(opened.deployment.dseq)
        return opened

    def _request(self, order: MachineOrder) -> OpenRequest:
        block = self._ledger.block_time()
        compiled = compile_order(order, self._settings, block)
        lasts = self._settings.deposit_lasts if order.ends_at is None else order.ends_at - self._clock()
        price = compiled.groups[0].price_per_block
        deposit = deposit_uact(price, lasts, block, self._ledger.min_deposit_uact())
        return OpenRequest(dseq=self._free_number(order.labels.token), compiled=compiled, deposit_uact=deposit)

    def _free_number(self, token: Token) -> Dseq:
        """The first number of the token's under which there never was a deployment: a closed one is not used again."""
        for turn in range(TRIES):
            dseq = number_of(token, turn)
            if self._ledger.deployment(dseq) is None:
                return dseq
        raise failed(Failure.INVALID, f"this machine was ordered and closed {TRIES} times", "ampacity plan SPEC")

    def refuse_other_chain(self, dseq: Dseq = ANY) -> None:
        """Raises `ProviderError` where what is opened could not be sold: the market's own queries must answer too."""
        self._ledger.check_versions()
        self._ledger.leases(dseq)

    def _refuse_unpaid(self, deposit_uact: Decimal) -> None:
        """Raises `ProviderError` where the account surely has not got the deposit."""
        has = self._ledger.balance_uact()
        if has is not None and has < deposit_uact:
            raise failed(
                Failure.BILLING,
                f"the deposit is {show_usd(usd(deposit_uact))}, and {self._ledger.owner()} has {show_usd(usd(has))}",
                "put ACT into the account, or lower hours or deposit_hours, then run the same command again",
            )

    def _look_after(self, order: MachineOrder, error: ProviderError) -> Ours:
        """What the call made though `error` came back: once for a clear refusal, for a while where it is not clear."""
        for pause_seconds in LOOKS_AFTER_SECONDS[: 1 if error.definite else None]:
            self._sleep(pause_seconds)
            found = self._glimpse(order.labels)
            if found is not None:
                return found
        raise error

    def _glimpse(self, labels: Labels) -> Ours | None:
        try:
            return self.find(labels)
        except ProviderError:
            return None


def as_ours(deployment: Deployment) -> Ours | None:
    """The deployment with what its name says, `None` for one that is not ours."""
    marks = read_marks(deployment.group_name)
    return None if marks is None else Ours(deployment=deployment, marks=marks)


def number_of(token: Token, turn: int) -> Dseq:
    """The token's number at its `turn`: 52 bits, so that every JSON reader keeps it whole."""
    digest = hashlib.sha256(f"{token}/{turn}".encode()).digest()
    return Dseq((int.from_bytes(digest[:8], "big") >> (64 - NUMBER_BITS)) or 1)
