"""The managed wallet: the Console signs and pays, the chain is read by ourselves and has the last word."""

import logging
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal

import msgspec

from ....core.errors import AmpacityError
from ...base import Failure, ProviderError, StillThereError
from ..chain.blockfailures import FailedInBlockError
from ..chain.failures import code_in
from ..leash import Leash
from ..ledger import OpenRequest
from ..refusals import failed
from ..values import UACT_PER_USD, Address, Closed, Deployment, Dseq, Escrow, Lease, LeaseId, LeaseState, MarketBid
from .bidlists import listed_bids
from .failures import FIXES, MANIFEST_NOT_DELIVERED, RefusedError, nonsense, unknown_outcome
from .reading import ManagedReading
from .runtime import LONGEST_HOURS, LONGEST_STEP_HOURS, first_limit, hours_of, hours_paid, limit_of, raise_limit
from .tokens import gateway_token
from .wire import Balances, Created, Data, SignedTx

log = logging.getLogger("ampacity.providers.akash")

BILLING = frozenset({LeaseState.ACTIVE, LeaseState.RECLAIMING})
AMBIGUOUS = 500_000
"""From here on a balance may be in millionths: that is the least that opens anything, half a dollar of them."""
RICHEST = 10**15
NO_LIMIT = "the Console tells of no runtime limit, so it may pay for it until the account is empty"


