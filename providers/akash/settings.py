"""What a context may say of this seller, checked before anything is asked or signed."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Annotated

import msgspec

from ...core.endpoints import check_endpoint
from ...core.shapes import ready
from ..base import Seat
from .custodies import Custody, choose_custody
from .names import DEFAULT_CHAIN, DEFAULT_CONSOLE
from .refusals import misconfigured

_ADDRESS = re.compile(r"akash1[02-9ac-hj-np-z]{38}(?:[02-9ac-hj-np-z]{20})?")

BidSeconds = Annotated[float, msgspec.Meta(gt=0, le=240)]
"""A provider drops its bid after five minutes."""
DepositHours = Annotated[float, msgspec.Meta(gt=0, le=87_600)]
USUAL_GAS_PRICE = Decimal("0.025")
"""Uakt per gas, as the network's own clients pay."""
GAS_PRICE_CAP = Decimal("0.25")
"""Uakt per gas: a close, some 200,000 gas, then costs a twentieth of an AKT."""
GasPrice = Annotated[float, msgspec.Meta(ge=0.025, le=10)]
Vcpu = Annotated[int, msgspec.Meta(ge=1, le=384)]
RamGib = Annotated[int, msgspec.Meta(ge=1, le=2048)]


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`options` of the context. `vcpu` and `ram_gib` are ordered with each GPU; `audited_by` are addresses.

    `deposit_hours` is how long the deposit of a machine without an end lasts, `gas_price_cap` the most that a
    wallet of one's own pays for a unit of gas, in uakt.
    """

    console: str = DEFAULT_CONSOLE
    keystore: str | None = None
    signer: str | None = None
    public_key: str | None = None
    bid_seconds: BidSeconds = 60.0
    audited_by: str = ""
    deposit_hours: DepositHours = 24.0
    gas_price_cap: GasPrice = float(GAS_PRICE_CAP)
    vcpu: Vcpu = 16
    ram_gib: RamGib = 64


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything this seller is told. `custody` is `None` where the context only looks at offers."""

    chain: str
    console: str
    custody: Custody | None
    bids_last: timedelta
    deposit_lasts: timedelta
    gas_price_cap_uakt: Decimal
    audited_by: tuple[str, ...]
    regions: tuple[str, ...]
    vcpu: int
    ram_gib: int
    timeout_seconds: float
    loopback: bool


def read_settings(seat: Seat) -> Settings:
    """The seat's settings. Raises `UsageError` for a key that is not known, and for a value that cannot be."""
    options = _options(seat)
    return Settings(
        chain=check_endpoint(seat.settings.endpoint or DEFAULT_CHAIN, loopback=seat.loopback).rstrip("/"),
        console=check_endpoint(options.console, loopback=seat.loopback).rstrip("/"),
        custody=choose_custody(
            seat.secrets, keystore=options.keystore, signer=options.signer, public_key=options.public_key
        ),
        bids_last=timedelta(seconds=options.bid_seconds),
        deposit_lasts=timedelta(hours=options.deposit_hours),
        gas_price_cap_uakt=Decimal(str(options.gas_price_cap)),
        audited_by=_addresses(options.audited_by),
        regions=seat.settings.regions,
        vcpu=options.vcpu,
        ram_gib=options.ram_gib,
        timeout_seconds=seat.settings.timeout_seconds,
        loopback=seat.loopback,
    )


def _options(seat: Seat) -> Options:
    try:
        return msgspec.convert(seat.settings.options, ready(Options), strict=False)
    except msgspec.ValidationError as error:
        raise misconfigured(f"options: {error}") from error


def _addresses(text: str) -> tuple[str, ...]:
    addresses = [part.strip() for part in text.split(",") if part.strip()]
    for address in addresses:
        if not _ADDRESS.fullmatch(address):
            raise misconfigured(f"options: audited_by holds {address!r}, which is no address (akash1…)")
    return tuple(addresses)
