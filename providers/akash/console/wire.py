"""The Console's answers as types: only what is used, sizes and numbers in range. Unknown keys are let through.

Names and shapes are those of its OpenAPI of August 2026 (`/v1/doc`). Long lists are decoded row by row
elsewhere, so that one bad row does not sink the others.
"""

from decimal import Decimal
from typing import Annotated, Generic, TypeVar

import msgspec

T = TypeVar("T")

Text = Annotated[str, msgspec.Meta(max_length=256)]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+\Z")]
Account = Annotated[str, msgspec.Meta(min_length=8, max_length=90)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
DseqText = Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{0,15}\Z")]
Rows = Annotated[tuple[msgspec.Raw, ...], msgspec.Meta(max_length=5_000)]


class Data(msgspec.Struct, Generic[T], frozen=True):
    """Answers about the account are wrapped so; public ones are not."""

    data: T


class Available(msgspec.Struct, frozen=True):
    """Of the GPUs that are in the market, those that are free."""

    total: Count
    available: Count


class Price(msgspec.Struct, frozen=True):
    """US dollars an hour; the bounds and the median of what was bid. Checked for range where it is used."""

    currency: Text
    min: Decimal
    max: Decimal
    med: Decimal


class PriceRow(msgspec.Struct, frozen=True):
    """One GPU of one model; `interface` reads `SXM5` or `PCIe`. `price` is null where nobody bid for a month."""

    vendor: Word
    model: Word
    ram: Word
    interface: Word
    availability: Available
    price: Price | None


class Prices(msgspec.Struct, frozen=True):
    """`GET /v1/gpu-prices`."""

    models: Rows


class StockRow(msgspec.Struct, frozen=True):
    """GPUs of one model in the providers' inventories."""

    model: Word
    ram: Word
    interface: Word
    allocatable: Count
    allocated: Count


class Stock(msgspec.Struct, frozen=True):
    """`GET /v1/gpu`, its `gpus`; `details` is by vendor."""

    details: Annotated[dict[str, Rows], msgspec.Meta(max_length=64)]


class StockAnswer(msgspec.Struct, frozen=True):
    """`GET /v1/gpu`."""

    gpus: Stock


class Screened(msgspec.Struct, frozen=True, rename="camel"):
    """A provider that could take an order now. `location` is its `location-region`."""

    owner: Account
    is_audited: bool = False
    location: Text | None = None


class Screening(msgspec.Struct, frozen=True):
    """`POST /v1/bid-screening`."""

    providers: Annotated[tuple[Screened, ...], msgspec.Meta(max_length=5_000)]


class SignedTx(msgspec.Struct, frozen=True, rename="camel"):
    """What the chain said: `code` 0 is success."""

    code: int
    raw_log: str = ""


class Created(msgspec.Struct, frozen=True, rename="camel"):
    """`POST /v1/deployments`."""

    dseq: DseqText
    sign_tx: SignedTx


class Token(msgspec.Struct, frozen=True):
    """`POST /v1/create-jwt-token`."""

    token: Annotated[str, msgspec.Meta(max_length=8_192, pattern=r"^[\w-]+\.[\w-]+\.[\w-]+\Z")]


class Balances(msgspec.Struct, frozen=True):
    """`GET /v1/balances`, US dollars; `deployments` is what escrows hold."""

    balance: Decimal


class RuntimeLimit(msgspec.Struct, frozen=True, rename="camel"):
    """`GET /v2/deployment-settings/{dseq}`: hours from the lease's start, null for none."""

    runtime_limit_hours: Annotated[int, msgspec.Meta(ge=1, le=8_760)] | None = None
