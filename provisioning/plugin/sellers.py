"""Sellers, opened when the first machine of theirs is asked for."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress

from ...core.contexts import choose_context
from ...core.errors import UsageError
from ...providers.base import Provider, Provisions, Warms, capability
from ...providers.table import open_provider
from .settings import PluginSettings

Opener = Callable[[str], Provider]


class Sellers:
    """Opens each seller once. Safe to use from many threads."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        self._open: dict[str, Provider] = {}
        self._warmed: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def get(self, name: str) -> Provisions:
        """The seller `name`; raises `AmpacityError` where it cannot be opened or makes no machines."""
        able = capability(self._provider(name), Provisions)
        if able is None:
            raise UsageError(f"{name} makes no machines", why="it only shows offers", fix="ampacity providers list")
        return able

    def warm_up(self, name: str, region: str) -> None:
        """Have the seller load what a first machine there needs, beside what goes on. Fails in silence."""
        with self._lock:
            if (name, region) in self._warmed:
                return
            self._warmed.add((name, region))
        threading.Thread(target=self._warm_up, args=(name, region), daemon=True).start()

    def _warm_up(self, name: str, region: str) -> None:
        with suppress(Exception):  # told by the call that needs it
            warms = capability(self._provider(name), Warms)
            if warms is not None:
                warms.warm_up(region)

    def _provider(self, name: str) -> Provider:
        with self._lock:
            if name not in self._open:
                self._open[name] = self._opener(name)
            return self._open[name]


def opener_of(settings: PluginSettings, environment: Mapping[str, str]) -> Opener:
    """Opens sellers as the named context configures them; credentials come from there, never from state."""

    def opener(name: str) -> Provider:
        context = choose_context(settings.context_name, config_path=settings.context_file).context
        return open_provider(name, context, sites=settings.sites, environment=environment)

    return opener
