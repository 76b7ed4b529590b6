"""What a seller can do. `Provider` is the least; the rest are protocols that it may satisfy.

Nobody asks who a provider is; everybody asks what it can: `capability(provider, Provisions)`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import ClassVar, Protocol, TypeVar, runtime_checkable

import msgspec

from ..core.contexts import ProviderSettings
from .account import Account
from .auction import Bid, Bidders, Sale
from .machine import Labels, Machine, MachineOrder, MachineRef
from .offer import Gpu, Offer, OfferQuery, PowerLimit, Skip
from .settlement import Settlement

C = TypeVar("C")


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """What every provider is given when it is opened.

    `secrets` are resolved already and never shown; `sites` is the racks file that the spec or the
    context names, for whoever has racks.
    """

    settings: ProviderSettings
    secrets: dict[str, str]
    loopback: bool
    clock: Callable[[], datetime]
    sites: Path | None = None


class Provider(ABC):
    """A seller. `name` is its key in the table; `title` is for people."""

    name: ClassVar[str]
    title: ClassVar[str]

    @abstractmethod
    def offers(self, query: OfferQuery) -> Iterator[Offer | Skip]:
        """Offers that may answer `query`, and what could not be asked.

        Yields as it learns, so that a slow region does not hold back the others. Raises
        `ProviderError` only where nothing at all can be asked.
        """


@runtime_checkable
class Provisions(Protocol):
    """Makes, finds and removes machines. Safe to call from many threads."""

    def create(self, order: MachineOrder) -> Machine:
        """Make one machine, or return the one that `order.labels.token` already made.

        Returns as soon as the seller has given an id; the machine may still be pending. Raises
        `ProviderError`; unless its kind is definite, the caller looks the token up before trying again.
        """
        ...

    def read(self, ref: MachineRef) -> Machine | None:
        """The machine as it is now, `None` once it is gone. Raises `ProviderError` if it cannot be asked."""
        ...

    def find(self, labels: Labels, offer: Offer) -> Machine | None:
        """The living machine that `labels.token` made, if there is one, in the offer's region."""
        ...

    def delete(self, ref: MachineRef) -> None:
        """Remove it; quiet when it is gone. Raises `StillThereError` when the caller should ask again."""
        ...

    def ours(self, regions: Sequence[str] = ()) -> Iterator[Machine]:
        """Every living machine that carries our labels, of any deployment.

        Looks in `regions`, or in all that the context names. Raises `ProviderError` if a region
        cannot be asked: a sweep that saw less than everything must not look like an empty one.
        """
        ...


@runtime_checkable
class Warms(Protocol):
    """Has much to load before its first call: a cloud's own SDK."""

    def warm_up(self, region: str) -> None:
        """Load what the first `create` there needs, and ask nobody. Raises as `create` would."""
        ...


@runtime_checkable
class Bids(Protocol):
    """Sells by auction. Beside `Provisions`, whose `create` opens an order and returns it as a pending machine.

    So whatever holds money is a machine from the first moment: `find`, `ours` and `delete` see orders
    without a bid too, and `delete` closes them and frees what they hold. Until a bid is taken it costs
    nothing: its `usd_per_hour` is 0. An order without a `max_usd_per_hour` is refused.
    """

    def sale(self, ref: MachineRef) -> Sale:
        """How far it has come."""
        ...

    def bids(self, ref: MachineRef, order: MachineOrder) -> Iterator[Bid]:
        """The bids so far, those that the order's filters refuse with the reason."""
        ...

    def accept(self, ref: MachineRef, order: MachineOrder, bid: Bid) -> None:
        """Take `bid`. Raises `ProviderError` of a capacity kind for one that is gone: another may be taken."""
        ...

    def deliver(self, ref: MachineRef, order: MachineOrder) -> None:
        """Hand the bidder what is to run; the same again is harmless. Raises `ProviderError` if it will not have it."""
        ...


