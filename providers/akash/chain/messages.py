"""What is asked of the chain, as its messages.

Traps of the format, each held by a test against the network's own SDK: a quantity is its decimal
digits as bytes, and a price is a whole number of 10^-18.
"""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal
from typing import Any

import msgspec

from ..sdl.compiled import Attribute, Compiled, Group, Unit
from ..values import DENOM, UACT_PER_USD, Address, Dseq, LeaseId
from .schema import encode

FROM_BALANCE = 1
"""`akash.base.deposit.v1.Source`: the account's own money, and no grant."""
DEPLOYMENT_SCOPE = 1
"""`akash.escrow.id.v1.Scope`."""
ENDPOINTS = {"SHARED_HTTP": 0, "RANDOM_PORT": 1, "LEASED_IP": 2}
PLACES = 18
"""Of a `cosmos.base.v1beta1.DecCoin`."""


class Message(msgspec.Struct, frozen=True):
    """A message with the type that the chain finds it by. `summary` says in a line what it does."""

    type_url: str
    data: bytes
    summary: str

    @property
    def name(self) -> str:
        """Its last part, as in `MsgCloseDeployment`."""
        return self.type_url.rpartition(".")[2]


def create_deployment(owner: Address, dseq: Dseq, compiled: Compiled, deposit_uact: Decimal) -> Message:
    """Opens a deployment; its deposit is rounded up to whole uact."""
    return _message(
        "/akash.deployment.v1beta4.MsgCreateDeployment",
        {
            "id": {"owner": owner, "dseq": dseq},
            "groups": [_group(group) for group in compiled.groups],
            "hash": compiled.manifest_hash,
            "deposit": _deposit(deposit_uact),
        },
        f"opens deployment {dseq} with a deposit of {_act(deposit_uact)} ACT",
    )


def close_deployment(owner: Address, dseq: Dseq) -> Message:
    """Closes it with its orders and leases; what is left of the deposit comes back."""
    fields = {"id": {"owner": owner, "dseq": dseq}}
    return _message("/akash.deployment.v1beta4.MsgCloseDeployment", fields, f"closes deployment {dseq}")


def create_lease(bid: LeaseId) -> Message:
    """Takes a bid: billing starts."""
    fields = {"bid_id": msgspec.structs.asdict(bid)}
    summary = f"takes the bid of {bid.provider} for deployment {bid.dseq}"
    return _message("/akash.market.v1beta5.MsgCreateLease", fields, summary)


def account_deposit(owner: Address, dseq: Dseq, uact: Decimal) -> Message:
    """Adds to a deployment's escrow; rounded up to whole uact."""
    return _message(
        "/akash.escrow.v1.MsgAccountDeposit",
        {
            "signer": owner,
            "id": {"scope": DEPLOYMENT_SCOPE, "xid": f"{owner}/{dseq}"},
            "deposit": _deposit(uact),
        },
        f"adds {_act(uact)} ACT to deployment {dseq}",
    )


def _message(type_url: str, fields: dict[str, Any], summary: str) -> Message:
    return Message(type_url, encode(type_url.rpartition(".")[2], fields), summary)


def _deposit(uact: Decimal) -> dict[str, Any]:
    return {"amount": {"denom": DENOM, "amount": str(_whole(uact))}, "sources": [FROM_BALANCE]}


def _whole(uact: Decimal) -> int:
    return int(uact.to_integral_value(ROUND_CEILING))


def _act(uact: Decimal) -> Decimal:
    return Decimal(_whole(uact)) / UACT_PER_USD


def _group(group: Group) -> dict[str, Any]:
    signed_by = {"all_of": list(group.signed_by_all), "any_of": list(group.signed_by_any)}
    return {
        "name": group.name,
        "requirements": {"signed_by": signed_by, "attributes": _attributes(group.attributes)},
        "resources": [_unit(unit) for unit in group.units],
    }


def _unit(unit: Unit) -> dict[str, Any]:
    return {
        "resource": {
            "id": unit.id,
            "cpu": {"units": _value(unit.cpu_milli), "attributes": _attributes(unit.cpu_attributes)},
            "memory": {"quantity": _value(unit.memory_bytes), "attributes": _attributes(unit.memory_attributes)},
            "storage": [
                {"name": row.name, "quantity": _value(row.size_bytes), "attributes": _attributes(row.attributes)}
                for row in unit.storage
            ],
            "gpu": {"units": _value(unit.gpu_units), "attributes": _attributes(unit.gpu_attributes)},
            "endpoints": [
                {"kind": ENDPOINTS[row.kind], "sequence_number": row.sequence_number} for row in unit.endpoints
            ],
        },
        "count": unit.count,
        "price": {"denom": unit.denom, "amount": _dec(unit.price_per_block)},
    }


def _value(number: int) -> dict[str, bytes]:
    return {"val": str(number).encode("ascii")}


def _attributes(attributes: Sequence[Attribute]) -> list[dict[str, str]]:
    return [{"key": attribute.key, "value": attribute.value} for attribute in attributes]


def _dec(amount: Decimal) -> str:
    """A price on the wire, what is below 10^-18 left away: a ceiling must not rise."""
    return str(int(amount.scaleb(PLACES)))
