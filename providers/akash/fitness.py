"""Whether a user's own SDL asks for one machine, with just the GPUs of the plan; each misfit on its own line. Pure."""

from collections.abc import Iterator

from ..base import Gpu
from ..gpus import find_model
from .sdl.schema import GpuModel, Placed, Sdl

Misfit = tuple[str, str]
"""A key (`profiles.compute.big.resources.gpu.units`) and what is wrong with it."""


def misfits(sdl: Sdl, gpu: Gpu | None) -> Iterator[Misfit]:
    """Everything that keeps it from being one machine, with `gpu` where the plan has chosen."""
    places = {place for places in sdl.deployment.values() for place in places}
    if len(places) != 1:
        yield "deployment", f"it has {len(places)} placements; one machine is one placement"
    elif gpu is not None and _known(sdl):
        yield from _counts(sdl, gpu)
        yield from _models(sdl, gpu)


def _known(sdl: Sdl) -> bool:
    """Whether every profile that is deployed is there; what is not is told by the SDL's own checks."""
    return all(row.profile in sdl.profiles.compute for _, row in _rows(sdl))


def _counts(sdl: Sdl, gpu: Gpu) -> Iterator[Misfit]:
    rows = [(key, sdl.profiles.compute[row.profile].resources.gpu_units, row.count) for key, row in _rows(sdl)]
    count = sum(units * times for _, units, times in rows)
    if count == gpu.count:
        return
    repeated = [f"{key}.count" for key, units, times in rows if units and times > 1]
    first = next(_profiles(sdl), None)
    key = f"profiles.compute.{first}.resources.gpu.units" if first else "profiles.compute"
    if repeated and sum(units for _, units, _ in rows) <= gpu.count < count:
        key = repeated[0]
    yield key, f"it asks for {count} GPUs in all, the plan for {gpu.count}"


def _rows(sdl: Sdl) -> Iterator[tuple[str, Placed]]:
    """What is deployed, each with its key."""
    for service, places in sdl.deployment.items():
        for place, placed in places.items():
            yield f"deployment.{service}.{place}", placed


def _models(sdl: Sdl, gpu: Gpu) -> Iterator[Misfit]:
    for profile in _profiles(sdl):
        wanted = sdl.profiles.compute[profile].resources.gpu
        key = f"profiles.compute.{profile}.resources.gpu"
        models = wanted.attributes.vendor.nvidia if wanted and wanted.attributes else None
        if not models:
            yield key, f"it takes any GPU, the plan wants {_say(gpu)}"
        for at, model in enumerate(models or ()):
            if not _is(model, gpu):
                said = " ".join(filter(None, (model.model, model.ram)))
                yield f"{key}.attributes.vendor.nvidia[{at}].model", f"it takes {said}, the plan wants {_say(gpu)}"


def _profiles(sdl: Sdl) -> Iterator[str]:
    """The profiles with GPUs that are deployed, in the order of their names."""
    used = {placed.profile for _, placed in _rows(sdl)}
    return (name for name in sorted(used) if sdl.profiles.compute[name].resources.gpu_units)


def _is(model: GpuModel, gpu: Gpu) -> bool:
    known = find_model(model.model)
    return known is not None and known.name == gpu.model and model.ram in {None, _ram(gpu)}


def _say(gpu: Gpu) -> str:
    return f"{gpu.model} with {_ram(gpu)}"


def _ram(gpu: Gpu) -> str:
    return f"{gpu.memory_gib}Gi"
