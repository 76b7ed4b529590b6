"""Request bodies, held to the OpenAPI of August 2026 (console: apps/api/swagger/openapi.json at d84c9e93d)."""

from typing import Annotated, Any, TypeVar

import msgspec

from ....core.shapes import ready
from .refusals import unfit

T = TypeVar("T")

Dseq = Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{0,19}$")]


class NewDeployment(msgspec.Struct, frozen=True, rename="camel"):
    """`POST /v1/deployments`; `deposit` in US dollars, the limit in hours from the lease's start."""

    sdl: str
    deposit: float | None = None
    runtime_limit_hours: int | None = None


class NewSettings(msgspec.Struct, frozen=True, rename="camel"):
    """`PATCH /v2/deployment-settings/{dseq}`."""

    runtime_limit_hours: int


class NewDeposit(msgspec.Struct, frozen=True):
    """`POST /v1/deposit-deployment`, in US dollars."""

    dseq: Dseq
    deposit: float


class NewToken(msgspec.Struct, frozen=True):
    """`POST /v1/create-jwt-token`; `ttl` in seconds."""

    ttl: Annotated[int, msgspec.Meta(gt=0)]
    leases: dict[str, Any]


class Update(msgspec.Struct, frozen=True):
    """`PUT /v1/deployments/{dseq}`."""

    sdl: str


class ChosenBid(msgspec.Struct, frozen=True):
    """Whose bid is taken."""

    dseq: Dseq
    gseq: int
    oseq: int
    provider: str


class NewLeases(msgspec.Struct, frozen=True):
    """`POST /v1/leases`. `manifest` has been optional since September 2026 (console#3802)."""

    leases: Annotated[tuple[ChosenBid, ...], msgspec.Meta(min_length=1)]
    manifest: str | None = None


class _Envelope(msgspec.Struct, frozen=True):
    data: msgspec.Raw


def parse(body: bytes, kind: type[T]) -> T:
    """The body as a `kind`; raises the Console's own refusal."""
    try:
        return msgspec.json.decode(body, type=ready(kind))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise unfit((), str(error)) from error


def parse_data(body: bytes, kind: type[T]) -> T:
    """The same for what stands under `data`."""
    return parse(bytes(parse(body, _Envelope).data), kind)
