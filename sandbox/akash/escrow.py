"""Escrow: settled when somebody touches it, never by the block."""

from decimal import ROUND_DOWN, Decimal

import msgspec

from . import bank
from .refusals import escrow as refused
from .rows import Deployment, Deposit, Escrow, Lease
from .spec import Coin
from .state import State


def make_escrow(state: State, *, scope: str, xid: str, owner: str, depositor: str, coin: Coin) -> Escrow:
    """An account with a first deposit, taken from the depositor's balance."""
    deposit = _taken(state, depositor, coin)
    return Escrow(scope=scope, xid=xid, owner=owner, settled_at=state.height, deposits=(deposit,), denom=coin.denom)


def add_deposit(state: State, account: Escrow, depositor: str, coin: Coin) -> Escrow:
    """The account with one more deposit. Raises the chain's refusal for a closed one or another denomination."""
    if account.state != "open":
        raise refused(2, "account closed")
    if coin.denom != account.denom:
        raise refused(5, "denomination mismatch")
    return msgspec.structs.replace(account, deposits=(*account.deposits, _taken(state, depositor, coin)))


def give_back(state: State, account: Escrow) -> Escrow:
    """The account closed, what is left of every deposit back with whoever made it; fractions stay with the chain."""
    for deposit in account.deposits:
        whole = int(deposit.balance.amount.to_integral_value(ROUND_DOWN))
        bank.credit(state, deposit.owner, account.denom, whole)
    ended = "overdrawn" if account.state == "overdrawn" else "closed"
    return msgspec.structs.replace(account, state=ended, deposits=())


def living_leases(state: State, deployment: Deployment) -> list[Lease]:
    """Those that bill to this deployment."""
    xid = f"{deployment.owner}/{deployment.dseq}/"
    return [row for key, row in state.leases.items() if key.startswith(xid) and row.living]


def left_at(state: State, deployment: Deployment, height: int) -> Decimal:
    """What will be in the escrow account at `height`; below zero once it has run dry."""
    rate = sum((lease.payment.rate for lease in living_leases(state, deployment)), Decimal(0))
    return deployment.account.funds - rate * (height - deployment.account.settled_at)


def settle(state: State, deployment: Deployment) -> Deployment:
    """Pay what is due until now. An account without enough pays what it has, and is overdrawn."""
    leases = living_leases(state, deployment)
    blocks = state.height - deployment.account.settled_at
    due = sum((lease.payment.rate for lease in leases), Decimal(0)) * blocks
    paid = min(due, deployment.account.funds)
    for lease in leases:
        _pay(state, lease, blocks, paid / due if due else Decimal(1))
    account = _spent(deployment.account, paid)
    ended = "overdrawn" if paid < due else account.state
    account = msgspec.structs.replace(account, settled_at=state.height, state=ended)
    settled = msgspec.structs.replace(deployment, account=account)
    state.deployments[f"{deployment.owner}/{deployment.dseq}"] = settled
    return settled


def _pay(state: State, lease: Lease, blocks: int, share: Decimal) -> None:
    """The provider gets its share at once: a real one withdraws when it likes."""
    due = lease.payment.rate * blocks
    paid = due * share
    payment = msgspec.structs.replace(
        lease.payment,
        withdrawn=lease.payment.withdrawn + paid,
        unsettled=due - paid,
        state="overdrawn" if share < 1 else lease.payment.state,
    )
    state.leases[lease.id.xid] = msgspec.structs.replace(lease, payment=payment)


def _spent(account: Escrow, amount: Decimal) -> Escrow:
    """Deposits are used up in the order in which they were made."""
    left, deposits = amount, []
    for deposit in account.deposits:
        used = min(left, deposit.balance.amount)
        left -= used
        rest = msgspec.structs.replace(deposit.balance, amount=deposit.balance.amount - used)
        deposits.append(msgspec.structs.replace(deposit, balance=rest))
    spent = account.transferred + amount
    return msgspec.structs.replace(account, deposits=tuple(deposits), transferred=spent)


def _taken(state: State, depositor: str, coin: Coin) -> Deposit:
    bank.credit(state, depositor, coin.denom, -int(coin.amount))
    return Deposit(owner=depositor, height=state.height, source="balance", balance=coin)
