"""The rules for one service: its name, environment, ports, volumes and confidential computing. Pure."""

import re
from collections.abc import Iterator

from ...images import digest_problem
from .quantities import shown
from .schema import Expose, Sdl, Service, To

Problem = tuple[str, str]

SERVICE = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
ENV_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


def service_problems(sdl: Sdl, name: str) -> Iterator[Problem]:
    """Everything that is wrong with the service `name`."""
    service, key = sdl.services[name], f"services.{name}"
    if not SERVICE.fullmatch(name):
        yield key, "is no name for a service; allowed: a letter, then a-z, 0-9 and dashes, 63 in all"
    if told := digest_problem(service.image):
        yield f"{key}.image", told
    for at, line in enumerate(service.env or ()):
        if not ENV_NAME.fullmatch(line.partition("=")[0]):
            yield f"{key}.env[{at}]", "must begin with the variable's name, as in `NAME=value`"
    for at, dependency in enumerate(service.dependencies):
        if dependency.service not in sdl.services:
            yield f"{key}.dependencies[{at}].service", f"there is no service {shown(dependency.service)}"
    for at, expose in enumerate(service.expose or ()):
        yield from _expose(sdl, f"{key}.expose[{at}]", expose)
    yield from _hosts_twice(sdl, name)
    yield from _ports_twice(sdl, name)
    yield from _volumes(sdl, name)
    yield from _tee(sdl, name)


def _expose(sdl: Sdl, key: str, expose: Expose) -> Iterator[Problem]:
    for at, host in enumerate(expose.accept):
        if not HOST.fullmatch(host):
            yield f"{key}.accept[{at}]", f"{shown(host)} is no host name; allowed: lower-case, without port or path"
    cases = expose.http_options.next_cases
    if "off" in cases and len(cases) > 1:
        yield f"{key}.http_options.next_cases", "`off` stands alone; remove it or the others"
    for at, to in enumerate(expose.to):
        yield from _to(sdl, f"{key}.to[{at}]", to)


def _to(sdl: Sdl, key: str, to: To) -> Iterator[Problem]:
    if not to.global_ and not to.service:
        yield key, "opens nothing; write `global: true`, or `service: NAME` for a service beside it"
    if to.service and to.service not in sdl.services:
        yield f"{key}.service", f"there is no service {shown(to.service)}; services: {', '.join(sdl.services)}"
    if to.ip and not to.global_:
        yield f"{key}.ip", "an address is open to the world; add `global: true`"
    if to.ip and to.ip not in sdl.endpoints:
        yield f"{key}.ip", f"there is no endpoint {shown(to.ip)}; add it to `endpoints` with `kind: ip`"


def _before(sdl: Sdl, name: str) -> list[tuple[str, Service]]:
    """The services that stand above `name` in the file, and itself."""
    names = list(sdl.services)
    return [(one, sdl.services[one]) for one in names[: names.index(name) + 1]]


def _hosts_twice(sdl: Sdl, name: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for service, one in _before(sdl, name):
        for at, expose in enumerate(one.expose or ()):
            # An expose's hosts come once for each of its `to`, and must all be different.
            for host in expose.accept * len(expose.to):
                if host in seen and service == name:
                    yield f"services.{name}.expose[{at}].accept", f"{shown(host)} is used twice; a host has one way"
                seen.add(host)


def _ports_twice(sdl: Sdl, name: str) -> Iterator[Problem]:
    seen: dict[tuple[str, int, str], str] = {}
    for service, one in _before(sdl, name):
        for at, expose in enumerate(one.expose or ()):
            for place, to in enumerate(expose.to):
                port = (to.ip, expose.as_ or expose.port, expose.proto.upper())
                if to.ip and port in seen and service == name:
                    key = f"services.{name}.expose[{at}].to[{place}].ip"
                    yield key, f"port {port[1]} of {shown(to.ip)} is taken already by {seen[port]}"
                seen.setdefault(port, service)


def _volumes(sdl: Sdl, name: str) -> Iterator[Problem]:
    params, seen = sdl.services[name].params, set[str]()
    mounts, key = params.storage if params else {}, f"services.{name}.params.storage"
    for volume, mount in mounts.items():
        if mount.mount in seen:
            yield f"{key}.{volume}.mount", f"{shown(mount.mount)} is mounted twice"
        seen.add(mount.mount)
    for profile in {placed.profile for placed in sdl.deployment.get(name, {}).values()} & set(sdl.profiles.compute):
        volumes = sdl.profiles.compute[profile].resources.volumes
        known = {volume.name for volume in volumes}
        for volume in mounts.keys() - known:
            yield f"{key}.{volume}", f"profile {shown(profile)} has no such volume; it has {', '.join(sorted(known))}"
        for kept in volumes:
            if kept.attributes and kept.attributes.persistent.number and kept.name not in mounts:
                where = f"`params.storage.{kept.name}.mount`"
                yield f"services.{name}", f"the volume {shown(kept.name)} is persistent and needs {where}"


def _tee(sdl: Sdl, name: str) -> Iterator[Problem]:
    params = sdl.services[name].params
    if params is None or params.tee is None:
        return
    for place, placed in sdl.deployment.get(name, {}).items():
        compute = sdl.profiles.compute.get(placed.profile)
        if params.tee == "cpu-gpu" and compute and not compute.resources.gpu_units:
            yield f"services.{name}.params.tee", "cpu-gpu needs a profile with GPUs"
        others = {
            one.params.tee
            for service, one in _before(sdl, name)
            if one.params and one.params.tee and place in sdl.deployment.get(service, {})
        }
        if len(others) > 1:
            yield f"services.{name}.params.tee", f"{shown(place)} has services of another kind; one placement, one kind"
