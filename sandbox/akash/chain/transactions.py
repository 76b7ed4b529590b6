"""Simulation, broadcast, and what became of a transaction (cosmos.tx.v1beta1.Service)."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from ....core.shapes import ready
from ..market import Market
from ..refusals import ChainRefusedError
from ..rows import Moved, Transaction
from ..state import State
from ..tx.decoding import decode_tx
from ..tx.mempool import simulate, submit
from .cosmos import block_time
from .failures import QueryFailedError, bad_input, not_found, unknown
from .shapes import text_of


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of both calls; a simulation has no `mode`."""

    tx_bytes: str
    mode: str = "BROADCAST_MODE_UNSPECIFIED"


def simulate_tx(market: Market, body: bytes) -> dict[str, Any]:
    """`POST /cosmos/tx/v1beta1/simulate`. A refusal has only words."""
    raw = _raw(_body(body))
    state = market.read()
    try:
        gas = simulate(state.copy(state.now), raw)
    except ChainRefusedError as refusal:
        raise unknown(f"{refusal.message} with gas used: '0'") from refusal
    result = {"data": "", "log": "", "events": [], "msg_responses": []}
    return {"gas_info": {"gas_wanted": "0", "gas_used": str(gas)}, "result": result}


def broadcast_tx(market: Market, body: bytes) -> dict[str, Any]:
    """`POST /cosmos/tx/v1beta1/txs`. A refusal is an answer of its own, with status 200."""
    wanted = _body(body)
    if wanted.mode not in {"BROADCAST_MODE_SYNC", "BROADCAST_MODE_ASYNC"}:
        raise bad_input(f"unsupported return type {wanted.mode}; supported types: sync, async")
    raw = _raw(wanted)
    row = Transaction(hash=_hash(raw), height=0, codespace="", code=0, raw_log="", gas_wanted=0, gas_used=0, raw=raw)
    try:
        with market.change() as state:
            submit(state, raw)
    except ChainRefusedError as refusal:
        log = refusal.message
        row = msgspec.structs.replace(row, codespace=refusal.codespace, code=refusal.code, raw_log=log)
    return {"tx_response": _response(row, tx=None, timestamp="")}


def get_tx(state: State, _arguments: Mapping[str, str], hash_: str) -> dict[str, Any]:
    """`/cosmos/tx/v1beta1/txs/{hash}`: found once it is in a block."""
    row = state.transactions.get(hash_.upper())
    if row is None:
        raise not_found(f"tx not found: {hash_[:100]}")
    tx, moment = _tx(row), block_time(state.clock.time(row.height))
    return {"tx": tx, "tx_response": _response(row, tx={"@type": "/cosmos.tx.v1beta1.Tx", **tx}, timestamp=moment)}


def carries(body: bytes, name: str) -> bool:
    """Whether the transaction that `body` broadcasts has a message of that name."""
    try:
        tx = decode_tx(_raw(_body(body)))
    except (QueryFailedError, ChainRefusedError):
        return False
    return any(type_url.endswith(f".{name}") for type_url, _ in tx.messages)


def _tx(row: Transaction) -> dict[str, Any]:
    """The transaction, its messages by their types only."""
    tx = decode_tx(row.raw)
    fee = [{"denom": coin.denom, "amount": str(coin.amount)} for coin in tx.fee]
    return {
        "body": {
            "messages": [{"@type": type_url} for type_url, _ in tx.messages],
            "memo": tx.memo,
            "timeout_height": str(tx.timeout_height),
        },
        "auth_info": {"fee": {"amount": fee, "gas_limit": str(tx.gas_limit), "payer": "", "granter": ""}},
        "signatures": [text_of(tx.signature)],
    }


def _response(row: Transaction, *, tx: dict[str, Any] | None, timestamp: str) -> dict[str, Any]:
    return {
        "height": str(row.height),
        "txhash": row.hash,
        "codespace": row.codespace,
        "code": row.code,
        "data": "",
        "raw_log": row.raw_log,
        "logs": [],
        "info": "",
        "gas_wanted": str(row.gas_wanted),
        "gas_used": str(row.gas_used),
        "tx": tx,
        "timestamp": timestamp,
        "events": [_event(moved) for moved in row.moved],
    }


def _event(moved: Moved) -> dict[str, Any]:
    """Of the bank's module; the other modules' events are not shown."""
    kind, who = ("coin_spent", "spender") if moved.amount < 0 else ("coin_received", "receiver")
    said = {who: moved.address, "amount": f"{abs(moved.amount)}{moved.denom}"}
    return {"type": kind, "attributes": [{"key": key, "value": value, "index": True} for key, value in said.items()]}


def _body(data: bytes) -> Body:
    try:
        return msgspec.json.decode(data, type=ready(Body))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise bad_input(f"proto: syntax error: {error}") from error


def _raw(body: Body) -> bytes:
    try:
        raw = base64.b64decode(body.tx_bytes, validate=True)
    except (binascii.Error, ValueError) as error:
        raise bad_input(f"illegal base64 data: {error}") from error
    if not raw:
        raise bad_input("invalid empty tx")
    return raw


def _hash(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest().upper()
