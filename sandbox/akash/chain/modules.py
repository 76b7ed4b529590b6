"""Queries of Akash's own modules: each a function of the state and the query's arguments."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from ..bech32 import is_address
from ..checks import MAX_WINDOW_SECONDS, MIN_DEPOSIT, MIN_WINDOW_SECONDS
from ..leases import MAX_BIDS
from ..rows import BidId, Deployment, Order
from ..state import State
from . import shapes
from .failures import bad_input, no_such
from .pages import cut, number, page_of

Arguments = Mapping[str, str]
T = TypeVar("T")

_IDS = ("dseq", "gseq", "oseq")
_STATES = {
    "deployments": ("active", "closed"),
    "orders": ("open", "active", "closed"),
    "bids": ("open", "active", "lost", "closed"),
    "leases": ("active", "insufficient_funds", "closed", "reclaiming"),
}


def list_deployments(state: State, arguments: Arguments) -> dict[str, Any]:
    """`/akash/deployment/v1beta4/deployments/list`."""
    return _list("deployments", arguments, state.deployments.items(), lambda row: row, shapes.deployment)


def list_orders(state: State, arguments: Arguments) -> dict[str, Any]:
    """`/akash/market/v1beta5/orders/list`."""
    return _list("orders", arguments, state.orders.items(), lambda row: row, lambda row: _order(state, row))


def list_bids(state: State, arguments: Arguments) -> dict[str, Any]:
    """`/akash/market/v1beta5/bids/list`."""
    return _list("bids", arguments, state.bids.items(), lambda row: row.id, shapes.bid)


def list_leases(state: State, arguments: Arguments) -> dict[str, Any]:
    """`/akash/market/v1beta5/leases/list`."""
    return _list("leases", arguments, state.leases.items(), lambda row: row.id, shapes.lease)


def get_deployment(state: State, arguments: Arguments) -> dict[str, Any]:
    """`/akash/deployment/v1beta4/deployments/info`."""
    return shapes.deployment(_deployment(state, arguments))


def get_group(state: State, arguments: Arguments) -> dict[str, Any]:
    """`/akash/deployment/v1beta4/groups/info`."""
    found = state.deployments.get(f"{_owner(arguments)}/{number(arguments, 'id.dseq')}")
    groups = [] if found is None else [row for row in found.groups if row.gseq == number(arguments, "id.gseq")]
    if found is None or not groups:
        raise no_such("deployment", 14, "Group not found")
    return {"group": shapes.group(found, groups[0])}


def get_order(state: State, arguments: Arguments) -> dict[str, Any]:
    """`/akash/market/v1beta5/orders/info`."""
    found = state.orders.get(_xid(arguments).rpartition("/")[0])
    if found is None:
        raise no_such("market", 15, "invalid order: order not found")
    return {"order": _order(state, found)}


def get_bid(state: State, arguments: Arguments) -> dict[str, Any]:
    """`/akash/market/v1beta5/bids/info`."""
    found = state.bids.get(_xid(arguments))
    if found is None:
        raise no_such("market", 18, "invalid bid: bid not found")
    return shapes.bid(found)


def get_lease(state: State, arguments: Arguments) -> dict[str, Any]:
    """`/akash/market/v1beta5/leases/info`."""
    found = state.leases.get(_xid(arguments))
    if found is None:
        raise no_such("market", 20, "invalid lease: lease not found")
    return shapes.lease(found)


def deployment_params(_state: State, _arguments: Arguments) -> dict[str, Any]:
    """`/akash/deployment/v1beta4/params`."""
    return {"params": {"min_deposits": [shapes.coin(denom, MIN_DEPOSIT) for denom in ("uact", "uakt")]}}


def market_params(_state: State, _arguments: Arguments) -> dict[str, Any]:
    """`/akash/market/v1beta5/params`."""
    least = [shapes.coin(denom, MIN_DEPOSIT) for denom in ("uact", "uakt")]
    return {
        "params": {
            "bid_min_deposit": least[1],
            "order_max_bids": MAX_BIDS,
            "bid_min_deposits": least,
            "min_reclamation_window": f"{MIN_WINDOW_SECONDS}s",
            "max_reclamation_window": f"{MAX_WINDOW_SECONDS}s",
        }
    }


def list_accounts(state: State, arguments: Arguments) -> dict[str, Any]:
    """`/akash/escrow/v1/types/accounts`; `xid` is `deployment/owner/dseq` or `bid/…`, or the beginning of one."""
    rows = [*(row.account for row in state.deployments.values()), *(row.account for row in state.bids.values())]
    named = [(f"{row.scope}/{row.xid}", row) for row in rows if _wanted(arguments, row.state)]
    found = [pair for pair in named if pair[0].startswith(arguments.get("xid", ""))]
    shown, pagination = cut(found, page_of(arguments, stated="state" in arguments))
    return {"accounts": [shapes.escrow_account(row) for row in shown], "pagination": pagination}


def list_payments(state: State, arguments: Arguments) -> dict[str, Any]:
    """`/akash/escrow/v1/types/payments`; `xid` as of accounts."""
    named = [(f"deployment/{key}", row) for key, row in state.leases.items() if _wanted(arguments, row.payment.state)]
    found = [pair for pair in named if pair[0].startswith(arguments.get("xid", ""))]
    shown, pagination = cut(found, page_of(arguments, stated="state" in arguments))
    return {"payments": [shapes.payment(row) for row in shown], "pagination": pagination}


def _list(
    table: str,
    arguments: Arguments,
    rows: Iterable[tuple[str, T]],
    id_of: Callable[[T], Deployment | Order | BidId],
    shape: Callable[[T], dict[str, Any]],
) -> dict[str, Any]:
    wanted = arguments.get("filters.state", "")
    if wanted and wanted not in _STATES[table]:
        raise bad_input("invalid state value")
    found = [
        pair for pair in rows if wanted in {"", getattr(pair[1], "state", "")} and _accepts(arguments, id_of(pair[1]))
    ]
    found.sort(key=lambda pair: _order_of(id_of(pair[1])))
    shown, pagination = cut(found, page_of(arguments, stated=bool(wanted)))
    return {table: [shape(row) for row in shown], "pagination": pagination}


def _accepts(arguments: Arguments, row: Deployment | Order | BidId) -> bool:
    texts = [arguments.get(f"filters.{name}") in {None, "", getattr(row, name, None)} for name in ("owner", "provider")]
    asked = {name: number(arguments, f"filters.{name}") for name in _IDS}
    return all(texts) and all(not value or getattr(row, name, None) == value for name, value in asked.items())


def _order_of(row: Deployment | Order | BidId) -> tuple[str, int, int, int, str]:
    """As the keys of the chain's store are sorted."""
    return (row.owner, row.dseq, getattr(row, "gseq", 0), getattr(row, "oseq", 0), getattr(row, "provider", ""))


def _deployment(state: State, arguments: Arguments) -> Deployment:
    found = state.deployments.get(f"{_owner(arguments)}/{number(arguments, 'id.dseq')}")
    if found is None:
        raise no_such("deployment", 4, "Deployment not found")
    return found


def _owner(arguments: Arguments) -> str:
    owner = arguments.get("id.owner", "")
    if not is_address(owner):
        raise bad_input("invalid owner address")
    return owner


def _xid(arguments: Arguments) -> str:
    numbers = "/".join(str(number(arguments, f"id.{name}")) for name in _IDS)
    return f"{_owner(arguments)}/{numbers}/{arguments.get('id.provider', '')}"


def _order(state: State, row: Order) -> dict[str, Any]:
    return shapes.order(row, state.deployment(row.owner, row.dseq).min_window_seconds)


def _wanted(arguments: Arguments, state: str) -> bool:
    return arguments.get("state", "") in {"", state}
