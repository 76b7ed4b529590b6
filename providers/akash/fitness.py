"""Whether a user's own SDL asks for one machine, with just the GPUs of the plan; each misfit on its own line. Pure."""

from collections.abc import Iterator

from ...core.located import Located
from ..base import Gpu
from ..gpus import find_model
from .sdl.schema import GpuModel, Sdl

Misfit = tuple[str, str]
"""A key (`profiles.compute.big.resources.gpu.units`) and what is wrong with it."""


def refuse_misfit(sdl: Located[Sdl], gpu: Gpu | None) -> None:
    """Raises `UsageError` for the first misfit, by file and line."""
    for key, problem in misfits(sdl.value, gpu):
        raise sdl.refusal(key, problem)


def misfits(sdl: Sdl, gpu: Gpu | None) -> Iterator[Misfit]:
    """Everything that keeps it from being one machine, with `gpu` where the plan has chosen."""
    places = {place for places in sdl.deployment.values() for place in places}
    if len(places) != 1:
        yield "deployment", f"it has {len(places)} placements; one machine is one placement"
    elif gpu is not None:
        yield from _counts(sdl, gpu)
        yield from _models(sdl, gpu)


def _counts(sdl: Sdl, gpu: Gpu) -> Iterator[Misfit]:
    rows = [placed for places in sdl.deployment.values() for placed in places.values()]
    count = sum(sdl.profiles.compute[row.profile].resources.gpu_units * row.count for row in rows)
    if count != gpu.count:
        first = next(_profiles(sdl), None)
        key = f"profiles.compute.{first}.resources.gpu.units" if first else "profiles.compute"
        yield key, f"it asks for {count} GPUs in all, the plan for {gpu.count}"


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
    used = {placed.profile for places in sdl.deployment.values() for placed in places.values()}
    return (name for name in sorted(used) if sdl.profiles.compute[name].resources.gpu_units)


def _is(model: GpuModel, gpu: Gpu) -> bool:
    known = find_model(model.model)
    return known is not None and known.name == gpu.model and model.ram in {None, _ram(gpu)}


def _say(gpu: Gpu) -> str:
    return f"{gpu.model} with {_ram(gpu)}"


def _ram(gpu: Gpu) -> str:
    return f"{gpu.memory_gib}Gi"
