"""The seller's answers as types: only what is used, checked for range. Unknown keys are let through.

Field names and units are those of OpenAPI 1.10.0. `jupyter_token`, a secret, is never read.
"""

from typing import Annotated, Generic, TypeVar

import msgspec

T = TypeVar("T")

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Cents = Annotated[int, msgspec.Meta(gt=0, lt=1_000_000)]
"""US cents per instance-hour; below $10,000."""
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class Answer(msgspec.Struct, Generic[T], frozen=True):
    """Every good answer is wrapped so."""

    data: T


class Region(msgspec.Struct, frozen=True):
    """`us-west-1`."""

    name: Text


class Specs(msgspec.Struct, frozen=True):
    """Of the whole instance."""

    vcpus: Count
    memory_gib: Count
    storage_gib: Count
    gpus: Count


class InstanceType(msgspec.Struct, frozen=True):
    """`gpu_description` reads like `H100 (80 GB SXM5)`."""

    name: Text
    gpu_description: Annotated[str, msgspec.Meta(max_length=128)]
    price_cents_per_hour: Cents
    specs: Specs


class TypeRow(msgspec.Struct, frozen=True):
    """A type, and the regions where it can be had now: none when it is sold out."""

    instance_type: InstanceType
    regions_with_capacity_available: tuple[Region, ...]


class Tag(msgspec.Struct, frozen=True):
    """Ours begin with `ampacity:`."""

    key: str
    value: str


class TypeOfInstance(msgspec.Struct, frozen=True):
    """What an instance says of its type; a withdrawn type may have odd figures."""

    name: Text
    price_cents_per_hour: int | None = None


class Instance(msgspec.Struct, frozen=True):
    """One machine."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9-]{1,64}$")]
    status: Text
    region: Region
    instance_type: TypeOfInstance
    ip: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    tags: tuple[Tag, ...] = ()


class Launched(msgspec.Struct, frozen=True):
    """Identifiers of what was made."""

    instance_ids: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]


class SshKey(msgspec.Struct, frozen=True):
    """A public key of the account."""

    id: Text
    name: Text
    public_key: Annotated[str, msgspec.Meta(max_length=4096)]


class Trouble(msgspec.Struct, frozen=True):
    """`code` is one of a documented list; the texts are for people."""

    code: str
    message: str = ""
    suggestion: str = ""


class Refusal(msgspec.Struct, frozen=True):
    """Every bad answer is wrapped so."""

    error: Trouble
