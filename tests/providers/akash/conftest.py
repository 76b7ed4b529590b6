"""The provider over a market in memory: a ledger, gateways, and a clock that tests turn."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ampacity.core.contexts import ProviderSettings
from ampacity.core.digests import digest_bytes
from ampacity.providers.akash.desk import Desk
from ampacity.providers.akash.gateway.lease import Event, ForwardedPort, LeaseStatus, Service
from ampacity.providers.akash.leash import Leash
from ampacity.providers.akash.ledger import OpenRequest
from ampacity.providers.akash.provider import Akash
from ampacity.providers.akash.values import (
    Address,
    BlockTime,
    Closed,
    Deployment,
    Dseq,
    Escrow,
    GpuOffered,
    Lease,
    LeaseId,
    LeaseState,
    MarketBid,
    SellerFacts,
)
from ampacity.providers.base import (
    Claim,
    Failure,
    Gpu,
    Labels,
    Machine,
    MachineOrder,
    Market,
    Offer,
    PricePart,
    ProviderError,
    Seat,
    Token,
)

OWNER = Address("akash1owner")
START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
BLOCK = BlockTime(seconds=Decimal(6), first_height=1, last_height=1001, measured_at=START)
H100 = "vendor/nvidia/model/h100/ram/80Gi/interface/sxm"


def seller(
    name: str, *, gpu: str = H100, audited_by: tuple[str, ...] = (), region: str | None = "us-west"
) -> SellerFacts:
    """A provider of one kind of GPU."""
    attributes = {f"capabilities/gpu/{gpu}": "true"} | ({"location-region": region} if region else {})
    return SellerFacts(
        address=Address(f"akash1{name}"),
        host_uri=f"https://{name}.example:8443",
        attributes=attributes,
        audited_by=tuple(map(Address, audited_by)),
    )


class FakeChain:
    """A `Ledger` in memory. `lose` names a call whose answer is lost, `refuse` what a call raises instead."""

    def __init__(self) -> None:
        self.now = START
        self.sellers: dict[str, SellerFacts] = {}
        self.deployments: dict[Dseq, Deployment] = {}
        self.all_bids: list[MarketBid] = []
        self.all_leases: list[Lease] = []
        self.sources: dict[Dseq, OpenRequest] = {}
        self.balance: Decimal | None = Decimal(1_000_000_000)
        self.lose: str | None = None
        self.refuse: dict[str, ProviderError] = {}
        self.calls: list[str] = []
        self.own_numbers = False
        self.behind = False
        self.after_open: dict[str, ProviderError] = {}
        self.leash_hours: int | None = None

    def pass_time(self, duration: timedelta) -> None:
        self.now += duration

    def bid(self, dseq: int, who: SellerFacts, uact: str, **more: object) -> MarketBid:
        """`who` bids so many uact a block."""
        self.sellers[who.address] = who
        offered = GpuOffered(units=1, attributes=(H100,))
        bid = MarketBid(
            id=LeaseId(owner=OWNER, dseq=Dseq(dseq), provider=who.address),
            state="open",
            denom="uact",
            uact_per_block=Decimal(uact),
            created_height=self.height(),
            gpus=offered,
        )
        self.all_bids.append(msgspec.structs.replace(bid, **more))
        return self.all_bids[-1]

    def end_lease(self, dseq: int, state: LeaseState, **more: object) -> None:
        self.all_leases = [
            msgspec.structs.replace(row, state=state, **more) if row.id.dseq == dseq else row for row in self.all_leases
        ]

    def set_escrow(self, dseq: int, **changes: object) -> None:
        old = self.deployments[Dseq(dseq)]
        escrow = msgspec.structs.replace(old.escrow, **changes)
        self.deployments[Dseq(dseq)] = msgspec.structs.replace(old, escrow=escrow)

    def owner(self) -> Address:
        return OWNER

    def block_time(self) -> BlockTime:
        self._note("block_time")
        return BLOCK

    def height(self) -> int:
        self._note("height")
        return 1001 + int((self.now - START) / timedelta(seconds=6))

    def check_versions(self) -> None:
        self._note("check_versions")

    def min_deposit_uact(self) -> Decimal:
        return Decimal(500_000)

    def fees_uakt(self) -> Decimal | None:
        return None

    def balance_uact(self) -> Decimal | None:
        return self.balance

    def open(self, request: OpenRequest) -> Deployment:
        self._note("open")
        dseq = Dseq(7_000_000 + len(self.deployments)) if self.own_numbers else request.dseq
        if dseq in self.deployments:
            raise ProviderError("akash", Failure.INVALID, "Deployment exists")
        made = Deployment(
            owner=OWNER,
            dseq=dseq,
            active=True,
            group_name=request.compiled.groups[0].name,
            manifest_hash=request.compiled.manifest_hash,
            created_height=self.height(),
            escrow=Escrow(
                funds_uact=request.deposit_uact,
                settled_height=self.height(),
                state="open",
                transferred_uact=Decimal(0),
            ),
        )
        self.deployments[dseq], self.sources[dseq] = made, request
        self._answer("open")
        self.refuse |= self.after_open
        return made

    def deployment(self, dseq: Dseq) -> Deployment | None:
        self._note("deployment")
        return None if self.behind else self.deployments.get(dseq)

    def active_deployments(self) -> Iterator[Deployment]:
        self._note("active_deployments")
        return iter([row for row in self.deployments.values() if row.active])

    def bids(self, dseq: Dseq) -> list[MarketBid]:
        self._note("bids")
        return [bid for bid in self.all_bids if bid.id.dseq == dseq]

    def lease(self, bid: LeaseId) -> Lease:
        self._note("lease")
        price = next(row.uact_per_block for row in self.all_bids if row.id == bid)
        made = Lease(id=bid, state=LeaseState.ACTIVE, uact_per_block=price, created_height=self.height())
        self.all_leases.append(made)
        self._answer("lease")
        return made

    def leases(self, dseq: Dseq) -> list[Lease]:
        self._note("leases")
        return [lease for lease in self.all_leases if lease.id.dseq == dseq]

    def close(self, dseq: Dseq) -> Closed:
        self._note("close")
        old = self.deployments.get(dseq)
        if old is None or not old.active:
            return Closed(dseq=dseq, refund_uact=None)
        self.deployments[dseq] = msgspec.structs.replace(old, active=False)
        self._answer("close")
        return Closed(dseq=dseq, refund_uact=old.escrow.funds_uact)

    def top_up(self, dseq: Dseq, uact: Decimal) -> None:
        self._note("top_up")
        self.set_escrow(dseq, funds_uact=self.deployments[dseq].escrow.funds_uact + uact)
        self._answer("top_up")

    def leash(self, dseq: Dseq) -> Leash:
        self._note("leash")
        return Leash(hours=self.leash_hours)

    def limit_hours(self, deposit_uact: Decimal, uact_per_block: Decimal) -> int | None:
        return self.leash_hours

    def let_run(self, dseq: Dseq, lasts: timedelta) -> None:
        self._note("let_run")
        if self.leash_hours is not None:
            self.leash_hours = max(self.leash_hours, -(-lasts // timedelta(hours=1)))

    def seller(self, address: Address) -> SellerFacts:
        if address not in self.sellers:
            raise ProviderError("akash", Failure.INVALID, "provider not found")
        return self.sellers[address]

    def certificates(self, address: Address) -> list[bytes]:
        return []

    def gateway_token(self, provider: Address, dseq: Dseq, now: datetime) -> str:
        return "token"

    def _note(self, call: str) -> None:
        self.calls.append(call)
        if call in self.refuse:
            raise self.refuse[call]

    def _answer(self, call: str) -> None:
        if self.lose == call:
            self.lose = None
            raise ProviderError("akash", Failure.UNKNOWN_OUTCOME, "the answer was lost")


class FakeGateways:
    """Every provider's gateway: what it was given, how its workload does, and what it raises instead."""

    def __init__(self) -> None:
        self.manifests: dict[tuple[str, Dseq], bytes] = {}
        self.status: LeaseStatus | None = LeaseStatus(
            services=(Service(name="machine", available=1, total=1),),
            forwarded_ports=(
                ForwardedPort(service="machine", host="h100.example", port=22, external_port=31_022, protocol="TCP"),
            ),
        )
        self.failure: ProviderError | None = None
        self.events: list[Event] = []

    def open(self, facts: SellerFacts, dseq: Dseq) -> "FakeGateway":
        return FakeGateway(self, facts.address)


