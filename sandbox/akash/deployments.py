"""Deployments: opened with their orders, updated, closed with everything that hangs on them."""

from collections.abc import Sequence

import msgspec

from . import escrow
from .checks import check_basics, check_deposit, check_groups, check_hash, check_window
from .refusals import deployment as refused
from .refusals import escrow as no_escrow
from .rows import Deployment, Group, Order
from .spec import Coin, GroupSpec
from .state import State


def create(
    state: State,
    *,
    owner: str,
    dseq: int,
    groups: Sequence[GroupSpec],
    hash_: bytes,
    deposit: Coin,
    depositor: str,
    min_window_seconds: int | None = None,
    silent: bool = False,
) -> Deployment:
    """Open it, its deposit taken and one order a group out."""
    key = f"{owner}/{dseq}"
    check_basics(dseq, groups, hash_, deposit)
    if key in state.deployments:
        raise refused(3, "Deployment exists")
    check_deposit(deposit)
    check_window(min_window_seconds)
    check_groups(groups)
    height = state.height
    rows = tuple(Group(gseq=place, spec=spec, created_at=height) for place, spec in enumerate(groups, 1))
    account = escrow.make_escrow(state, scope="deployment", xid=key, owner=owner, depositor=depositor, coin=deposit)
    made = Deployment(
        owner=owner,
        dseq=dseq,
        hash=hash_,
        created_at=height,
        groups=rows,
        account=account,
        min_window_seconds=min_window_seconds,
    )
    state.deployments[key] = made
    for group in rows:
        open_order(state, made, group, silent=silent)
    return made


def open_order(state: State, deployment: Deployment, group: Group, *, silent: bool = False) -> None:
    """The group's next order."""
    prefix = f"{deployment.owner}/{deployment.dseq}/{group.gseq}/"
    oseq = 1 + sum(key.startswith(prefix) for key in state.orders)
    order = Order(
        owner=deployment.owner,
        dseq=deployment.dseq,
        gseq=group.gseq,
        oseq=oseq,
        spec=group.spec,
        created_at=state.height,
        silent=silent,
    )
    state.orders[f"{prefix}{oseq}"] = order


def update(state: State, owner: str, dseq: int, hash_: bytes) -> None:
    """Another manifest; the groups stay as they are."""
    check_hash(hash_)
    found = living(state, owner, dseq)
    if found.hash == hash_:
        raise refused(10, "Invalid: deployment hash")
    state.deployments[f"{owner}/{dseq}"] = msgspec.structs.replace(found, hash=hash_)


def add_deposit(state: State, xid: str, depositor: str, amount: Coin) -> None:
    """Top up the escrow account of the deployment `owner/dseq`."""
    if xid not in state.deployments:
        raise no_escrow(3, "account not found")
    if amount.amount <= 0:
        raise no_escrow(16, "invalid deposit")
    found = state.deployments[xid]
    account = escrow.add_deposit(state, found.account, depositor, amount)
    state.deployments[xid] = msgspec.structs.replace(found, account=account)


def close(state: State, owner: str, dseq: int) -> None:
    """Settle, and end all of it; what is left goes back."""
    living(state, owner, dseq)
    finish(state, escrow.settle(state, state.deployment(owner, dseq)))


def finish(state: State, settled: Deployment) -> None:
    """End leases, bids, orders and groups, each with the word that fits the account's end."""
    dry = settled.account.state == "overdrawn"
    prefix = f"{settled.owner}/{settled.dseq}/"
    for lease in escrow.living_leases(state, settled):
        reason = "lease_closed_reason_insufficient_funds" if dry else "lease_closed_owner"
        end_lease(state, lease.id.xid, "insufficient_funds" if dry else "closed", reason)
    for key, bid in [row for row in state.bids.items() if row[0].startswith(prefix)]:
        if bid.state in {"open", "active"}:
            end_bid(state, key, "closed")
    for key, order in [row for row in state.orders.items() if row[0].startswith(prefix)]:
        state.orders[key] = msgspec.structs.replace(order, state="closed")
    groups = tuple(
        msgspec.structs.replace(group, state="insufficient_funds" if dry else "closed") for group in settled.groups
    )
    account = escrow.give_back(state, settled.account)
    ended = msgspec.structs.replace(settled, state="closed", groups=groups, account=account)
    state.deployments[f"{settled.owner}/{settled.dseq}"] = ended


def end_lease(state: State, key: str, ended: str, reason: str) -> None:
    """The lease row as it stays."""
    lease = state.leases[key]
    paid = "overdrawn" if ended == "insufficient_funds" else "closed"
    payment = msgspec.structs.replace(lease.payment, state=paid)
    state.leases[key] = msgspec.structs.replace(
        lease, state=ended, closed_on=state.height, reason=reason, payment=payment
    )


def end_bid(state: State, key: str, ended: str) -> None:
    """The bid row as it stays; its deposit goes back to the bidder."""
    bid = state.bids[key]
    account = escrow.give_back(state, bid.account)
    state.bids[key] = msgspec.structs.replace(bid, state=ended, account=account)


def living(state: State, owner: str, dseq: int) -> Deployment:
    """An active one; raises the chain's refusal for another."""
    found = state.deployment(owner, dseq)
    if found.state != "active":
        raise refused(5, "Deployment closed")
    return found


def overdrawn(state: State) -> list[Deployment]:
    """Active ones whose escrow has run dry by now."""
    return [row for row in state.deployments.values() if row.state == "active" and escrow.runs_dry(state, row)]
