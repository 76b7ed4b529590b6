"""What an SDL must satisfy beyond its types: names that meet, and what chain and provider refuse later.

A provider refuses a manifest only after its lease bills, so its rules are kept here as well
(chain-sdk: go/manifest/v2beta3, go/node/deployment/v1beta4, go/sdl/v2.go). Pure.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from ..addresses import parse_address
from .compute_checks import ATTRIBUTE, compute_problems
from .quantities import DENOM, shown
from .schema import Placement, Sdl
from .service_checks import service_problems

Problem = tuple[str, str]
"""A key (`services.web.image`) and what is wrong with it."""

MAX_GROUPS = 20
MAX_UNITS = 20
"""Resource units of one group."""

ENDPOINT = re.compile(r"[a-z]+[a-z0-9_-]+")
PLACEMENT = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,253}[A-Za-z0-9])?")


def problems(sdl: Sdl) -> Iterator[Problem]:
    """Everything that is wrong with `sdl`."""
    if sdl.reclamation is not None:
        yield "reclamation", "is not taken: orders are made without a reclamation window; remove it"
    yield from _placed(sdl)
    for name in sdl.profiles.compute:
        yield from compute_problems(f"profiles.compute.{name}.resources", sdl.profiles.compute[name].resources)
    for name in sdl.services:
        yield from service_problems(sdl, name)
    for name, placement in sdl.profiles.placement.items():
        yield from _placement(name, placement)
    yield from _endpoints(sdl)
    yield from _ways_in(sdl)


def _placed(sdl: Sdl) -> Iterator[Problem]:
    if not sdl.services:
        yield "services", f"is empty; {_allowed('a service', ())}"
    for service, places in sdl.deployment.items():
        if service not in sdl.services:
            yield f"deployment.{service}", f"there is no such service; {_allowed('services', sdl.services)}"
        for place, placed in places.items():
            yield from _meets(sdl, f"deployment.{service}.{place}", place, placed.profile)
    for service in sdl.services:
        if not sdl.deployment.get(service):
            yield f"services.{service}", f"is placed nowhere; add `{service}` to `deployment`, or remove it"
    yield from _too_many(sdl)


def _meets(sdl: Sdl, key: str, place: str, profile: str) -> Iterator[Problem]:
    if profile not in sdl.profiles.compute:
        known = _allowed("profiles.compute", sdl.profiles.compute)
        yield f"{key}.profile", f"there is no compute profile {shown(profile)}; {known}"
    if place not in sdl.profiles.placement:
        yield key, f"there is no such placement profile; {_allowed('profiles.placement', sdl.profiles.placement)}"
    elif profile in sdl.profiles.compute and profile not in sdl.profiles.placement[place].pricing:
        fix = f"add it to `profiles.placement.{place}.pricing`"
        yield f"{key}.profile", f"has no price for {shown(profile)}; {fix}"


def _too_many(sdl: Sdl) -> Iterator[Problem]:
    units = Counter(
        place for place, _ in {(p, d.profile) for places in sdl.deployment.values() for p, d in places.items()}
    )
    if len(units) > MAX_GROUPS:
        yield "deployment", f"uses {len(units)} placements; allowed: at most {MAX_GROUPS}"
    for place, number in units.items():
        if number > MAX_UNITS:
            yield "deployment", f"places {number} profiles in {shown(place)}; allowed: at most {MAX_UNITS}"


def _placement(name: str, placement: Placement) -> Iterator[Problem]:
    key = f"profiles.placement.{name}"
    if not PLACEMENT.fullmatch(name):
        yield key, "is no name for a placement; allowed: letters, digits, dots, dashes and underscores"
    for attribute in placement.attributes:
        if not ATTRIBUTE.fullmatch(attribute):
            yield f"{key}.attributes.{attribute}", "is no name for an attribute; allowed: letters, digits, _ / . -"
    for kind, addresses in (("allOf", placement.signed_by.all_of), ("anyOf", placement.signed_by.any_of)):
        for at, address in enumerate(addresses):
            yield from _address(f"{key}.signedBy.{kind}[{at}]", address)
    for profile, price in placement.pricing.items():
        if price.denom != DENOM:
            since = "prices and deposits are in it alone since March 2026"
            yield f"{key}.pricing.{profile}.denom", f"is {shown(price.denom)}; write `denom: {DENOM}`: {since}"


def _address(key: str, address: str) -> Iterator[Problem]:
    try:
        parse_address(address)
    except ValueError as error:
        yield key, str(error)


def _endpoints(sdl: Sdl) -> Iterator[Problem]:
    used = {to.ip for service in sdl.services.values() for expose in service.expose or () for to in expose.to}
    for name in sdl.endpoints:
        if not ENDPOINT.fullmatch(name):
            yield (
                f"endpoints.{name}",
                "is no name for an endpoint; allowed: a letter a-z, then a-z, 0-9, _ and -",
            )
        elif name not in used:
            yield f"endpoints.{name}", "is never used; name it in a service's `expose`, or remove it"


def _ways_in(sdl: Sdl) -> Iterator[Problem]:
    opened = [to for service in sdl.services.values() for expose in service.expose or () for to in expose.to]
    if not any(to.global_ for to in opened):
        yield "services", "none has a port that is open to the world, which every provider demands; add `global: true`"


def _allowed(what: str, names: Iterable[str]) -> str:
    known = ", ".join(names)
    return f"{what}: {known}" if known else f"{what} must be there"