@runtime_checkable
class Prepays(Protocol):
    """Machines run on money paid ahead, and end when it is spent (`Machine.paid_until`)."""

    def top_up(self, ref: MachineRef, until: datetime) -> Machine:
        """Pay ahead so that it lasts until then at its present price; nothing where it already does."""
        ...

    def top_up_usd(self, ref: MachineRef, until: datetime) -> Decimal:
        """What `top_up` would take; 0 where it lasts until then already."""
        ...

    def deposit_usd(self, max_usd_per_hour: Decimal, hours: Decimal | None) -> Decimal:
        """What `create` locks at first for one machine with that ceiling, to be gone after `hours`.

        `None` for a machine without an end. What is not used comes back when the machine is deleted.
        """
        ...

    def settlement(self, ref: MachineRef) -> Settlement | None:
        """What a machine that is gone has cost and what came back; `None` where the seller keeps no such books.

        Raises `ProviderError`: `UNREACHABLE`, so that it is asked again, for one that does not show as gone yet.
        """
        ...


@runtime_checkable
class PaysOn(Protocol):
    """Beside `Prepays`: may spend on a machine by itself what was never locked for it, up to a limit in hours."""

    def limit_hours(self, max_usd_per_hour: Decimal, hours: Decimal | None) -> Decimal | None:
        """After how many whole hours of billing it ends what `deposit_usd` is told for, having paid on until then.

        `None` where only what is locked can be spent.
        """
        ...


@runtime_checkable
class Pays(Protocol):
    """Is paid from an account that can be looked into."""

    def account(self) -> Account:
        """Whose it is and what is in it, one without a name where the context names none.

        Spends nothing. Raises `AmpacityError` for a key that cannot be used, `ProviderError` if it cannot be asked.
        """
        ...


@runtime_checkable
class Defines(Protocol):
    """Takes a description of what runs in a language of its own (`MachineOrder.definition`).

    It stands instead of the order's image and user-data.
    """

    def check_definition(self, text: str, *, where: str, gpu: Gpu | None = None) -> None:
        """Raises `UsageError` that names file and line, `where` being the file, for a text that cannot be ordered.

        It must ask for one machine. With `gpu` it must ask for just those GPUs. Asks nobody.
        """
        ...


@runtime_checkable
class Narrows(Protocol):
    """Beside `Bids` and `Defines`: a definition has a say of whose bids are taken, and at what price."""

    def narrow_bidders(self, text: str, bidders: Bidders, *, where: str) -> Bidders:
        """Those of `bidders` whom the definition takes too. Asks nobody.

        Raises `UsageError` that names file and line, `where` being the file, where nobody could be both.
        """
        ...

    def most_usd_per_hour(self, text: str) -> Decimal:
        """The most that the definition itself pays for a machine. Raises `ProviderError` if that cannot be told."""
        ...


@runtime_checkable
class Advises(Protocol):
    """Knows what is allowed in what is to run, and still likely to hurt."""

    def advice(self, *, image: str, definition: str | None = None, way_in: bool = True) -> tuple[str, ...]:
        """One sentence each, for an order's image or the definition that stands instead. Asks nobody.

        `way_in` is whether it has an SSH key or user-data, by which somebody could log in.
        """
        ...


@runtime_checkable
class NeedsKey(Protocol):
    """Makes no machine without an SSH key."""

    def check_key(self, ssh_public_key: str | None) -> None:
        """Raises `ProviderError` (invalid) for one that no machine can be made with. Asks nobody."""
        ...


@runtime_checkable
class ReadsSites(Protocol):
    """What it has stands in a racks file (`Seat.sites`), which a spec may name."""

    def check_sites(self) -> None:
        """Raises `UsageError` that names file and lines for a racks file that cannot be used. Asks nobody."""
        ...


@runtime_checkable
class Powered(Protocol):
    """Has racks of its own, so power is a limit and not a price."""

    def power_limits(self) -> Iterator[PowerLimit]:
        """What each feed has left."""
        ...


@runtime_checkable
class SpotHistory(Protocol):
    """Knows what spot capacity cost before."""

    def spot_history(self, offer: Offer, since: datetime) -> Iterator[tuple[datetime, Decimal]]:
        """Prices of `offer` in USD per node-hour, oldest first."""
        ...


CAPABILITIES: dict[str, type] = {
    "provision": Provisions,
    "auction": Bids,
    "prepaid": Prepays,
    "account": Pays,
    "definition": Defines,
    "power": Powered,
    "spot-history": SpotHistory,
}
"""Every capability by the word that tables show."""


def capability(provider: Provider, kind: type[C]) -> C | None:
    """`provider` as a `kind`, or `None` where it has not that ability."""
    return provider if isinstance(provider, kind) else None


def has_capability(kind: type[Provider], protocol: type) -> bool:
    """Whether providers of class `kind` have the ability `protocol`."""
    return issubclass(kind, protocol)
