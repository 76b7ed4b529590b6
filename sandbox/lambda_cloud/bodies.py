"""Request bodies, held to what OpenAPI 1.10.0 says of them."""

from typing import Annotated, TypeVar

import msgspec

from ...core.shapes import ready
from .refusals import invalid

T = TypeVar("T")

MAX_USER_DATA_BYTES = 1_000_000


class Tag(msgspec.Struct, frozen=True):
    """A key and a value of the caller's own."""

    key: Annotated[str, msgspec.Meta(max_length=55, pattern=r"^[a-z][a-z0-9-:]+$")]
    value: Annotated[str, msgspec.Meta(max_length=128)]


class Image(msgspec.Struct, frozen=True):
    """By `id` or by `family`."""

    id: str | None = None
    family: str | None = None


class Launch(msgspec.Struct, frozen=True):
    """`POST /instance-operations/launch`. Exactly one SSH key, says the description."""

    region_name: str
    instance_type_name: str
    ssh_key_names: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=1)]
    name: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    hostname: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][0-9a-z-]{0,62}$")] | None = None
    image: Image | None = None
    user_data: Annotated[str, msgspec.Meta(max_length=MAX_USER_DATA_BYTES)] | None = None
    tags: tuple[Tag, ...] = ()


class Terminate(msgspec.Struct, frozen=True):
    """`POST /instance-operations/terminate`."""

    instance_ids: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class NewKey(msgspec.Struct, frozen=True):
    """`POST /ssh-keys`. Without `public_key` the real service makes a pair; the stand-in does not."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    public_key: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]


def parse(body: bytes, kind: type[T]) -> T:
    """The body as a `kind`; raises the seller's own refusal."""
    try:
        return msgspec.json.decode(body, type=ready(kind))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise invalid(f"Invalid request data. {error}") from error
