"""What the market remembers, each row with the words that the chain uses for its state."""

from decimal import Decimal

import msgspec

from .spec import Attribute, Coin, GroupSpec, Unit


class Deposit(msgspec.Struct, frozen=True, kw_only=True):
    """Whose money it is that lies in an escrow account; `source` is `balance` or `grant`."""

    owner: str
    height: int
    source: str
    balance: Coin


class Escrow(msgspec.Struct, frozen=True, kw_only=True):
    """An escrow account: `state` is `open | closed | overdrawn`. Settled lazily, as of `settled_at`."""

    scope: str
    xid: str
    owner: str
    state: str = "open"
    transferred: Decimal = Decimal(0)
    owed: Decimal = Decimal(0)
    """What an overdrawn account could not pay."""
    settled_at: int
    deposits: tuple[Deposit, ...]
    denom: str

    @property
    def funds(self) -> Decimal:
        """What lay in it when it was last settled; below zero once it is overdrawn."""
        return sum((deposit.balance.amount for deposit in self.deposits), -self.owed)


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """What flows to a provider a block; `state` as an escrow account's."""

    rate: Decimal
    state: str = "open"
    unsettled: Decimal = Decimal(0)
    withdrawn: int = 0


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is `open | paused | insufficient_funds | closed`."""

    gseq: int
    state: str = "open"
    spec: GroupSpec
    created_at: int


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is `active | closed`. `min_window_seconds` is what it asks of a provider that wants to reclaim."""

    owner: str
    dseq: int
    state: str = "active"
    hash: bytes
    created_at: int
    groups: tuple[Group, ...]
    account: Escrow
    min_window_seconds: int | None = None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is `open | active | closed`. A `silent` one draws no bids: a fault of the sandbox."""

    owner: str
    dseq: int
    gseq: int
    oseq: int
    state: str = "open"
    spec: GroupSpec
    created_at: int
    silent: bool = False


class BidId(msgspec.Struct, frozen=True, kw_only=True):
    """Names a bid, and the lease that it becomes."""

    owner: str
    dseq: int
    gseq: int
    oseq: int
    provider: str
    bseq: int = 0

    @property
    def xid(self) -> str:
        """As the escrow accounts of bids are named."""
        return f"{self.owner}/{self.dseq}/{self.gseq}/{self.oseq}/{self.provider}"


class Bid(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is `open | active | lost | closed`; `offer` says what it brings, each unit without a price."""

    id: BidId
    state: str = "open"
    price: Coin
    created_at: int
    offer: tuple[Unit, ...] = ()
    account: Escrow
    window_seconds: int | None = None


class Reclamation(msgspec.Struct, frozen=True, kw_only=True):
    """What the parties agreed, and the notice once it is given: a height, and a deadline in Unix seconds."""

    window_seconds: int
    started_at: int = 0
    deadline: int = 0
    reason: str = "lease_closed_invalid"


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is `active | insufficient_funds | closed | reclaiming`.

    `manifest` is what the provider's gateway took, at `delivered_at` in Unix seconds; the chain knows neither.
    """

    id: BidId
    state: str = "active"
    price: Coin
    created_at: int
    closed_on: int = 0
    reason: str = "lease_closed_invalid"
    payment: Payment
    reclamation: Reclamation | None = None
    manifest: bytes | None = None
    delivered_at: float | None = None

    @property
    def living(self) -> bool:
        """Whether it bills."""
        return self.state in {"active", "reclaiming"}


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """As it is registered. `certificates` are PEM, `audits` maps an auditor to what it signed."""

    address: str
    host_uri: str
    attributes: tuple[Attribute, ...]
    audits: dict[str, tuple[Attribute, ...]] = {}
    certificates: tuple[bytes, ...] = ()
    public_keys: tuple[bytes, ...] = ()


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """`public_key` (33 bytes) is known once the account has signed a transaction."""

    address: str
    number: int
    sequence: int = 0
    balances: dict[str, int] = {}
    public_key: bytes | None = None


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction that waits for the block at `height`."""

    raw: bytes
    height: int


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """Money that came to an account, or left it where `amount` is below zero."""

    address: str
    denom: str
    amount: int


class Transaction(msgspec.Struct, frozen=True, kw_only=True):
    """One that was in a block, carried out or not. `raw` is what was broadcast."""

    hash: str
    height: int
    codespace: str
    code: int
    raw_log: str
    gas_wanted: int
    gas_used: int
    raw: bytes
    moved: tuple[Moved, ...] = ()
