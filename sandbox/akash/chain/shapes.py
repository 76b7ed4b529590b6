"""Rows as JSON, field by field as the chain shows them: 64-bit numbers as text, bytes as base64, null for nothing."""

import base64
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ..rows import Bid, BidId, Deployment, Escrow, Group, Lease, Order, Provider, Reclamation
from ..spec import Attribute, Coin, GroupSpec, Resources, Unit

Json = dict[str, Any]


def decimal(amount: Decimal) -> str:
    """With the 18 places of the chain's decimals."""
    return f"{amount:.18f}"


def dec_coin(denom: str, amount: Decimal) -> Json:
    """A price or a share."""
    return {"denom": denom, "amount": decimal(amount)}


def coin(denom: str, amount: int) -> Json:
    """A whole amount."""
    return {"denom": denom, "amount": str(amount)}


def text_of(data: bytes) -> str:
    """Bytes as JSON has them."""
    return base64.b64encode(data).decode()


def attributes(rows: Iterable[Attribute]) -> list[Json]:
    """Keys and values."""
    return [{"key": row.key, "value": row.value} for row in rows]


def bid_id(row: BidId) -> Json:
    """Of a bid, or of the lease that it became."""
    return {
        "owner": row.owner,
        "dseq": str(row.dseq),
        "gseq": row.gseq,
        "oseq": row.oseq,
        "provider": row.provider,
        "bseq": row.bseq,
    }


def deployment(row: Deployment) -> Json:
    """A deployment with its groups and its money."""
    window = row.min_window_seconds
    return {
        "deployment": {
            "id": {"owner": row.owner, "dseq": str(row.dseq)},
            "state": row.state,
            "hash": text_of(row.hash),
            "created_at": str(row.created_at),
            "reclamation": None if window is None else {"min_window": f"{window}s"},
        },
        "groups": [group(row, below) for below in row.groups],
        "escrow_account": escrow_account(row.account),
    }


def group(owner: Deployment, row: Group) -> Json:
    """One placement."""
    return {
        "id": {"owner": owner.owner, "dseq": str(owner.dseq), "gseq": row.gseq},
        "state": row.state,
        "group_spec": group_spec(row.spec),
        "created_at": str(row.created_at),
    }


def order(row: Order, window_seconds: int | None) -> Json:
    """What bids are made for."""
    return {
        "id": {"owner": row.owner, "dseq": str(row.dseq), "gseq": row.gseq, "oseq": row.oseq},
        "state": row.state,
        "spec": group_spec(row.spec),
        "created_at": str(row.created_at),
        "reclamation": None if window_seconds is None else {"min_window": f"{window_seconds}s"},
    }


def bid(row: Bid) -> Json:
    """A bid with the deposit behind it."""
    return {
        "bid": {
            "id": bid_id(row.id),
            "state": row.state,
            "price": dec_coin(row.price.denom, row.price.amount),
            "created_at": str(row.created_at),
            "resources_offer": [
                {"resources": resources(unit.resource), "count": unit.count, "prices": None} for unit in row.offer
            ],
            "reclamation_window": None if row.window_seconds is None else f"{row.window_seconds}s",
        },
        "escrow_account": escrow_account(row.account),
    }


def lease(row: Lease) -> Json:
    """A lease with what flows for it."""
    return {
        "lease": {
            "id": bid_id(row.id),
            "state": row.state,
            "price": dec_coin(row.price.denom, row.price.amount),
            "created_at": str(row.created_at),
            "closed_on": str(row.closed_on),
            "reason": row.reason,
            "reclamation": None if row.reclamation is None else _reclamation(row.reclamation),
        },
        "escrow_payment": payment(row),
    }


def payment(row: Lease) -> Json:
    """What the provider was paid."""
    denom, paid = row.price.denom, row.payment
    return {
        "id": {
            "aid": {"scope": "deployment", "xid": f"{row.id.owner}/{row.id.dseq}"},
            "xid": f"{row.id.gseq}/{row.id.oseq}/{row.id.provider}",
        },
        "state": {
            "owner": row.id.provider,
            "state": paid.state,
            "rate": dec_coin(denom, paid.rate),
            "balance": dec_coin(denom, Decimal(0)),
            "unsettled": dec_coin(denom, paid.unsettled),
            "withdrawn": coin(denom, paid.withdrawn),
        },
    }


def escrow_account(row: Escrow) -> Json:
    """As it was last settled."""
    return {
        "id": {"scope": row.scope, "xid": row.xid},
        "state": {
            "owner": row.owner,
            "state": row.state,
            "transferred": [dec_coin(row.denom, row.transferred)],
            "settled_at": str(row.settled_at),
            "funds": [dec_coin(row.denom, row.funds)],
            "deposits": [
                {
                    "owner": deposit.owner,
                    "height": str(deposit.height),
                    "source": deposit.source,
                    "balance": dec_coin(deposit.balance.denom, deposit.balance.amount),
                }
                for deposit in row.deposits
            ],
        },
    }


def group_spec(row: GroupSpec) -> Json:
    """What was asked for."""
    signed_by = {"all_of": list(row.signed_by_all_of), "any_of": list(row.signed_by_any_of)}
    return {
        "name": row.name,
        "requirements": {"signed_by": signed_by, "attributes": attributes(row.attributes)},
        "resources": [_unit(unit) for unit in row.resources],
    }


def resources(row: Resources) -> Json:
    """Of one service."""
    return {
        "id": row.id,
        "cpu": {"units": _value(row.cpu), "attributes": attributes(row.cpu_attributes)},
        "memory": {"quantity": _value(row.memory), "attributes": attributes(row.memory_attributes)},
        "storage": [
            {"name": volume.name, "quantity": _value(volume.quantity), "attributes": attributes(volume.attributes)}
            for volume in row.storage
        ],
        "gpu": {"units": _value(row.gpu), "attributes": attributes(row.gpu_attributes)},
        "endpoints": [{"kind": end.kind, "sequence_number": end.sequence_number} for end in row.endpoints],
    }


def provider(row: Provider) -> Json:
    """As registered."""
    return {
        "owner": row.address,
        "host_uri": row.host_uri,
        "attributes": attributes(row.attributes),
        "info": {"email": "", "website": ""},
    }


def _unit(row: Unit) -> Json:
    price: Coin = row.price
    return {"resource": resources(row.resource), "count": row.count, "price": dec_coin(price.denom, price.amount)}


def _value(amount: int) -> Json:
    return {"val": str(amount)}


def _reclamation(row: Reclamation) -> Json:
    return {
        "window": f"{row.window_seconds}s",
        "started_at": str(row.started_at),
        "deadline": str(row.deadline),
        "reason": row.reason,
    }