class FakeGateway:
    """One provider's."""

    def __init__(self, all_gateways: FakeGateways, provider: str) -> None:
        self._all = all_gateways
        self._provider = provider

    def send_manifest(self, dseq: Dseq, manifest: bytes) -> None:
        if self._all.failure:
            raise self._all.failure
        self._all.manifests[self._provider, dseq] = manifest

    def lease_status(self, lease: LeaseId) -> LeaseStatus | None:
        if self._all.failure:
            raise self._all.failure
        return self._all.status if (self._provider, lease.dseq) in self._all.manifests else None

    def events(self, lease: LeaseId) -> list[Event]:
        if self._all.failure:
            raise self._all.failure
        return self._all.events


class Bazaar:
    """The provider, and what stands behind it."""

    def __init__(self) -> None:
        self.chain = FakeChain()
        self.gateways = FakeGateways()
        self.slept: list[float] = []
        self.provider = self.open()

    def open(self, *, regions: tuple[str, ...] = (), **options: str) -> Akash:
        """The provider as a fresh process would open it."""
        settings = ProviderSettings(regions=regions, options=options)
        seat = Seat(settings=settings, secrets={"api_key": "k"}, loopback=False, clock=lambda: self.chain.now)
        return Akash(
            seat, opener=lambda read, clock: Desk(self.chain, self.gateways.open, read, clock, self.slept.append)
        )

    def running(self, order: MachineOrder, uact: str = "4000") -> Machine:
        """The order sold to an honest provider and delivered."""
        made = self.sold(order, uact)
        self.provider.deliver(made.ref, order)
        return made

    def sold(self, order: MachineOrder, uact: str = "4000") -> Machine:
        """The order sold to an honest provider, its manifest not delivered."""
        made = self.provider.create(order)
        self.chain.bid(int(made.ref.id), seller("honest"), uact)
        (bid,) = self.provider.bids(made.ref, order)
        self.provider.accept(made.ref, order, bid)
        return made


