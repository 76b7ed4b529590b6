"""Escrow: settled when somebody touches it, never by the block (node: x/escrow/keeper/keeper.go at 3efe26b)."""

from decimal import ROUND_DOWN, Decimal

import msgspec

from . import bank
from .refusals import escrow as refused
from .refusals import market as market_refused
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
        raise refused(5, "invalid denomination")
    return msgspec.structs.replace(account, deposits=(*account.deposits, _taken(state, depositor, coin)))


def give_back(state: State, account: Escrow) -> Escrow:
    """The account closed, what is left of every deposit back with whoever made it; fractions stay with the chain."""
    for deposit in account.deposits:
        bank.credit(state, deposit.owner, account.denom, int(_whole(deposit.balance.amount)))
    ended = "overdrawn" if account.state == "overdrawn" else "closed"
    return msgspec.structs.replace(account, state=ended, deposits=())


def living_leases(state: State, deployment: Deployment) -> list[Lease]:
    """Those that bill to this deployment."""
    xid = f"{deployment.owner}/{deployment.dseq}/"
    return [row for key, row in state.leases.items() if key.startswith(xid) and row.living]


def runs_dry(state: State, deployment: Deployment) -> bool:
    """Whether more is due by now than the account holds."""
    blocks = state.height - deployment.account.settled_at
    due = sum((_due(lease, blocks) for lease in living_leases(state, deployment)), Decimal(0))
    return due > deployment.account.funds


def settle(state: State, deployment: Deployment) -> Deployment:
    """Pay what is due until now. An account without enough pays what it has, and is overdrawn."""
    blocks, account = state.height - deployment.account.settled_at, deployment.account
    for lease in living_leases(state, deployment):
        due = _due(lease, blocks)
        account, paid = _spend(account, due)
        _pay(state, lease, paid, due - paid)
    settled = msgspec.structs.replace(deployment, account=msgspec.structs.replace(account, settled_at=state.height))
    state.deployments[f"{deployment.owner}/{deployment.dseq}"] = settled
    return settled


def drain(state: State, deployment: Deployment) -> None:
    """Let its first lease have all that is in it, as though that were due; the next block it runs dry."""
    settled = settle(state, deployment)
    account, paid = _spend(settled.account, settled.account.funds)
    state.deployments[f"{deployment.owner}/{deployment.dseq}"] = msgspec.structs.replace(settled, account=account)
    _pay(state, living_leases(state, settled)[0], paid, Decimal(0))


def _due(lease: Lease, blocks: int) -> Decimal:
    return _whole(lease.payment.rate * blocks)


def _pay(state: State, lease: Lease, paid: Decimal, unpaid: Decimal) -> None:
    """The provider gets its share at once: a real one withdraws when it likes."""
    bank.credit(state, lease.id.provider, lease.price.denom, int(paid))
    payment = msgspec.structs.replace(
        lease.payment,
        withdrawn=lease.payment.withdrawn + int(paid),
        unsettled=lease.payment.unsettled + unpaid,
        state="overdrawn" if unpaid else lease.payment.state,
    )
    state.leases[lease.id.xid] = msgspec.structs.replace(lease, payment=payment)


def _spend(account: Escrow, amount: Decimal) -> tuple[Escrow, Decimal]:
    """What could be paid of `amount`. Deposits are used up in the order in which they were made."""
    left, deposits = amount, []
    for deposit in account.deposits:
        used = min(left, deposit.balance.amount)
        left -= used
        rest = msgspec.structs.replace(deposit.balance, amount=deposit.balance.amount - used)
        deposits.append(msgspec.structs.replace(deposit, balance=rest))
    spent = msgspec.structs.replace(
        account,
        deposits=tuple(deposit for deposit in deposits if deposit.balance.amount > 0),
        transferred=account.transferred + amount - left,
        owed=account.owed + left,
        state="overdrawn" if left else account.state,
    )
    return spent, amount - left


def _taken(state: State, depositor: str, coin: Coin) -> Deposit:
    """From the balance; who has too little gets the words of the market's module."""
    if state.account(depositor).balances.get(coin.denom, 0) < coin.amount:
        raise market_refused(28, "deposit invalid: insufficient balance")
    bank.credit(state, depositor, coin.denom, -int(coin.amount))
    return Deposit(owner=depositor, height=state.height, source="balance", balance=coin)


def _whole(amount: Decimal) -> Decimal:
    return amount.to_integral_value(ROUND_DOWN)
