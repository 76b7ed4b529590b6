"""What runs at the sellers with labels of ours, asked of all of them at once."""

from collections.abc import Callable, Iterable

import msgspec

from ..core.errors import AmpacityError
from ..providers.base import Labels, Machine, MachineState, Offer
from .asking import ask_all
from .plugin.sellers import Sellers


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """What a sweep by label saw, and which sellers could not be asked: then it is not complete."""

    machines: tuple[Machine, ...] = ()
    problems: tuple[str, ...] = ()


def sweep_places(sellers: Sellers, offers: Iterable[Offer], wanted: Callable[[Labels], bool]) -> Sweep:
    """The living machines whose labels are `wanted`, at the sellers of `offers`, in the regions that these are in."""
    places: dict[str, set[str]] = {}
    for offer in offers:
        places.setdefault(offer.provider, set()).add(offer.region)
    parts = ask_all(lambda name: _ask(sellers, name, places[name], wanted), sorted(places))
    return Sweep(
        machines=tuple(machine for part in parts for machine in part.machines),
        problems=tuple(problem for part in parts for problem in part.problems),
    )


def _ask(sellers: Sellers, name: str, regions: set[str], wanted: Callable[[Labels], bool]) -> Sweep:
    try:
        found = sellers.get(name).ours(sorted(regions))
        return Sweep(machines=tuple(machine for machine in found if _is(machine, wanted)))
    except AmpacityError as error:
        return Sweep(problems=(f"{name} could not be asked: {error}",))


def _is(machine: Machine, wanted: Callable[[Labels], bool]) -> bool:
    return machine.state is not MachineState.GONE and machine.labels is not None and wanted(machine.labels)
