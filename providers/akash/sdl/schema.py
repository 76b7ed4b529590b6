"""The SDL file as typed values: versions 2.0 and 2.1, unknown keys refused.

After `go/sdl/sdl-input.schema.yaml` and the Go parser of akash-network/chain-sdk (2026-07-02), the
stricter of the two at each key. `include` is left out: no client acts on it.
"""

from typing import Annotated, Any, Literal

import msgspec

from .quantities import CpuUnits, GpuUnits, MemorySize, PriceAmount, StorageSize, Truth, Version

Text = Annotated[str, msgspec.Meta(min_length=1)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Count = Annotated[int, msgspec.Meta(ge=1, le=50)]
Milliseconds = Annotated[int, msgspec.Meta(ge=1, le=60_000)]
NextCase = Literal["error", "timeout", "500", "502", "503", "504", "403", "404", "429", "off"]
Path = Annotated[str, msgspec.Meta(pattern="^/")]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Any mapping of the file."""


class To(Part, frozen=True, kw_only=True, rename={"global_": "global"}):
    """Whom a port is opened to."""

    service: str = ""
    global_: bool = False
    ip: str = ""


class HttpOptions(Part, frozen=True, kw_only=True):
    """The ingress' settings. 0 is not allowed where one client takes it for the default and another for 0."""

    max_body_size: Annotated[int, msgspec.Meta(ge=1, le=104_857_600)] = 1_048_576
    read_timeout: Milliseconds = 60_000
    send_timeout: Milliseconds = 60_000
    next_tries: Annotated[int, msgspec.Meta(ge=1, le=2**31)] = 3
    next_timeout: Annotated[int, msgspec.Meta(ge=0, le=2**31)] = 0
    next_cases: Annotated[tuple[NextCase, ...], msgspec.Meta(min_length=1)] = ("error", "timeout")
    proxy_buffer_size: Annotated[int, msgspec.Meta(ge=1, le=1_048_576)] | None = None


class Expose(Part, frozen=True, kw_only=True, rename={"as_": "as"}):
    """A port. Without `to` it opens nothing to one client and something to another, so it must be said."""

    port: Port
    to: Annotated[tuple[To, ...], msgspec.Meta(min_length=1)]
    as_: Port | None = None
    proto: Literal["TCP", "UDP", "tcp", "udp"] = "TCP"
    accept: tuple[str, ...] = ()
    http_options: HttpOptions = HttpOptions()


class Mount(Part, frozen=True, kw_only=True, rename={"read_only": "readOnly"}):
    """Where a volume is mounted."""

    mount: Path
    read_only: bool = False


class Permissions(Part, frozen=True, kw_only=True):
    """What the service may read of its own deployment."""

    read: Annotated[tuple[Literal["deployment", "logs", "events"], ...], msgspec.Meta(min_length=1)]


class Params(Part, frozen=True, kw_only=True):
    """Parameters of a service."""

    storage: dict[str, Mount] = {}
    permissions: Permissions | None = None
    tee: Literal["cpu", "cpu-gpu"] | None = None


class Credentials(Part, frozen=True, kw_only=True):
    """A private registry's. The provider reads them."""

    host: Text
    username: Text
    password: Annotated[str, msgspec.Meta(min_length=6)]
    email: Annotated[str, msgspec.Meta(min_length=5)] | None = None


class Dependency(Part, frozen=True, kw_only=True):
    """A service that should be there; no provider waits for it."""

    service: str


class Service(Part, frozen=True, kw_only=True):
    """A container."""

    image: Text
    command: tuple[str, ...] | None = None
    args: tuple[str, ...] | None = None
    env: tuple[str, ...] | None = None
    expose: tuple[Expose, ...] | None = None
    dependencies: tuple[Dependency, ...] = ()
    params: Params | None = None
    credentials: Credentials | None = None


class CpuAttributes(Part, frozen=True, kw_only=True):
    """What the CPU must be."""

    arch: Text


class Cpu(Part, frozen=True, kw_only=True):
    """CPUs of one replica."""

    units: CpuUnits
    attributes: CpuAttributes | None = None


class Memory(Part, frozen=True, kw_only=True):
    """Memory of one replica."""

    size: MemorySize


class VolumeAttributes(Part, frozen=True, kw_only=True, rename={"class_": "class"}):
    """What kind of volume; ephemeral without any."""

    class_: Literal["beta1", "beta2", "beta3", "default", "ram"]
    persistent: Truth


class Volume(Part, frozen=True, kw_only=True):
    """A volume of one replica."""

    size: StorageSize
    name: str = "default"
    attributes: VolumeAttributes | None = None


class GpuModel(Part, frozen=True, kw_only=True):
    """A model that will do."""

    model: Annotated[str, msgspec.Meta(pattern=r"^([\w.-]+|\*)$")]
    ram: Annotated[str, msgspec.Meta(pattern="^[1-9][0-9]*Gi$")] | None = None
    interface: Literal["pcie", "sxm"] | None = None

    @property
    def key(self) -> str:
        """The attribute that a provider must state."""
        ram = f"/ram/{self.ram}" if self.ram else ""
        interface = f"/interface/{self.interface}" if self.interface else ""
        return f"vendor/nvidia/model/{self.model}{ram}{interface}"


class GpuVendor(Part, frozen=True, kw_only=True):
    """The one vendor that the network knows. Empty means any model."""

    nvidia: Annotated[tuple[GpuModel, ...], msgspec.Meta(min_length=1)] | None


class GpuAttributes(Part, frozen=True, kw_only=True):
    """Whose GPUs."""

    vendor: GpuVendor


class Gpus(Part, frozen=True, kw_only=True):
    """GPUs of one replica."""

    units: GpuUnits
    attributes: GpuAttributes | None = None


class Resources(Part, frozen=True, kw_only=True):
    """What one replica gets."""

    cpu: Cpu
    memory: Memory
    storage: Annotated[tuple[Volume, ...], msgspec.Meta(min_length=1)] | Volume
    gpu: Gpus | None = None

    @property
    def volumes(self) -> tuple[Volume, ...]:
        """The storage as a list, whichever way it is written."""
        return (self.storage,) if isinstance(self.storage, Volume) else self.storage

    @property
    def gpu_units(self) -> int:
        """GPUs, 0 for none."""
        return int(self.gpu.units.number) if self.gpu else 0


class Compute(Part, frozen=True, kw_only=True):
    """A compute profile."""

    resources: Resources


class SignedBy(Part, frozen=True, kw_only=True, rename={"all_of": "allOf", "any_of": "anyOf"}):
    """Auditors who must have signed the provider's attributes."""

    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()


class Price(Part, frozen=True, kw_only=True):
    """The most that one replica may cost per block."""

    denom: str
    amount: PriceAmount


class Placement(Part, frozen=True, kw_only=True, rename={"signed_by": "signedBy"}):
    """A placement profile: one group, one order, one lease."""

    pricing: dict[str, Price]
    attributes: dict[str, str | int | bool] = {}
    signed_by: SignedBy = SignedBy()


class Profiles(Part, frozen=True, kw_only=True):
    """What there is to be had, and where."""

    compute: dict[str, Compute]
    placement: dict[str, Placement]


class Placed(Part, frozen=True, kw_only=True):
    """How many replicas of which profile."""

    profile: str
    count: Count


class IpEndpoint(Part, frozen=True, kw_only=True):
    """An address that is leased."""

    kind: Literal["ip"]


class Sdl(Part, frozen=True, kw_only=True):
    """The whole file."""

    version: Version
    services: dict[str, Service]
    profiles: Profiles
    deployment: dict[str, dict[str, Placed]]
    endpoints: dict[str, IpEndpoint] = {}
    reclamation: Any = None
    """Refused by the checks: no order of ours asks for a window."""
