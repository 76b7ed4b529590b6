"""The write-ahead journal: on disk before a seller is asked to make anything.

One JSON file a token, in one folder a deployment. What the engine loses in a crash, `recover` and
`orphans` find here. No secrets: the inputs are kept without what runs on the machine.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from shlex import quote

import msgspec

from ..core.clock import Clock, system_clock
from ..core.errors import ResourceError
from ..core.files import write_atomic
from ..core.shapes import ready
from ..providers.base import Machine, Settlement, Token
from .machines import MachineInputs, without_secrets
from .tokens import token_of


class EntryState(StrEnum):
    """What is known of one create call."""

    INTENDED = "intended"
    """About to be asked, or asked with no answer yet."""
    MADE = "made"
    """The seller gave an id."""
    REFUSED = "refused"
    """The seller made nothing; the same token may be asked again."""
    GONE = "gone"
    """There was a machine and it is no more; its token is spent."""


class JournalEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One create call. `at` is when `state` became what it is; `note` says why, for a person.

    `since` is when its machine was made, as its seller says or as it was asked for, and
    `usd_per_hour` what its seller said last: with `at` of one that is gone they make its cost, or with
    `spent_usd`, what it had cost at `spent_at` by the seller's own books, what came after that.
    `held_usd` is what the seller held of money paid ahead then, and `settlement` its last word once it is gone.
    `bidder` is who was, or was about to be, taken in its auction.
    """

    token: Token
    urn: str
    name: str
    provider: str
    region: str
    inputs: MachineInputs
    state: EntryState
    at: datetime
    id: str | None = None
    note: str = ""
    since: datetime | None = None
    usd_per_hour: Decimal | None = None
    spent_usd: Decimal | None = None
    spent_at: datetime | None = None
    held_usd: Decimal | None = None
    settlement: Settlement | None = None
    bidder: str | None = None
    shunned: bool = False
    """Whether that bidder failed, and is not to be taken again in this deployment."""


def open_calls(entries: Iterable[JournalEntry], accounted: Collection[Token]) -> list[JournalEntry]:
    """The calls that may have made a machine and whose token is none of `accounted`."""
    may_be = {EntryState.INTENDED, EntryState.MADE}
    return [entry for entry in entries if entry.state in may_be and entry.token not in accounted]


