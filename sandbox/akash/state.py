"""All that the stand-in remembers, in one file that is written whole."""

from pathlib import Path

import msgspec

from ...core.files import write_atomic
from .clock import BlockClock
from .refusals import deployment as refused
from .refusals import sdk
from .rows import Account, Bid, Deployment, Lease, Moved, Order, Pending, Provider, Transaction

FILE = "market.json"


class State(msgspec.Struct, kw_only=True):
    """Tables of frozen rows, by their names on the chain. A copy's tables are its own.

    `limits` are the Console's runtime limits, in hours, by deployment. `moved` is what was credited
    since this copy was made; it is not kept.
    """

    clock: BlockClock
    now: float
    accounts: dict[str, Account] = {}
    providers: dict[str, Provider] = {}
    deployments: dict[str, Deployment] = {}
    orders: dict[str, Order] = {}
    bids: dict[str, Bid] = {}
    leases: dict[str, Lease] = {}
    limits: dict[str, int] = {}
    pending: dict[str, Pending] = {}
    transactions: dict[str, Transaction] = {}
    moved: list[Moved] = []

    @property
    def height(self) -> int:
        """The latest block's."""
        return self.clock.height(self.now)

    def copy(self, now: float) -> "State":
        """The same rows at another time, to be changed without changing these."""
        other = State(clock=self.clock, now=now)
        for name in self.tables():
            setattr(other, name, dict(getattr(self, name)))
        return other

    def take(self, other: "State") -> None:
        """Have the rows of `other`, and what moved there."""
        for name in self.tables():
            setattr(self, name, getattr(other, name))
        self.moved += other.moved

    def tables(self) -> list[str]:
        """Their names."""
        return [name for name in self.__struct_fields__ if name not in {"clock", "now", "moved"}]

    def deployment(self, owner: str, dseq: int) -> Deployment:
        """Raises the chain's refusal where there is none."""
        try:
            return self.deployments[f"{owner}/{dseq}"]
        except KeyError:
            raise refused(4, "Deployment not found") from None

    def account(self, address: str) -> Account:
        """Raises the chain's refusal where there is none."""
        try:
            return self.accounts[address]
        except KeyError:
            raise sdk(9, f"account {address} not found: unknown address") from None


def load_state(folder: Path) -> State | None:
    """What an earlier process left, or `None`."""
    try:
        data = (folder / FILE).read_bytes()
    except FileNotFoundError:
        return None
    return msgspec.json.decode(data, type=State)


def save_state(folder: Path, state: State) -> None:
    """Written before anybody is told of it."""
    write_atomic(folder / FILE, msgspec.json.encode(state.copy(state.now)), mode=0o600)
