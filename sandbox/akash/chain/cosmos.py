"""Queries that every chain of this kind answers: accounts, balances, block headers, versions."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..bech32 import is_address
from ..state import State
from ..tx.admission import CHAIN_ID, FEE_DENOM, MIN_GAS_PRICE
from ..tx.decoding import KEY_URL
from .failures import bad_input, not_found
from .pages import cut, number, page_of
from .shapes import coin, text_of

NODE_VERSION = "v2.1.0"
MODULES = {
    "audit": "v1",
    "bme": "v1",
    "cert": "v1",
    "deployment": "v1beta4",
    "escrow": "v1",
    "market": "v1beta5",
    "oracle": "v2",
    "provider": "v1beta4",
    "take": "v1",
    "wasm": "v1",
}
"""As chain-sdk's `go/node/client/registry.go` lists them; of these bme, oracle, take and wasm are not served here."""


def get_account(state: State, _arguments: Mapping[str, str], address: str) -> dict[str, Any]:
    """`/cosmos/auth/v1beta1/accounts/{address}`."""
    _check_address(address)
    row = state.accounts.get(address)
    if row is None:
        raise not_found(f"rpc error: code = NotFound desc = account {address} not found: key not found")
    key = None if row.public_key is None else {"@type": KEY_URL, "key": text_of(row.public_key)}
    return {
        "account": {
            "@type": "/cosmos.auth.v1beta1.BaseAccount",
            "address": row.address,
            "pub_key": key,
            "account_number": str(row.number),
            "sequence": str(row.sequence),
        }
    }


def balances(state: State, arguments: Mapping[str, str], address: str) -> dict[str, Any]:
    """`/cosmos/bank/v1beta1/balances/{address}`; nobody has nothing."""
    _check_address(address)
    row = state.accounts.get(address)
    held = sorted(row.balances.items()) if row else []
    rows = [(denom, coin(denom, amount)) for denom, amount in held if amount]
    shown, pagination = cut(rows, page_of(arguments, stated=True))
    return {"balances": shown, "pagination": pagination}


def balance(state: State, arguments: Mapping[str, str], address: str) -> dict[str, Any]:
    """`/cosmos/bank/v1beta1/balances/{address}/by_denom`."""
    _check_address(address)
    row, denom = state.accounts.get(address), arguments.get("denom", "")
    return {"balance": coin(denom, row.balances.get(denom, 0) if row else 0)}


def latest_block(state: State, _arguments: Mapping[str, str]) -> dict[str, Any]:
    """`/cosmos/base/tendermint/v1beta1/blocks/latest`."""
    return _block(state, state.height)


def get_block(state: State, _arguments: Mapping[str, str], height: str) -> dict[str, Any]:
    """`/cosmos/base/tendermint/v1beta1/blocks/{height}`."""
    wanted = number({"height": height}, "height")
    if wanted > state.height:
        raise bad_input("requested block height is bigger then the chain length")
    if wanted == 0:
        raise bad_input("height must be greater than 0")
    return _block(state, wanted)


def node_info(_state: State, _arguments: Mapping[str, str]) -> dict[str, Any]:
    """`/cosmos/base/tendermint/v1beta1/node_info`, in so far as one reads it."""
    return {
        "default_node_info": {"network": CHAIN_ID, "moniker": "ampacity-sandbox"},
        "application_version": {"name": "akash", "app_name": "akash", "version": NODE_VERSION},
    }


def node_config(_state: State, _arguments: Mapping[str, str]) -> dict[str, Any]:
    """`/cosmos/base/node/v1beta1/config`; what it says of pruning is left out, and it never halts."""
    return {"minimum_gas_price": f"{MIN_GAS_PRICE}{FEE_DENOM}", "halt_height": "0"}


def discovery(_state: State, _arguments: Mapping[str, str]) -> dict[str, Any]:
    """`/akash/discovery/v1/info`."""
    return discovery_of(MODULES)


def discovery_of(versions: Mapping[str, str]) -> dict[str, Any]:
    """What a node says that serves these versions of the modules."""
    modules = [{"module": module, "version": version} for module, version in versions.items()]
    return {
        "info": {
            "client_info": {"api_version": "v1beta4"},
            "supported_versions": [{"api_version": "v1beta4", "modules": modules, "features": []}],
            "chain_id": CHAIN_ID,
            "node_version": NODE_VERSION,
            "min_client_version": "",
        }
    }


def block_time(moment: datetime) -> str:
    """As a header has it: nine places of a second."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}000Z"


def _block(state: State, height: int) -> dict[str, Any]:
    """A header and no transactions; the hashes are of nothing."""
    header = {
        "version": {"block": "11", "app": "0"},
        "chain_id": CHAIN_ID,
        "height": str(height),
        "time": block_time(state.clock.time(height)),
        "last_block_id": _block_id(height - 1),
    }
    return {"block_id": _block_id(height), "block": {"header": header, "data": {"txs": []}}, "sdk_block": None}


def _block_id(height: int) -> dict[str, Any]:
    digest = text_of(hashlib.sha256(f"{CHAIN_ID}/{height}".encode()).digest())
    return {"hash": digest, "part_set_header": {"total": 1, "hash": digest}}


def _check_address(address: str) -> None:
    if not is_address(address):
        raise bad_input(f"decoding bech32 failed: invalid address {address[:100]!r}")