@pytest.fixture
def bazaar() -> Bazaar:
    """A market in memory, with the provider on it."""
    return Bazaar()


@pytest.fixture
def sellers() -> Callable[..., SellerFacts]:
    """Makes a provider by name."""
    return seller


@pytest.fixture
def recorded(vector: Callable[..., Path]) -> Callable[[str], Any]:
    """An answer as it was recorded on the network, with the ids of strangers."""
    return lambda name: json.loads(vector("akash", name).read_text(encoding="utf-8"))


@pytest.fixture
def order() -> MachineOrder:
    """One H100 for ten hours, at 2.50 USD an hour at most: 4166.666666 uact a block of 6 s."""
    labels = Labels(
        deployment="0123456789abcdef" * 2,
        deployment_name="train",
        machine="train-1",
        plan=digest_bytes(b"plan"),
        token=Token("fedcba9876543210" * 2),
    )
    offer = Offer(
        provider="akash",
        sku="h100-80gi-sxm5",
        region="global",
        market=Market.AUCTION,
        gpu=Gpu(model="H100", count=1, memory_gib=80),
        claim=Claim.OFFERED,
        source="test",
        observed_at=START,
        vcpu=16,
        ram_gib=Decimal(64),
        disk_gib=100,
        price=(PricePart(name="all_in", usd_per_hour=Decimal("2.4")),),
        indication=True,
        provider_ref={"model": "h100", "ram": "80Gi", "interface": "sxm"},
    )
    return MachineOrder(
        labels=labels,
        offer=offer,
        image="default",
        disk_gib=100,
        ssh_public_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f test",
        ends_at=START + timedelta(hours=10),
        max_usd_per_hour=Decimal("2.5"),
    )
