"""Sellers, opened when the first machine of theirs is asked for."""

import threading
from collections.abc import Callable, Mapping

from ...core.contexts import choose_context
from ...core.errors import UsageError
from ...providers.base import Provider, Provisions, capability
from ...providers.table import open_provider
from .settings import PluginSettings

Opener = Callable[[str], Provider]


class Sellers:
    """Opens each seller once. Safe to use from many threads."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        self._open: dict[str, Provisions] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> Provisions:
        """The seller `name`; raises `AmpacityError` where it cannot be opened or makes no machines."""
        with self._lock:
            if name not in self._open:
                self._open[name] = _provisions(name, self._opener(name))
            return self._open[name]


def opener_of(settings: PluginSettings, environment: Mapping[str, str]) -> Opener:
    """Opens sellers as the named context configures them; credentials come from there, never from state."""

    def opener(name: str) -> Provider:
        context = choose_context(settings.context_name, config_path=settings.context_file).context
        return open_provider(name, context, sites=settings.sites, environment=environment)

    return opener


def _provisions(name: str, provider: Provider) -> Provisions:
    able = capability(provider, Provisions)  # type: ignore[type-abstract]
    if able is None:
        raise UsageError(f"{name} makes no machines", why="it only shows offers", fix="ampacity providers list")
    return able
