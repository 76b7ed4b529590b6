"""Balances of accounts."""

from collections.abc import Mapping

import msgspec

from .bech32 import is_address
from .refusals import sdk
from .rows import Account, Moved
from .state import State


def credit(state: State, address: str, denom: str, amount: int) -> None:
    """Add whole units, negative ones too; raises the chain's refusal where they are not there."""
    account = state.account(address)
    left = account.balances.get(denom, 0) + amount
    if left < 0:
        have = account.balances.get(denom, 0)
        raise sdk(5, f"spendable balance {have}{denom} is smaller than {-amount}{denom}: insufficient funds")
    balances = account.balances | {denom: left}
    state.accounts[address] = msgspec.structs.replace(account, balances=balances)
    if amount:
        state.moved.append(Moved(address=address, denom=denom, amount=amount))


def open_account(state: State, address: str, coins: Mapping[str, int], public_key: bytes | None = None) -> None:
    """Make the account unless it is there, with `coins`. Raises `ValueError` for what is no address."""
    if not is_address(address):
        raise ValueError(f"{address!r} is not an account's address")
    if address not in state.accounts:
        number = 100_000 + len(state.accounts)
        balances = dict(coins)
        state.accounts[address] = Account(address=address, number=number, balances=balances, public_key=public_key)
