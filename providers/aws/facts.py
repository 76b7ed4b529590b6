"""Instance types as `DescribeInstanceTypes` gives them. Pure: nothing is looked up elsewhere or guessed.

AWS tells the memory that software sees (L4: 22,888 MiB); offers carry the size that is sold, which
the GPU catalogue knows. A fractional GPU has a count of 0 and cannot be bought whole.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from ...core.money import plain
from ...core.shapes import ready
from ..base import Failure, Gpu, Skip
from ..gpus import GpuModel, find_model, nominal_memory_gib
from ..text import clean
from .names import PROVIDER

GPU_FAMILIES = ("p*", "g*")
"""Where AWS keeps its GPUs: families P (compute) and G (graphics), EC2 user guide, "Instance types"."""

Count = Annotated[int, msgspec.Meta(ge=0, le=1024)]
Mib = Annotated[int, msgspec.Meta(ge=0, le=2**40)]


class MemoryInfo(msgspec.Struct, frozen=True, rename={"size_mib": "SizeInMiB"}):
    """Memory of a node or a GPU."""

    size_mib: Mib


class GpuDevice(msgspec.Struct, rename="pascal", frozen=True):
    """One kind of GPU in a type."""

    name: str
    manufacturer: str
    count: Count
    memory_info: MemoryInfo


class GpuInfo(msgspec.Struct, rename="pascal", frozen=True):
    """The GPUs of a type."""

    gpus: Annotated[tuple[GpuDevice, ...], msgspec.Meta(min_length=1)]


class VcpuInfo(msgspec.Struct, frozen=True, rename={"vcpus": "DefaultVCpus"}):
    """Its processors."""

    vcpus: Annotated[int, msgspec.Meta(ge=1, le=100_000)]


class EfaInfo(msgspec.Struct, rename="pascal", frozen=True):
    """Elastic Fabric Adapter."""

    maximum_efa_interfaces: Count = 0


class NetworkInfo(msgspec.Struct, rename="pascal", frozen=True):
    """Its network."""

    efa_info: EfaInfo = EfaInfo()


class ProcessorInfo(msgspec.Struct, rename="pascal", frozen=True):
    """What its images must be built for."""

    supported_architectures: tuple[str, ...] = ()


class InstanceType(
    msgspec.Struct,
    frozen=True,
    rename={
        "name": "InstanceType",
        "gpus": "GpuInfo",
        "vcpu": "VCpuInfo",
        "memory": "MemoryInfo",
        "network": "NetworkInfo",
        "processor": "ProcessorInfo",
    },
):
    """The part of an answer that offers are made of."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9.-]{1,40}$")]
    gpus: GpuInfo
    vcpu: VcpuInfo
    memory: MemoryInfo
    network: NetworkInfo = NetworkInfo()
    processor: ProcessorInfo = ProcessorInfo()


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """One instance type, in our terms."""

    sku: str
    gpu: Gpu
    vcpu: int
    ram_gib: Decimal
    architecture: str


def read_nodes(rows: Iterable[Any], models: frozenset[str]) -> Iterator[Node | Skip]:
    """Every row with one of `models` (any, where there is none named), or why it cannot be sold."""
    for row in rows:
        if not isinstance(row, dict) or "GpuInfo" not in row:
            continue
        try:
            kind = msgspec.convert(row, ready(InstanceType))
        except msgspec.ValidationError as error:
            yield _skip(Failure.NONSENSE, str(row.get("InstanceType", "an instance type")), str(error))
            continue
        node = _read_node(kind, models)
        if node is not None:
            yield node


def _read_node(kind: InstanceType, models: frozenset[str]) -> Node | Skip | None:
    device = kind.gpus.gpus[0]
    model = find_model(device.name)
    if models and (model is None or model.name not in models):
        return None
    if model is None:
        return _skip(Failure.INVALID, _family(kind), f"the GPU catalogue has no {device.manufacturer} {device.name}")
    if device.count == 0:
        return _skip(Failure.INVALID, _family(kind), f"it has a part of one {model.name}, and whole GPUs are bought")
    if len(kind.gpus.gpus) > 1:
        return _skip(Failure.INVALID, _family(kind), "it mixes several kinds of GPU")
    return Node(
        sku=kind.name,
        gpu=_gpu(kind, device, model),
        vcpu=kind.vcpu.vcpus,
        ram_gib=plain(Decimal(kind.memory.size_mib) / 1024),
        architecture=next((name for name in kind.processor.supported_architectures if "64" in name), "x86_64"),
    )


def _gpu(kind: InstanceType, device: GpuDevice, model: GpuModel) -> Gpu:
    interfaces = kind.network.efa_info.maximum_efa_interfaces
    return Gpu(
        model=model.name,
        count=device.count,
        memory_gib=nominal_memory_gib(model, device.memory_info.size_mib),
        interconnect=f"EFA x{interfaces}" if interfaces else None,
    )


def _family(kind: InstanceType) -> str:
    """All sizes of a family have the same GPUs, so one line says it for all."""
    return kind.name.partition(".")[0]


def _skip(kind: Failure, sku: str, why: str) -> Skip:
    return Skip(provider=PROVIDER, kind=kind.value, what=clean(sku), why=clean(why))