class Journal:
    """The entries in `folder`. Safe to use from many threads, each with tokens of its own.

    Who buys must know every call: an entry that cannot be read is an error. `tolerant` leaves it out.
    """

    def __init__(self, folder: Path, clock: Clock = system_clock, *, tolerant: bool = False) -> None:
        self._folder = folder
        self._clock = clock
        self._tolerant = tolerant

    def tolerant(self) -> "Journal":
        """The same for who shows or ends what there is: no bad file may hide or keep running all the rest."""
        return Journal(self._folder, self._clock, tolerant=True)

    def torn(self) -> tuple[str, ...]:
        """What is to be told of each entry that cannot be read."""
        strict = Journal(self._folder, self._clock)
        return tuple(_told(path) for path in sorted(self._folder.glob("*.json")) if strict._is_torn(path))

    def intend(self, token: Token, urn: str, inputs: MachineInputs) -> JournalEntry:
        """Write down, durably, that a machine is about to be asked for.

        Raises `ResourceError` AMP-JOURNAL when it cannot: then nothing may be asked for.
        """
        entry = JournalEntry(
            token=token,
            urn=urn,
            name=inputs.name,
            provider=inputs.offer.provider,
            region=inputs.offer.region,
            inputs=without_secrets(inputs),
            state=EntryState.INTENDED,
            at=self._clock(),
        )
        self._write(entry)
        return entry

    def settle(
        self,
        token: Token,
        state: EntryState,
        *,
        id: str | None = None,  # noqa: A002
        note: str = "",
        since: datetime | None = None,
        usd_per_hour: Decimal | None = None,
        spent_usd: Decimal | None = None,
        held_usd: Decimal | None = None,
        settlement: Settlement | None = None,
    ) -> None:
        """Record what became of `token`; quiet where the journal never heard of it."""
        entry = self.entry(token)
        if entry is None:
            return
        settled = msgspec.structs.replace(
            entry,
            state=state,
            id=id or entry.id,
            note=note or (entry.note if state is entry.state else ""),
            at=entry.at if state is entry.state else self._clock(),
            since=since or entry.since or entry.at,
            usd_per_hour=entry.usd_per_hour if usd_per_hour is None else usd_per_hour,
            spent_usd=entry.spent_usd if spent_usd is None else spent_usd,
            spent_at=entry.spent_at if spent_usd is None else self._clock(),
            held_usd=entry.held_usd if held_usd is None else held_usd,
            settlement=settlement or entry.settlement,
        )
        if settled != entry:
            self._write(settled)

    def settle_machine(self, machine: Machine, token: Token, state: EntryState, *, note: str = "") -> None:
        """Record what became of `token` with what its seller says of the machine that it made."""
        self.settle(
            token,
            state,
            id=machine.ref.id,
            note=note,
            since=machine.created_at,
            usd_per_hour=machine.usd_per_hour,
            spent_usd=machine.spent_usd,
            held_usd=machine.held_usd,
        )

    def step(self, token: Token, note: str, *, bidder: str | None = None, usd_per_hour: Decimal | None = None) -> None:
        """Write down, durably, what an auction is about to do, or has done. Raises as `intend` does."""
        entry = self.entry(token)
        if entry is not None:
            price = entry.usd_per_hour if usd_per_hour is None else usd_per_hour
            self._write(msgspec.structs.replace(entry, note=note, bidder=bidder or entry.bidder, usd_per_hour=price))

    def shun(self, token: Token, bidder: str, why: str) -> None:
        """Write down that `bidder` failed: it is not to be taken again."""
        entry = self.entry(token)
        if entry is not None:
            self._write(msgspec.structs.replace(entry, note=why, bidder=bidder, shunned=True))

    def forgive(self) -> None:
        """Let those be taken again whose orders are closed. Raises as `intend` does."""
        for entry in self.entries():
            if entry.shunned and entry.state is EntryState.GONE:
                self._write(msgspec.structs.replace(entry, shunned=False))

    def shunned(self) -> frozenset[str]:
        """The bidders that failed this deployment."""
        return frozenset(entry.bidder for entry in self.entries() if entry.shunned and entry.bidder)

    def entry(self, token: Token) -> JournalEntry | None:
        """What is known of `token`. Raises `ResourceError` AMP-JOURNAL for an entry that cannot be read."""
        return self._read(self._path(token))

    def entries(self) -> list[JournalEntry]:
        """Every entry, oldest first. Raises `ResourceError` rather than leave one out."""
        read = [self._read(path) for path in self._folder.glob("*.json")]
        return sorted((entry for entry in read if entry), key=lambda entry: (entry.at, entry.token))

    def token_for(self, urn: str, inputs: MachineInputs) -> Token:
        """The token of this machine's create call: the first whose machine is not gone."""
        attempt = 0
        while True:
            token = token_of(inputs.deployment, urn, inputs.replace, attempt)
            entry = self.entry(token)
            if entry is None or entry.state is not EntryState.GONE:
                return token
            attempt += 1

    def _path(self, token: Token) -> Path:
        return self._folder / f"{token}.json"

    def _write(self, entry: JournalEntry) -> None:
        try:
            write_atomic(self._path(entry.token), msgspec.json.encode(entry), mode=0o600)
        except OSError as error:
            raise ResourceError(
                "The journal cannot be written, so nothing is created",
                why=f"{self._folder}: {error.strerror}",
                fix=f"make room or give write access in {self._folder}",
                code="AMP-JOURNAL",
            ) from error

    def _read(self, path: Path) -> JournalEntry | None:
        try:
            return msgspec.json.decode(path.read_bytes(), type=ready(JournalEntry))
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as error:
            if self._tolerant:
                return None
            raise ResourceError(
                "A journal entry cannot be read", why=f"{path}: {error}", fix=_ways(path), code="AMP-JOURNAL"
            ) from error

    def _is_torn(self, path: Path) -> bool:
        try:
            self._read(path)
        except ResourceError:
            return True
        return False


def _told(path: Path) -> str:
    return (
        f"UNREADABLE: {path} is of a create call; what that made may bill and be in none of these figures: "
        f"ampacity orphans lists what is in no state, and {_aside(path)}"
    )


def _ways(path: Path) -> str:
    name = path.parent.parent.name
    return f"ampacity status {name} shows the rest, and ampacity destroy {name} ends it; or {_aside(path)}"


def _aside(path: Path) -> str:
    move = f"mv {quote(str(path))} {quote(f'{path}.torn')}"
    return f"once nothing of it is there {move} goes on without it, its cost then in no sum"
