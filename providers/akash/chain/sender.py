"""One transaction at a time, from the account's numbers to a block, its outcome known wherever it can be."""

import threading
import time
from collections.abc import Callable
from decimal import ROUND_CEILING, Decimal

import msgspec

from ...base import Failure
from ..values import Address
from .failures import WRONG_SEQUENCE, ChainError, nonsense
from .inclusion import Broadcast, Inclusion
from .keys import Signer
from .messages import Message
from .reader import ChainReader
from .transactions import Terms, signed, unsigned
from .txwire import AccountAnswer, BaseAccount, SimulateAnswer, as_text

ACCOUNTS = "/cosmos/auth/v1beta1/accounts"
SIMULATE = "/cosmos/tx/v1beta1/simulate"

GAS_FACTOR = Decimal("1.3")
"""Over what the simulation used: state moves on before the block."""
FEE_PER_GAS_UAKT = Decimal("0.025")
MOST_GAS = 10_000_000
"""What a node may say that one message uses; the fee is then a quarter of an AKT, and no more."""
LIFE_SECONDS = 90
"""How long a transaction may wait for its block, in blocks of the measured time."""
LEAST_BLOCKS = 15

_LOCKS: dict[Address, threading.Lock] = {}
"""One signer at a time for each account of this process: a sequence is good for one transaction."""


class Sender:
    """Sends messages of one account. Safe to share between threads, which then wait for each other."""

    def __init__(self, reader: ChainReader, signer: Signer, *, pause: Callable[[float], None] = time.sleep) -> None:
        self._reader = reader
        self._signer = signer
        self._pause = pause

    def send(self, message: Message) -> Inclusion:
        """Carry `message` out, once.

        Raises `ChainError` where the chain refuses it, before a block or in one, and `ProviderError`
        `UNKNOWN_OUTCOME` where nobody could be asked for too long.
        """
        with _LOCKS.setdefault(self._reader.owner(), threading.Lock()):
            try:
                return self._attempt(message)
            except ChainError as error:
                if error.coded != WRONG_SEQUENCE:
                    raise
            self._pause(float(self._reader.block_time().seconds))  # another program signed; its block is on the way
            return self._attempt(message)

    def _attempt(self, message: Message) -> Inclusion:
        latest, account = self._reader.latest(), self._account()
        seconds = float(self._reader.block_time().seconds)
        blocks = max(LEAST_BLOCKS, round(LIFE_SECONDS / seconds))
        draft = Terms(
            chain_id=latest.chain_id,
            account_number=account.account_number,
            sequence=account.sequence,
            timeout_height=latest.height + blocks,
        )
        return Broadcast(
            self._reader,
            signed(message, self._priced(message, draft), self._signer),
            timeout_height=draft.timeout_height,
            blocks=blocks,
            seconds=seconds,
            pause=self._pause,
        ).run()

    def _account(self) -> BaseAccount:
        owner = self._reader.owner()
        try:
            found = self._reader.rest.get(f"{ACCOUNTS}/{owner}", AccountAnswer).account.base
        except ChainError as error:
            if error.status != 404 or f"account {owner} not found" not in error.why:
                raise
            why = f"the chain does not know {owner}: nothing was ever sent to it"
            raise ChainError(Failure.BILLING, why, status=404) from error
        if found.address != owner:
            raise nonsense(f"asked about {owner}, the chain tells about another account")
        return found

    def _priced(self, message: Message, draft: Terms) -> Terms:
        """The terms with gas and fee as a simulation says. Raises `ChainError` for what would fail."""
        raw = unsigned(message, draft, self._signer.public_key)
        used = self._reader.rest.post(SIMULATE, {"tx_bytes": as_text(raw)}, SimulateAnswer).gas_info.gas_used
        if not 0 < used <= MOST_GAS:
            raise nonsense(f"a simulation used {used} gas")
        gas = int((used * GAS_FACTOR).to_integral_value(ROUND_CEILING))
        fee = int((gas * FEE_PER_GAS_UAKT).to_integral_value(ROUND_CEILING))
        return msgspec.structs.replace(draft, gas_limit=gas, fee_uakt=fee)
