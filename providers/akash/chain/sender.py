"""One transaction at a time, from the account's numbers to a block, its outcome known wherever it can be."""

import logging
import time
from collections.abc import Callable
from decimal import ROUND_CEILING, Decimal

import msgspec

from ...base import Failure
from ...turns import one_at_a_time
from .failures import WRONG_SEQUENCE, ChainError, nonsense
from .fees import TOO_LOW, prices, too_dear
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
MOST_GAS = 10_000_000
"""What a node may say that one message uses; at the usual price that is a third of an AKT, and no more."""
LIFE_SECONDS = 90
"""How long a transaction may wait for its block, in blocks of the measured time."""
LEAST_BLOCKS = 15

log = logging.getLogger("ampacity.providers.akash")


class Sender:
    """Sends messages of one account. Safe to share between threads, which then wait for each other."""

    def __init__(
        self,
        reader: ChainReader,
        signer: Signer,
        *,
        gas_price_cap_uakt: Decimal,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._reader = reader
        self._signer = signer
        self._gas_price_cap_uakt = gas_price_cap_uakt
        self._pause = pause

    def send(self, message: Message) -> Inclusion:
        """Carry `message` out, once.

        Raises `ChainError` where the chain refuses it, before a block or in one, and `ProviderError`
        `UNKNOWN_OUTCOME` where nobody could be asked for too long.
        """
        with one_at_a_time(self._reader.owner()):  # a sequence is good for one transaction
            for price in prices(self._reader.rest, self._gas_price_cap_uakt):
                try:
                    return self._in_turn(message, price)
                except ChainError as error:
                    if error.coded != TOO_LOW:
                        raise
            raise too_dear(self._gas_price_cap_uakt)

    def _in_turn(self, message: Message, price_uakt: Decimal) -> Inclusion:
        try:
            return self._attempt(message, price_uakt)
        except ChainError as error:
            if error.coded != WRONG_SEQUENCE:
                raise
        self._pause(float(self._reader.block_time().seconds))  # another program signed; its block is on the way
        return self._attempt(message, price_uakt)

    def _attempt(self, message: Message, price_uakt: Decimal) -> Inclusion:
        seconds = float(self._reader.block_time().seconds)
        blocks = max(LEAST_BLOCKS, round(LIFE_SECONDS / seconds))
        terms = self._priced(message, self._draft(blocks), price_uakt)
        included = Broadcast(
            self._reader,
            signed(message, terms, self._signer),
            timeout_height=terms.timeout_height,
            blocks=blocks,
            seconds=seconds,
            message=message.name,
            fee_uakt=terms.fee_uakt,
            pause=self._pause,
        ).run()
        log.info("%s cost a fee of %s AKT (%s)", message.name, Decimal(terms.fee_uakt).scaleb(-6), included.hash)
        return included

    def _draft(self, blocks: int) -> Terms:
        """The terms of now, but for gas and fee."""
        latest, account = self._reader.latest(), self._account()
        return Terms(
            chain_id=latest.chain_id,
            account_number=account.account_number,
            sequence=account.sequence,
            timeout_height=latest.height + blocks,
        )

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

    def _priced(self, message: Message, draft: Terms, price_uakt: Decimal) -> Terms:
        """The terms with gas and fee as a simulation says. Raises `ChainError` for what would fail."""
        raw = unsigned(message, draft, self._signer.public_key)
        used = self._reader.rest.post(SIMULATE, {"tx_bytes": as_text(raw)}, SimulateAnswer).gas_info.gas_used
        if not 0 < used <= MOST_GAS:
            raise nonsense(f"a simulation used {used} gas")
        gas = int((used * GAS_FACTOR).to_integral_value(ROUND_CEILING))
        fee = int((gas * price_uakt).to_integral_value(ROUND_CEILING))
        return msgspec.structs.replace(draft, gas_limit=gas, fee_uakt=fee)
