"""The one table of sellers. Nothing else outside a seller's own folder names it."""

import os
import sys
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import TypeVar, cast

from ..core.clock import Clock, system_clock
from ..core.contexts import Context, ProviderSettings
from ..core.errors import UsageError
from ..core.secrets import read_secret
from .capabilities import Provider, Seat, capability, has_capability

C = TypeVar("C")

PROVIDERS: dict[str, str] = {
    "akash": "ampacity.providers.akash",
    "aws": "ampacity.providers.aws",
    "lambda": "ampacity.providers.lambda_cloud",
    "own": "ampacity.providers.own",
}
"""Name -> module with `PROVIDER`, its class, and `open_provider(seat)`; imported on first use."""

ENTRY_POINTS = "ampacity.providers"


def known() -> dict[str, str]:
    """Every seller that can be opened, those of other packages included."""
    return PROVIDERS | _installed(tuple(sys.path))


@cache
def _installed(path: tuple[str, ...]) -> dict[str, str]:  # noqa: ARG001 - where packages are looked for
    """Those of other packages, looked for once: every installed package's metadata is read for it."""
    return {point.name: point.value for point in entry_points(group=ENTRY_POINTS)}


def provider_class(name: str) -> type[Provider]:
    """The class of the seller `name`, from which its abilities are read without opening it.

    Raises `UsageError` where there is no such seller.
    """
    return cast(type[Provider], import_module(_module(name)).PROVIDER)


def open_provider(
    name: str,
    context: Context,
    *,
    sites: Path | None = None,
    environment: Mapping[str, str] = os.environ,
    clock: Clock = system_clock,
) -> Provider:
    """The seller `name` as `context` configures it. Raises `UsageError`, and `AuthError` for a secret."""
    module = _module(name)
    settings = context.providers.get(name)
    if settings is None:
        raise UsageError(
            f"The provider {name!r} is not enabled",
            why="the context does not name it",
            fix=f"add [contexts.NAME.providers.{name}] to the configuration",
            code="AMP-PROVIDER-DISABLED",
        )
    seat = _seat(settings, context, sites, environment, clock)
    return cast(Provider, import_module(module).open_provider(seat))


def is_able(name: str, ability: type) -> bool:
    """Whether there is a seller `name` that has `ability`. It is not opened."""
    return name in known() and has_capability(provider_class(name), ability)


def open_able(name: str, context: Context, ability: type[C], *, sites: Path | None = None) -> C | None:
    """The seller `name` as an `ability`; `None` where it has not that one, and then it is not opened.

    Raises as `open_provider` does.
    """
    if not has_capability(provider_class(name), ability):
        return None
    return capability(open_provider(name, context, sites=sites), ability)


def _module(name: str) -> str:
    there = known()
    if name not in there:
        raise UsageError(
            f"There is no provider {name!r}",
            why=f"known: {', '.join(sorted(there))}",
            fix="ampacity providers list",
            code="AMP-PROVIDER-UNKNOWN",
        )
    return there[name]


def _seat(
    settings: ProviderSettings,
    context: Context,
    sites: Path | None,
    environment: Mapping[str, str],
    clock: Clock,
) -> Seat:
    secrets = {key: read_secret(ref, environment) for key, ref in settings.secrets.items()}
    return Seat(settings=settings, secrets=secrets, loopback=context.loopback, clock=clock, sites=sites)
