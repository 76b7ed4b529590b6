"""An SDL as the Console reads it: only as much of versions 2.0 and 2.1 as its own answers follow from.

After ts/src/sdl of chain-sdk at 55f1c683 (2026-07-02), which the Console compiles with. Left out: TEE,
permissions and reclamation; an SDL that has them is refused, not half understood.
"""

import re
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Any, Literal

import msgspec

from ....core.shapes import ready

_SIZE = re.compile(r"([\d.]+)([kmgtpe])(i?)b?", re.IGNORECASE)
_POWERS = "kmgtpe"


class InvalidSdlError(ValueError):
    """What the Console answers with `Invalid SDL:`."""


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping with known keys alone."""


class To(_Section, frozen=True):
    """Who may reach a port."""

    global_: bool = msgspec.field(default=False, name="global")
    service: str = ""
    ip: str = ""


class HttpOptions(_Section, frozen=True):
    """Of the ingress, with its defaults; times in milliseconds."""

    max_body_size: int = 1048576
    read_timeout: int = 60000
    send_timeout: int = 60000
    next_tries: int = 3
    next_timeout: int = 0
    next_cases: tuple[str, ...] = ("error", "timeout")
    proxy_buffer_size: int = 0


class Expose(_Section, frozen=True):
    """A port, and what it is called outside."""

    port: int
    as_: int = msgspec.field(default=0, name="as")
    proto: str = "TCP"
    accept: tuple[str, ...] = ()
    to: tuple[To, ...] = ()
    http_options: HttpOptions = HttpOptions()


class Mount(_Section, frozen=True):
    """Where a volume goes."""

    mount: str = ""
    read_only: bool = msgspec.field(default=False, name="readOnly")


class Params(_Section, frozen=True):
    """Of a service."""

    storage: dict[str, Mount] = {}


class Credentials(_Section, frozen=True):
    """For a private image."""

    host: str
    username: str
    password: str
    email: str = ""


class Service(_Section, frozen=True):
    """A container; `command`, `args` and `env` as they are."""

    image: str
    command: tuple[str, ...] | None = None
    args: tuple[str, ...] | None = None
    env: tuple[str, ...] | None = None
    expose: tuple[Expose, ...] = ()
    params: Params | None = None
    credentials: Credentials | None = None
    dependencies: tuple[Any, ...] = ()


class Cpu(_Section, frozen=True):
    """`units` in cores, or thousandths with an `m`."""

    units: int | float | str
    attributes: dict[str, Any] = {}


class Memory(_Section, frozen=True):
    """`size` such as `2Gi`."""

    size: str


class Storage(_Section, frozen=True):
    """A volume."""

    size: str
    name: str = "default"
    attributes: dict[str, Any] = {}


class GpuModel(_Section, frozen=True):
    """One model that will do."""

    model: str
    ram: str = ""
    interface: str = ""


class GpuAttributes(_Section, frozen=True):
    """By vendor; `None` for any model."""

    vendor: dict[str, tuple[GpuModel, ...] | None]


class Gpu(_Section, frozen=True):
    """`units` devices."""

    units: int | str = 0
    attributes: GpuAttributes | None = None


class Resources(_Section, frozen=True):
    """Of one replica."""

    cpu: Cpu
    memory: Memory
    storage: Storage | tuple[Storage, ...]
    gpu: Gpu = Gpu()


class Compute(_Section, frozen=True):
    """A compute profile."""

    resources: Resources


class Price(_Section, frozen=True):
    """The most a replica may cost a block; the Console writes its own denomination over `denom`."""

    denom: str
    amount: int | float | str


class SignedBy(_Section, frozen=True):
    """Auditors."""

    all_of: tuple[str, ...] = msgspec.field(default=(), name="allOf")
    any_of: tuple[str, ...] = msgspec.field(default=(), name="anyOf")


class Placement(_Section, frozen=True):
    """Where, and at what price."""

    pricing: dict[str, Price]
    attributes: dict[str, Any] = {}
    signed_by: SignedBy = msgspec.field(default=SignedBy(), name="signedBy")


class Profiles(_Section, frozen=True):
    """By name."""

    compute: dict[str, Compute]
    placement: dict[str, Placement]


class Replicas(_Section, frozen=True):
    """How many of a service, of which profile."""

    profile: str
    count: int


class Sdl(_Section, frozen=True):
    """The whole file."""

    version: Literal["2.0", "2.1"]
    services: dict[str, Service]
    profiles: Profiles
    deployment: dict[str, dict[str, Replicas]]
    endpoints: dict[str, Any] = {}


def read_sdl(text: str) -> Sdl:
    """Raises `InvalidSdlError`."""
    import yaml

    try:
        sdl = msgspec.convert(yaml.safe_load(text), ready(Sdl))
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise InvalidSdlError(str(error)) from error
    for service, placements in sdl.deployment.items():
        _need(service in sdl.services, f'service "{service}" is not defined at "/services"')
        for name, replicas in placements.items():
            _need(name in sdl.profiles.placement, f'placement "{name}" is not defined at "/profiles/placement"')
            _need(replicas.profile in sdl.profiles.compute, f'profile "{replicas.profile}" has no compute')
            _need(replicas.profile in sdl.profiles.placement[name].pricing, f'"{replicas.profile}" has no price')
            _need(replicas.count >= 1, f'"{service}" has a count below one')
    for service in sdl.services:
        _need(service in sdl.deployment, f'service "{service}" is not deployed')
    return sdl


def size_bytes(text: str) -> int:
    """`2Gi` and its like; raises `InvalidSdlError`."""
    found = _SIZE.fullmatch(text)
    if found is None:
        raise InvalidSdlError(f"Invalid size string: {text}")
    base = 1024 if found[3] else 1000
    return _whole(_number(found[1]) * base ** (_POWERS.index(found[2].lower()) + 1))


def cpu_milli(units: float | str) -> int:
    """Thousandths of a core."""
    text = str(units).lower()
    return _whole(_number(text[:-1])) if text.endswith("m") else _whole(_number(text) * 1000)


def price_amount(price: Price) -> Decimal:
    """As a number; raises `InvalidSdlError`."""
    return _number(str(price.amount))


def _number(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise InvalidSdlError(f"Invalid number: {text}") from error
    if not found.is_finite() or found < 0:
        raise InvalidSdlError(f"Invalid number: {text}")
    return found


def _whole(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_CEILING))


def _need(true: bool, otherwise: str) -> None:
    if not true:
        raise InvalidSdlError(otherwise)
