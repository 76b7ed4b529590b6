"""The seller itself: what it offers, and machines made, found and removed."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import quote

import msgspec

from ...core.endpoints import check_endpoint
from ...core.errors import UsageError
from ..base import (
    Failure,
    Labels,
    Machine,
    MachineOrder,
    MachineRef,
    MachineState,
    Offer,
    OfferQuery,
    Provider,
    ProviderError,
    Seat,
    Skip,
    StillThereError,
)
from ..turns import one_at_a_time
from .catalog import read_offers
from .client import Api
from .failures import RefusedError
from .keys import SshKeys, key_blob
from .launch import launch_body
from .machines import LIVING, launched, read_machine
from .names import DEFAULT_ENDPOINT, PROVIDER, api_root
from .wire import Instance, Launched

if TYPE_CHECKING:
    import httpx

LOOKS_AFTER_SECONDS = (0.0, 0.5, 1.0, 2.0, 4.0)
"""When the list is asked for a launch whose answer was lost: pauses before each look."""


class LambdaCloud(Provider):
    """Lambda's on-demand cloud. `transport` and `sleep` are seams for tests."""

    name: ClassVar[str] = PROVIDER
    title: ClassVar[str] = "Lambda"

    def __init__(
        self,
        seat: Seat,
        *,
        transport: "httpx.BaseTransport | None" = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        _refuse_unknown(seat)
        endpoint = check_endpoint(seat.settings.endpoint or DEFAULT_ENDPOINT, loopback=seat.loopback)
        self._endpoint = api_root(endpoint)
        self._seat = seat
        self._sleep = sleep
        self._api = Api(
            self._endpoint,
            seat.secrets.get("api_key", ""),
            timeout_seconds=seat.settings.timeout_seconds,
            transport=transport,
        )
        self._keys = SshKeys(self._api)

    def offers(self, query: OfferQuery) -> Iterator[Offer | Skip]:
        """One offer a type and region that has capacity now; a sold-out type is a `Skip`."""
        rows = self._api.get("/instance-types", dict[str, msgspec.Raw])
        yield from read_offers(
            rows,
            query,
            regions=self._seat.settings.regions,
            source=f"{self._endpoint}/instance-types",
            now=self._seat.clock(),
        )

    def check_key(self, ssh_public_key: str | None) -> None:
        """See `NeedsKey.check_key`."""
        key_blob(ssh_public_key)

    def create(self, order: MachineOrder) -> Machine:
        """Launch, unless the token is already on a living machine. See `Provisions.create`."""
        with one_at_a_time(order.labels.token):
            found = self.find(order.labels, order.offer)
            if found is not None:
                return found
            key = self._keys.name_of(order.ssh_public_key)
            body = launch_body(order, ssh_key=key, now=self._seat.clock())
            try:
                return launched(order, self._api.launch(body, Launched).instance_ids[0])
            except ProviderError as error:
                if error.definite:
                    raise
                return self._look_after(order, error)

    def read(self, ref: MachineRef) -> Machine | None:
        """See `Provisions.read`."""
        try:
            machine = read_machine(self._api.get(f"/instances/{quote(ref.id, safe='')}", Instance))
        except RefusedError as error:
            if error.gone:
                return None
            raise
        return None if machine.state is MachineState.GONE else machine

    def find(self, labels: Labels, offer: Offer) -> Machine | None:  # noqa: ARG002 - the list has all regions
        """The living machine with the token; of two, which only two processes could make, the lower id."""
        ours = [machine for machine in self._living() if machine.labels and machine.labels.token == labels.token]
        return min(ours, key=lambda machine: machine.ref.id, default=None)

    def delete(self, ref: MachineRef) -> None:
        """Terminate; accepted is enough, for the seller then ends it by itself. See `Provisions.delete`."""
        try:
            self._api.post("/instance-operations/terminate", {"instance_ids": [ref.id]}, msgspec.Raw)
        except RefusedError as error:
            if error.gone:
                return
            if error.status == 409:
                raise StillThereError(f"{ref.id} cannot be terminated yet", why=error.why) from error
            raise

    def ours(self, regions: Sequence[str] = ()) -> Iterator[Machine]:  # noqa: ARG002 - the list has all regions
        """Every living machine of ours in the account, whatever its region."""
        return (machine for machine in self._living() if machine.labels is not None)

    def _living(self) -> list[Machine]:
        machines = [read_machine(row) for row in self._api.get("/instances", tuple[Instance, ...])]
        return [machine for machine in machines if machine.state in LIVING]

    def _look_after(self, order: MachineOrder, lost: ProviderError) -> Machine:
        for pause_seconds in LOOKS_AFTER_SECONDS:
            self._sleep(pause_seconds)
            try:
                found = self.find(order.labels, order.offer)
            except ProviderError:
                continue
            if found is not None:
                return found
        raise ProviderError(
            PROVIDER,
            Failure.UNKNOWN_OUTCOME,
            f"{order.labels.machine} was ordered, the answer was lost ({lost.why}), and no list shows it yet",
            fix="ampacity recover",
        ) from lost


def _refuse_unknown(seat: Seat) -> None:
    unknown = {*seat.settings.options} | ({*seat.secrets} - {"api_key"})
    if unknown:
        raise UsageError(
            f"The provider {PROVIDER!r} does not know {', '.join(sorted(unknown))}",
            why="its settings are endpoint, regions, timeout_seconds and secrets.api_key",
            fix="ampacity context show",
            code="AMP-CONFIG",
        )
