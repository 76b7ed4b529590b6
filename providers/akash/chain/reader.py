"""What the chain can be asked about one account's deployments, with no key."""

import threading
from collections.abc import Iterator
from decimal import Decimal

from ...base import Failure, ProviderError
from ..names import PROVIDER
from ..values import DENOM, FEE_DENOM, Address, BlockTime, Deployment, Dseq, Lease, MarketBid, SellerFacts
from . import convert, marketwire, sellerwire, wire
from .blocks import measure
from .failures import NO_DEPLOYMENT, ChainError, OtherVersionError, nonsense
from .rest import Rest, items
from .versions import check_versions

BLOCKS = "/cosmos/base/tendermint/v1beta1/blocks"
DEPLOYMENTS = "/akash/deployment/v1beta4/deployments"
DEPLOYMENT_PARAMS = "/akash/deployment/v1beta4/params"
BIDS = "/akash/market/v1beta5/bids/list"
LEASES = "/akash/market/v1beta5/leases/list"
PROVIDERS = "/akash/provider/v1beta4/providers"
AUDITS = "/akash/audit/v1/audit/attributes"
CERTIFICATES = "/akash/cert/v1/certificates/list"
BALANCES = "/cosmos/bank/v1beta1/balances"
DISCOVERY = "/akash/discovery/v1/info"


class ChainReader:
    """The reading half of a `Ledger` for `owner`. Safe to share between threads.

    Raises `UsageError` for an endpoint that is not allowed, `ProviderError` for everything else.
    """

    def __init__(self, endpoint: str, owner: Address, *, timeout_seconds: float, loopback: bool) -> None:
        self.rest = Rest(endpoint, timeout_seconds=timeout_seconds, loopback=loopback)
        self._owner = owner
        self._lock = threading.Lock()
        self._block_time: BlockTime | None = None

    def owner(self) -> Address:
        """The account whose deployments are read."""
        return self._owner

    def block_time(self) -> BlockTime:
        """Measured between two headers, once."""
        with self._lock:
            if self._block_time is None:
                self._block_time = measure(self.latest(), lambda height: self._header(str(height)))
            return self._block_time

    def height(self) -> int:
        """The latest block's."""
        return self.latest().height

    def latest(self) -> wire.Header:
        """The latest block's header."""
        return self._header("latest")

    def check_versions(self) -> None:
        """Raises `OtherVersionError` for a node that says which versions it serves, ours not being among them."""
        try:
            info = self.rest.get(DISCOVERY, wire.InfoAnswer).info
        except (ChainError, OtherVersionError):
            return  # an older node does not say, and may serve them
        check_versions(info)

    def min_deposit_uact(self) -> Decimal:
        """The least that opens a deployment, from the chain's parameters."""
        coins = self.rest.get(DEPLOYMENT_PARAMS, marketwire.ParamsAnswer).params.min_deposits
        if not any(coin.denom == DENOM for coin in coins):
            raise nonsense(f"the chain's parameters name no deposit in {DENOM}")
        return convert.uact(coins)

    def balance_uact(self) -> Decimal:
        """What the account holds outside its deployments."""
        return self._balance(DENOM)

    def fees_uakt(self) -> Decimal:
        """What the account holds for fees."""
        return self._balance(FEE_DENOM)

    def deployment(self, dseq: Dseq) -> Deployment | None:
        """That deployment, closed ones too; `None` only where the module itself says that there never was one."""
        query = {"id.owner": self._owner, "id.dseq": str(dseq)}
        try:
            answer = self.rest.get(f"{DEPLOYMENTS}/info", marketwire.DeploymentAnswer, query)
        except ChainError as error:
            if error.coded == NO_DEPLOYMENT:
                return None
            raise
        found = convert.deployment(answer)
        self._check(found.owner, found.dseq, dseq)
        return found

    def active_deployments(self) -> Iterator[Deployment]:
        """Every deployment that holds a deposit."""
        query = {"filters.owner": self._owner, "filters.state": "active"}
        pages = self.rest.pages(f"{DEPLOYMENTS}/list", marketwire.DeploymentsPage, query)
        for answer in items(pages, lambda page: page.deployments):
            found = convert.deployment(answer)
            self._check(found.owner, found.dseq, found.dseq)
            if found.active:
                yield found

    def bids(self, dseq: Dseq) -> list[MarketBid]:
        """Every bid for the deployment's orders, whatever its state and denomination."""
        pages = self.rest.pages(BIDS, marketwire.BidsPage, self._filters(dseq))
        found = [convert.bid(row.bid) for row in items(pages, lambda page: page.bids)]
        for bid in found:
            self._check(bid.id.owner, bid.id.dseq, dseq)
        return found

    def leases(self, dseq: Dseq) -> list[Lease]:
        """The deployment's leases, whatever their state."""
        pages = self.rest.pages(LEASES, marketwire.LeasesPage, self._filters(dseq))
        found = [convert.lease(row.lease) for row in items(pages, lambda page: page.leases)]
        for lease in found:
            self._check(lease.id.owner, lease.id.dseq, dseq)
        return found

    def seller(self, address: Address) -> SellerFacts:
        """The provider's own data and who audited it."""
        row = self.rest.get(f"{PROVIDERS}/{address}", sellerwire.ProviderAnswer).provider
        if row.owner != address:
            raise nonsense(f"asked about {address}, the chain tells about another provider")
        return convert.seller(row, self._auditors(address))

    def certificates(self, address: Address) -> list[bytes]:
        """The provider's valid certificates, DER."""
        query = {"filter.owner": address, "filter.state": "valid"}
        pages = self.rest.pages(CERTIFICATES, sellerwire.CertificatesPage, query)
        return list(convert.certificates(items(pages, lambda page: page.certificates)))

    def _balance(self, denom: str) -> Decimal:
        pages = self.rest.pages(f"{BALANCES}/{self._owner}", wire.BalancesPage, {})
        return convert.amount_in(items(pages, lambda page: page.balances), denom)

    def _auditors(self, address: Address) -> list[sellerwire.AuditRow]:
        """Nobody, where the chain has no such entry: that is how it says that none audited the provider."""
        pages = self.rest.pages(f"{AUDITS}/{address}/list", sellerwire.AuditPage, {})
        try:
            return list(items(pages, lambda page: page.providers))
        except ChainError as error:
            if error.status == 404:
                return []
            raise

    def _header(self, height: str) -> wire.Header:
        return self.rest.get(f"{BLOCKS}/{height}", wire.BlockAnswer).block.header

    def _filters(self, dseq: Dseq) -> dict[str, str]:
        return {"filters.owner": self._owner, "filters.dseq": str(dseq)}

    def _check(self, owner: Address, dseq: Dseq, wanted: Dseq) -> None:
        """A node that leaves a filter out must not make another's deployment look like ours."""
        if owner != self._owner or dseq != wanted:
            why = f"asked about {self._owner}/{wanted}, the chain tells about {owner}/{dseq}"
            raise ProviderError(PROVIDER, Failure.NONSENSE, why)
