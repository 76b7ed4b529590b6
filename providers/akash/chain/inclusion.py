"""From a broadcast to a block. Once it is out, only the chain's own word says what became of it.

A transaction's hash is known before it is sent, and after its `timeout_height` it is dead: so a lost
answer is looked up by hash until the one or the other has happened.
"""

import time
from collections.abc import Callable

import msgspec

from ...base import Failure, ProviderError
from ..names import PROVIDER
from .blockfailures import FailedInBlockError
from .failures import IN_MEMPOOL, ChainError, nonsense, refused
from .reader import ChainReader
from .transactions import tx_hash
from .txwire import Event, TxAnswer, TxResponse, as_text

TXS = "/cosmos/tx/v1beta1/txs"
NOT_YET = "tx not found"
"""What a node says of a transaction that is in no block; any other 404 is a wrong address."""
GRACE_BLOCKS = 3
"""Past the last block that may hold it: a node indexes a block after it made it."""
MARGIN_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 2.0


class Inclusion(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction that is in a block and did what it should."""

    hash: str
    height: int
    events: tuple[Event, ...]


class Broadcast:
    """One signed transaction on its way. `seconds` is the block time, `blocks` how many it may wait for.

    `message` is the name of what it carries, `fee_uakt` what it offers: for a failure in its block.
    """

    def __init__(
        self,
        reader: ChainReader,
        raw: bytes,
        *,
        timeout_height: int,
        blocks: int,
        seconds: float,
        message: str,
        fee_uakt: int,
        pause: Callable[[float], None],
    ) -> None:
        self._reader = reader
        self._raw = raw
        self._hash = tx_hash(raw)
        self._last_height = timeout_height + GRACE_BLOCKS
        self._patience_seconds = MARGIN_SECONDS + 1.5 * blocks * seconds
        self._pause_seconds = min(seconds / 2, LONGEST_PAUSE_SECONDS)
        self._message = message
        self._fee_uakt = fee_uakt
        self._pause = pause

    def run(self) -> Inclusion:
        """Send it and wait for its block.

        Raises `ChainError` for what was refused at once (`FailedInBlockError` in its block), `ProviderError` of a
        definite kind where it surely got into none, and `UNKNOWN_OUTCOME` where that cannot be told.
        """
        trouble = self._send()
        until = time.monotonic() + self._patience_seconds
        while time.monotonic() < until:
            try:
                found = self._found()
                over = found is None and self._reader.height() > self._last_height and self._found() is None
            except ProviderError as error:  # says nothing about the transaction, whatever it says
                trouble = error.why
            else:
                if found is not None:
                    return self._done(found)
                if over:
                    raise ProviderError(PROVIDER, Failure.UNREACHABLE, f"transaction {self._hash} got into no block")
            self._pause(self._pause_seconds)
        why = f"transaction {self._hash} may be in a block or not: {trouble or 'the chain stands still'}"
        raise ProviderError(PROVIDER, Failure.UNKNOWN_OUTCOME, why)

    def _send(self) -> str:
        """What is known of a lost answer, else nothing. What was refused raises."""
        body = {"tx_bytes": as_text(self._raw), "mode": "BROADCAST_MODE_SYNC"}
        try:
            answer = self._reader.rest.post_once(TXS, body, TxAnswer).tx_response
        except ProviderError as error:
            if error.definite:
                raise
            return error.why
        coded = (answer.codespace, answer.code)
        if answer.code and coded != IN_MEMPOOL:
            raise refused(coded, answer.raw_log or f"transaction {answer.txhash}")
        return ""

    def _found(self) -> TxResponse | None:
        """The transaction in its block, `None` while it is in none."""
        try:
            found = self._reader.rest.get(f"{TXS}/{self._hash}", TxAnswer).tx_response
        except ChainError as error:
            if error.status == 404 and NOT_YET in error.why:
                return None
            raise
        if found.txhash.upper() != self._hash:
            raise nonsense(f"asked about transaction {self._hash}, the chain tells about another")
        return found if found.height else None

    def _done(self, found: TxResponse) -> Inclusion:
        if found.code:
            log = found.raw_log or f"transaction {self._hash}"
            coded = (found.codespace, found.code)
            raise FailedInBlockError(coded, log, message=self._message, fee_uakt=self._fee_uakt)
        return Inclusion(hash=self._hash, height=found.height, events=found.events or ())
