"""Each message that is understood: who must sign it, what a node checks at once, and what a block does with it."""

from collections.abc import Callable
from typing import Any

import msgspec

from ...faults import FaultKind, Faults
from .. import deployments, leases
from ..bech32 import is_address
from ..checks import check_basics, check_hash
from ..refusals import escrow, sdk
from ..refusals import market as market_refused
from ..rows import BidId
from ..spec import Coin, GroupSpec
from ..state import State
from .decoding import coin, parse
from .groups import group_spec

SOURCE_BALANCE = 1
SCOPE_DEPLOYMENT = 1


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """`carry_out` changes a state, and raises the chain's refusal; no fault is spent where none are given."""

    type_url: str
    signer: str
    carry_out: Callable[[State, Faults | None], object]


def decode_message(type_url: str, data: bytes) -> Message:
    """With what a node checks before any block. Raises the chain's refusal."""
    if type_url not in _READERS:
        raise sdk(2, f"unable to resolve type URL {type_url}: tx parse error")
    name, read = _READERS[type_url]
    signer, carry_out = read(parse(name, data))
    if not is_address(signer):
        raise sdk(7, f"decoding bech32 failed: {signer!r}: invalid address")
    return Message(type_url=type_url, signer=signer, carry_out=carry_out)


_Read = tuple[str, Callable[[State, Faults | None], object]]


def _create_deployment(message: Any) -> _Read:
    owner, dseq, deposit = message.id.owner, message.id.dseq, coin(message.deposit.amount)
    groups: tuple[GroupSpec, ...] = tuple(group_spec(row) for row in message.groups)
    window = message.reclamation.min_window.seconds if message.HasField("reclamation") else None
    check_basics(dseq, groups, message.hash, deposit)

    def _open(state: State, faults: Faults | None) -> object:
        return deployments.create(
            state,
            owner=owner,
            dseq=dseq,
            groups=groups,
            hash_=message.hash,
            deposit=_from_balance(message.deposit, deposit),
            depositor=owner,
            min_window_seconds=window,
            silent=faults is not None and faults.take(FaultKind.CAPACITY) is not None,
        )

    return owner, _open


def _update_deployment(message: Any) -> _Read:
    owner, dseq = message.id.owner, message.id.dseq
    check_hash(message.hash)
    return owner, lambda state, _: deployments.update(state, owner, dseq, message.hash)


def _close_deployment(message: Any) -> _Read:
    owner, dseq = message.id.owner, message.id.dseq
    return owner, lambda state, _: deployments.close(state, owner, dseq)


def _deposit(message: Any) -> _Read:
    signer, xid, amount = message.signer, message.id.xid, coin(message.deposit.amount)
    if message.id.scope != SCOPE_DEPLOYMENT:
        raise escrow(17, "invalid authz scope")
    return signer, lambda state, _: deployments.add_deposit(state, xid, signer, _from_balance(message.deposit, amount))


def _create_lease(message: Any) -> _Read:
    bid_id = _bid_id(message.bid_id)
    return bid_id.owner, lambda state, _: leases.create_lease(state, bid_id)


def _close_lease(message: Any) -> _Read:
    bid_id = _bid_id(message.id)
    return bid_id.owner, lambda state, _: leases.close_lease(state, bid_id)


def _bid_id(message: Any) -> BidId:
    return BidId(
        owner=message.owner,
        dseq=message.dseq,
        gseq=message.gseq,
        oseq=message.oseq,
        provider=message.provider,
        bseq=message.bseq,
    )


def _from_balance(message: Any, amount: Coin) -> Coin:
    """Nobody grants anybody anything here, so money comes from the balance or not at all."""
    if SOURCE_BALANCE not in message.sources:
        raise market_refused(28, "deposit invalid: insufficient balance")
    return amount


_READERS: dict[str, tuple[str, Callable[[Any], _Read]]] = {
    "/akash.deployment.v1beta4.MsgCreateDeployment": ("MsgCreateDeployment", _create_deployment),
    "/akash.deployment.v1beta4.MsgUpdateDeployment": ("MsgUpdateDeployment", _update_deployment),
    "/akash.deployment.v1beta4.MsgCloseDeployment": ("MsgCloseDeployment", _close_deployment),
    "/akash.escrow.v1.MsgAccountDeposit": ("MsgAccountDeposit", _deposit),
    "/akash.market.v1beta5.MsgCreateLease": ("MsgCreateLease", _create_lease),
    "/akash.market.v1beta5.MsgCloseLease": ("MsgCloseLease", _close_lease),
}
