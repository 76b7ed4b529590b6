"""The node's answers as types: only what is used, checked for range. Unknown keys are let through.

Names are those of the protobuf messages (node v2.1: deployment v1beta4, market v1beta5, provider
v1beta4, cert v1, audit v1, escrow v1). Whole numbers of 64 bits come as text.
"""

from datetime import datetime
from typing import Annotated

import msgspec

Text = Annotated[str, msgspec.Meta(max_length=512)]
Blob = Annotated[str, msgspec.Meta(max_length=65_536)]
"""Base64."""
Amount = Annotated[str, msgspec.Meta(pattern=r"^-?[0-9]{1,40}(\.[0-9]{1,18})?\Z", max_length=64)]
Whole = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
Small = Annotated[int, msgspec.Meta(ge=0, le=(1 << 32) - 1)]


class Paging(msgspec.Struct, frozen=True):
    """`next_key` is base64, or null on the last page."""

    next_key: Annotated[str, msgspec.Meta(max_length=4096)] | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Every list has this."""

    pagination: Paging | None = None


class Coin(msgspec.Struct, frozen=True):
    """An amount: whole at the bank, with 18 places in prices and escrow."""

    denom: Text
    amount: Amount


class Attribute(msgspec.Struct, frozen=True):
    """A key and its value."""

    key: Text
    value: Text = ""


class Header(msgspec.Struct, frozen=True):
    """What a block says of itself."""

    chain_id: Text
    height: Whole
    time: datetime


class Block(msgspec.Struct, frozen=True):
    """A block without what is in it."""

    header: Header


class BlockAnswer(msgspec.Struct, frozen=True):
    """`/cosmos/base/tendermint/v1beta1/blocks/…`."""

    block: Block


class BalancesPage(Page, frozen=True, kw_only=True):
    """`/cosmos/bank/v1beta1/balances/{address}`."""

    balances: tuple[Coin, ...] | None = None


class ModuleVersion(msgspec.Struct, frozen=True):
    """`deployment`, `v1beta4`."""

    module: Text
    version: Text


class ApiVersion(msgspec.Struct, frozen=True):
    """What a client of one version may call."""

    modules: tuple[ModuleVersion, ...] | None = None


class Info(msgspec.Struct, frozen=True):
    """What a node serves."""

    chain_id: Text = ""
    node_version: Text = ""
    supported_versions: tuple[ApiVersion, ...] | None = None


class InfoAnswer(msgspec.Struct, frozen=True):
    """`/akash/discovery/v1/info`."""

    info: Info
