"""The chain's paths."""

from collections.abc import Callable
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from ...faults import FaultKind
from ..market import Market
from . import cosmos, modules, registry, transactions
from .failures import not_implemented

DISCOVERY = "/akash/discovery/v1/info"
MARKET_TO_COME = "v2beta1"
"""There is a proto of it, and no network that serves it (chain-sdk, 2026-07-02)."""

Query = Callable[..., dict[str, Any]]

_QUERIES: dict[str, Query] = {
    "/akash/deployment/v1beta4/deployments/list": modules.list_deployments,
    "/akash/deployment/v1beta4/deployments/info": modules.get_deployment,
    "/akash/deployment/v1beta4/groups/info": modules.get_group,
    "/akash/deployment/v1beta4/params": modules.deployment_params,
    "/akash/market/v1beta5/orders/list": modules.list_orders,
    "/akash/market/v1beta5/orders/info": modules.get_order,
    "/akash/market/v1beta5/bids/list": modules.list_bids,
    "/akash/market/v1beta5/bids/info": modules.get_bid,
    "/akash/market/v1beta5/leases/list": modules.list_leases,
    "/akash/market/v1beta5/leases/info": modules.get_lease,
    "/akash/market/v1beta5/params": modules.market_params,
    "/akash/escrow/v1/types/accounts": modules.list_accounts,
    "/akash/escrow/v1/types/payments": modules.list_payments,
    "/akash/provider/v1beta4/providers": registry.list_providers,
    "/akash/provider/v1beta4/providers/<owner>": registry.get_provider,
    "/akash/audit/v1/audit/attributes/list": registry.list_audits,
    "/akash/audit/v1/audit/attributes/<owner>/list": registry.audits_of,
    "/akash/audit/v1/audit/attributes/<auditor>/<owner>": registry.audit_by,
    "/akash/cert/v1/certificates/list": registry.list_certificates,
    DISCOVERY: cosmos.discovery,
    "/cosmos/auth/v1beta1/accounts/<address>": cosmos.get_account,
    "/cosmos/bank/v1beta1/balances/<address>": cosmos.balances,
    "/cosmos/bank/v1beta1/balances/<address>/by_denom": cosmos.balance,
    "/cosmos/base/node/v1beta1/config": cosmos.node_config,
    "/cosmos/base/tendermint/v1beta1/blocks/latest": cosmos.latest_block,
    "/cosmos/base/tendermint/v1beta1/blocks/<height>": cosmos.get_block,
    "/cosmos/base/tendermint/v1beta1/node_info": cosmos.node_info,
    "/cosmos/tx/v1beta1/txs/<hash_>": transactions.get_tx,
}
_CALLS: dict[str, Callable[[Market, bytes], dict[str, Any]]] = {
    "/cosmos/tx/v1beta1/simulate": transactions.simulate_tx,
    "/cosmos/tx/v1beta1/txs": transactions.broadcast_tx,
}
BROADCAST = "/cosmos/tx/v1beta1/txs"

_ROUTES = Map(
    [
        *(Rule(path, endpoint=path, methods=["GET"]) for path in _QUERIES),
        *(Rule(path, endpoint=path, methods=["POST"]) for path in _CALLS),
    ]
)


def answer(market: Market, request: Request) -> dict[str, Any]:
    """What the chain says. Raises `QueryFailedError`; a path that is not served is one of another version."""
    try:
        path, values = _ROUTES.bind_to_environ(request.environ).match()
    except HTTPException as error:
        raise not_implemented() from error
    if market.faults.peek(FaultKind.OTHER_VERSION):
        if path == DISCOVERY:
            return cosmos.discovery_of(cosmos.MODULES | {"market": MARKET_TO_COME})
        if path.startswith("/akash/market/"):
            raise not_implemented()
    if request.method == "POST":
        return _CALLS[path](market, request.get_data())
    return _QUERIES[path](market.read(), request.args, **values)