class ManagedWallet(ManagedReading):
    """A `Ledger` whose account the Console holds. Besides `ProviderError`, `close` raises `StillThereError`."""

    def balance_uact(self) -> Decimal | None:
        """The account's free credits; `None` where their unit cannot be told.

        The Console's documents name dollars in one place and millionths in another. A small figure is in
        dollars, since in millionths it would open nothing; a large one may be either, and taken for the
        wrong one it would stop an order that can be paid, or say nothing.
        """
        balance = self._api.ask("GET", "/v1/balances", Data[Balances]).data.balance
        if not 0 <= balance <= RICHEST:
            raise nonsense("the Console's balance is out of range")
        return balance * UACT_PER_USD if balance < AMBIGUOUS else None

    def fees_uakt(self) -> None:
        """See `Ledger.fees_uakt`: the Console pays them."""

    def open(self, request: OpenRequest) -> Deployment:
        """See `Ledger.open`. The Console numbers it, and may fund it by itself and leave our deposit aside."""
        rate = sum((group.price_per_block for group in request.compiled.groups), Decimal(0))
        hours = self.limit_hours(request.deposit_uact, rate)
        order = {"sdl": request.compiled.sdl, "deposit": _usd(request.deposit_uact), **first_limit(hours)}
        made = self._api.spend("/v1/deployments", Data[Created], body={"data": order}).data
        _check_tx(made.sign_tx)
        dseq = Dseq(int(made.dseq))
        found = self._awaited(lambda: self._chain.deployment(dseq))
        if found is None:
            raise unknown_outcome(f"deployment {dseq} was opened, and the chain does not show it yet")
        if found.manifest_hash != request.compiled.manifest_hash:
            raise self._undone(dseq)
        self._let_run_on(dseq, hours)
        return found

    def bids(self, dseq: Dseq) -> list[MarketBid]:
        """Those on the Console's list and on the chain's, which wins where they differ. One list is enough."""
        try:
            listed = listed_bids(self._api, self._owner, dseq)
        except ProviderError:
            listed = []
        try:
            chained = self._chain.bids(dseq)
        except ProviderError:
            if not listed:
                raise
            chained = []
        return list({bid.id: bid for bid in [*listed, *chained]}.values())

    def lease(self, bid: LeaseId) -> Lease:
        """See `Ledger.lease`. The Console sends the manifest too; that is left to whoever delivers it."""
        wanted = {"dseq": str(bid.dseq), "gseq": bid.gseq, "oseq": bid.oseq, "provider": bid.provider}
        doubt = ""
        try:
            self._api.spend("/v1/leases", msgspec.Raw, body={"leases": [wanted]})
        except ProviderError as error:
            if error.definite and not _leased_anyway(error):
                raise
            doubt = f" ({error.why})"
        lease = self._awaited(lambda: self._running(bid.dseq))
        if lease is None:
            raise unknown_outcome(f"a bid for {bid.dseq} was taken, and the chain shows no lease yet{doubt}")
        if lease.id != bid:
            raise failed(Failure.CAPACITY_GLOBAL, f"deployment {bid.dseq} is leased to another provider already")
        return lease

    def close(self, dseq: Dseq) -> Closed:
        """See `Ledger.close`. The refund is what had been put in, less what the chain says has left it in all."""
        before = self._chain.deployment(dseq)
        if before is None or not before.active:
            return Closed(dseq=dseq, refund_uact=None)
        self._delete(dseq)
        after = self._awaited(lambda: self._closed(dseq))
        if after is None:
            raise StillThereError(f"deployment {dseq} is not closed yet", why="the chain does not show it as closed")
        return Closed(dseq=dseq, refund_uact=_refund(before.escrow, after.escrow))

    def top_up(self, dseq: Dseq, uact: Decimal) -> None:
        """See `Ledger.top_up`."""
        body = {"data": {"dseq": str(dseq), "deposit": _usd(uact)}}
        self._api.spend("/v1/deposit-deployment", msgspec.Raw, body=body)

    def leash(self, dseq: Dseq) -> Leash:
        """See `Ledger.leash`: its runtime limit."""
        limit = limit_of(self._api, dseq)
        return Leash(hours=limit, warning="" if limit else NO_LIMIT)

    def limit_hours(self, deposit_uact: Decimal, uact_per_block: Decimal) -> int:
        """See `Ledger.limit_hours`: the hours that the deposit lasts, and of what costs nothing the first step."""
        hours = hours_paid(deposit_uact, uact_per_block, self.block_time())
        return LONGEST_STEP_HOURS if hours is None else min(hours, LONGEST_HOURS)

    def let_run(self, dseq: Dseq, lasts: timedelta) -> None:
        """See `Ledger.let_run`. Refuses what is longer than the Console lets anything run."""
        wanted = hours_of(lasts)
        limit = limit_of(self._api, dseq)
        if limit is not None:
            raise_limit(self._api, dseq, limit, wanted)

    def gateway_token(self, provider: Address, dseq: Dseq, now: datetime) -> str:
        """See `Ledger.gateway_token`."""
        return gateway_token(self._api, self._owner, (provider, dseq), now)

    def _let_run_on(self, dseq: Dseq, hours: int) -> None:
        """Beyond the first step. It is open: where that fails it ends sooner, as `leash` tells and `let_run` mends."""
        try:
            raise_limit(self._api, dseq, LONGEST_STEP_HOURS, hours)
        except ProviderError as error:
            log.warning("deployment %s runs %s hours at most for now: %s", dseq, LONGEST_STEP_HOURS, error.why)

    def _undone(self, dseq: Dseq) -> ProviderError:
        """The error for a manifest that the Console made otherwise than we do: no provider would take ours."""
        why = "the Console makes another manifest of the SDL"
        try:
            self.close(dseq)
        except AmpacityError as error:
            return failed(Failure.PARTIAL, f"{why}, and deployment {dseq} could not be closed: {error.why}")
        return failed(Failure.INVALID, f"{why}; deployment {dseq} was closed again")

    def _delete(self, dseq: Dseq) -> None:
        """Whatever the Console says of it: whether it is closed is asked of the chain next."""
        try:
            self._api.ask("DELETE", f"/v1/deployments/{dseq}", msgspec.Raw)
        except RefusedError as error:
            if error.status != 404:
                raise

    def _running(self, dseq: Dseq) -> Lease | None:
        return next((lease for lease in self._chain.leases(dseq) if lease.state in BILLING), None)

    def _closed(self, dseq: Dseq) -> Deployment | None:
        found = self._chain.deployment(dseq)
        return None if found is None or found.active else found


def _refund(before: Escrow, after: Escrow) -> Decimal | None:
    """Whole uact: a fraction stays with the chain (node: x/escrow/keeper). `None` where the chain does not say."""
    if before.paid_uact is None or after.transferred_uact is None:
        return None
    return max(Decimal(0), before.paid_uact - after.transferred_uact).to_integral_value(ROUND_DOWN)


def _leased_anyway(error: ProviderError) -> bool:
    """Whether the lease was made though the call failed, by the code of the Console's notes; no answer was recorded.

    Should the code be another: a status of 500 or more is an unknown outcome in any case, and looked up on the chain.
    """
    return isinstance(error, RefusedError) and error.seller_code == MANIFEST_NOT_DELIVERED


def _check_tx(signed: SignedTx) -> None:
    """Raises `FailedInBlockError` for a transaction that was taken and then failed."""
    if signed.code == 0:
        return
    coded = code_in(signed.raw_log) or ("unknown", signed.code)
    error = FailedInBlockError(coded, signed.raw_log, message="MsgCreateDeployment", fee_uakt=None)
    error.fix = FIXES.get(error.kind, error.fix)
    raise error


def _usd(uact: Decimal) -> float:
    """The form wants a JSON number; six places hold every uact."""
    return float(round(uact / UACT_PER_USD, 6))
