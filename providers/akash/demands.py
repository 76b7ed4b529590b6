"""What an SDL demands of those who bid for it, beside what a plan allows: who vouches for them, what they state. Pure.

The chain lets nobody else bid; it is here so that it stands in the plan, is signed, and is held to at the choice.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase

import msgspec

from ..base import Bidders
from .bidding import REGION_ATTRIBUTE
from .fitness import Misfit
from .sdl.compiled import Compiled
from .sdl.schema import Sdl


def narrowed(bidders: Bidders, compiled: Compiled) -> Bidders:
    """Those of `bidders` whom the SDL takes too; see `clashes` for where that is nobody. The same again is the same."""
    for group in compiled.groups:
        stated = {row.key: row.value for row in group.attributes}
        region = stated.get(REGION_ATTRIBUTE)
        if region is not None and _within(region, bidders):
            del stated[REGION_ATTRIBUTE]
            bidders = msgspec.structs.replace(bidders, regions=(region,))
        attributes = (f"{key}={value}" for key, value in stated.items())
        bidders = msgspec.structs.replace(
            bidders,
            audited_by=_both(bidders.audited_by, group.signed_by_any) or bidders.audited_by,
            audited_by_all=tuple(dict.fromkeys((*bidders.audited_by_all, *group.signed_by_all))),
            attributes=tuple(dict.fromkeys((*bidders.attributes, *attributes))),
        )
    return bidders


def clashes(sdl: Sdl, bidders: Bidders) -> Iterator[Misfit]:
    """Where the SDL takes nobody of `bidders`, by its key."""
    for name in sorted({place for places in sdl.deployment.values() for place in places} & set(sdl.profiles.placement)):
        placement, key = sdl.profiles.placement[name], f"profiles.placement.{name}"
        any_of = placement.signed_by.any_of
        if any_of and not _both(bidders.audited_by, any_of):
            yield (
                f"{key}.signedBy.anyOf",
                f"none of them is in the context's audited_by ({', '.join(bidders.audited_by)})",
            )
        region = placement.attributes.get(REGION_ATTRIBUTE)
        if region is not None and not _within(str(region), bidders):
            yield f"{key}.attributes", f"{region} is in no region of the context ({', '.join(bidders.regions)})"


def _both(allowed: tuple[str, ...], demanded: tuple[str, ...]) -> tuple[str, ...]:
    """Who is in both lists, of which an empty one leaves it open."""
    if not allowed or not demanded:
        return allowed or demanded
    return tuple(name for name in allowed if name in demanded)


def _within(region: str, bidders: Bidders) -> bool:
    return not bidders.regions or any(fnmatchcase(region, glob) for glob in bidders.regions)
