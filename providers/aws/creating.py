"""`RunInstances`, gone through again where that can help: the token makes it one machine at most."""

import random
import time
from collections.abc import Callable
from typing import Any

from ..base import Failure, Machine, MachineOrder, ProviderError
from .clients import Clients
from .failures import translated, unknown_outcome
from .images import Images
from .launch import launch_parameters
from .machines import read_instance
from .offering import REF_ARCHITECTURE
from .options import Options

PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0)
"""Between tries, each drawn out by up to half. EC2 refills two `RunInstances` a second."""

AGAIN = frozenset({Failure.THROTTLED, Failure.UNREACHABLE, Failure.UNKNOWN_OUTCOME})


class Launcher:
    """Makes machines. `sleep` is a seam for tests."""

    def __init__(self, clients: Clients, options: Options, sleep: Callable[[float], None] = time.sleep) -> None:
        self._clients = clients
        self._options = options
        self._images = Images(clients)
        self._sleep = sleep

    def create(self, order: MachineOrder) -> Machine:
        """See `Provisions.create`."""
        architecture = order.offer.provider_ref.get(REF_ARCHITECTURE, "x86_64")
        image = self._images.resolve(order.image, order.offer.region, architecture)
        parameters = launch_parameters(order, image, self._options)
        answer = self._insist(lambda: self._run(order, parameters))
        return self._made(answer, order.offer.region)

    def _made(self, answer: dict[str, Any], region: str) -> Machine:
        try:
            (row,) = answer.get("Instances", ())
            return read_instance(row, region, self._options.ssh_user)
        except (ValueError, ProviderError) as error:
            raise unknown_outcome(f"the order was taken, and its answer tells no machine ({error})") from error

    def _run(self, order: MachineOrder, parameters: dict[str, Any]) -> dict[str, Any]:
        with translated(creating=True, zone=order.offer.zone):
            return dict(self._clients.ec2_once(order.offer.region).run_instances(**parameters))

    def _insist(self, run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """A refusal of EC2's own is final; after a lost answer, only such a refusal or an answer settles it."""
        doubt: ProviderError | None = None
        for pause_seconds in PAUSES_SECONDS:
            try:
                return run()
            except ProviderError as error:
                if error.kind not in AGAIN:
                    raise
                doubt = doubt if error.definite else error
            self._sleep(pause_seconds * random.uniform(1.0, 1.5))  # noqa: S311 - spreads callers, hides nothing
        try:
            return run()
        except ProviderError as error:
            if doubt is not None and error.kind in AGAIN:
                raise doubt from error
            raise
