"""The node's answers about accounts and transactions, as types (cosmos-sdk `auth` and `tx` v1beta1)."""

import base64
from typing import Annotated

import msgspec

from .wire import Text, Whole

Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Fa-f]{64}\Z")]


class BaseAccount(msgspec.Struct, frozen=True):
    """`sequence` counts the transactions that were included; both numbers are signed."""

    address: Text
    account_number: Whole = 0
    sequence: Whole = 0


class BaseVesting(msgspec.Struct, frozen=True):
    """Inside an account whose coins are not all free yet."""

    base_account: BaseAccount


class AnyAccount(msgspec.Struct, frozen=True):
    """A plain account has its numbers here, a vesting one inside."""

    address: Text = ""
    account_number: Whole = 0
    sequence: Whole = 0
    base_vesting_account: BaseVesting | None = None

    @property
    def base(self) -> BaseAccount:
        """The numbers, wherever they are."""
        if self.base_vesting_account is not None:
            return self.base_vesting_account.base_account
        return BaseAccount(address=self.address, account_number=self.account_number, sequence=self.sequence)


class AccountAnswer(msgspec.Struct, frozen=True):
    """`/cosmos/auth/v1beta1/accounts/{address}`."""

    account: AnyAccount


class GasInfo(msgspec.Struct, frozen=True):
    """`gas_wanted` is not used: the SDK leaves it at 0 or at the most there is."""

    gas_used: Whole


class SimulateAnswer(msgspec.Struct, frozen=True):
    """`POST /cosmos/tx/v1beta1/simulate`."""

    gas_info: GasInfo


class EventAttribute(msgspec.Struct, frozen=True):
    """What an event says."""

    key: str = ""
    value: str = ""


class Event(msgspec.Struct, frozen=True):
    """`coin_received` and the like."""

    type: str = ""
    attributes: tuple[EventAttribute, ...] | None = None


class TxResponse(msgspec.Struct, frozen=True):
    """`code` 0 is success; until it is included, only of the first check. `height` 0 is not included."""

    txhash: Hash
    code: Annotated[int, msgspec.Meta(ge=0, le=(1 << 32) - 1)] = 0
    codespace: Text = ""
    raw_log: str = ""
    height: Whole = 0
    events: tuple[Event, ...] | None = None


class TxAnswer(msgspec.Struct, frozen=True):
    """`/cosmos/tx/v1beta1/txs` and `…/txs/{hash}`."""

    tx_response: TxResponse


def as_text(raw: bytes) -> str:
    """Bytes as the gateway takes them."""
    return base64.b64encode(raw).decode("ascii")
