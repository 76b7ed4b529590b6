"""The seller itself: what it offers, and machines made, found and removed."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import ClassVar

import msgspec

from ...core.money import total
from ..base import (
    Labels,
    Machine,
    MachineOrder,
    MachineRef,
    MachineState,
    Market,
    Offer,
    OfferQuery,
    Provider,
    Seat,
    Skip,
)
from . import describe, spot
from .clients import Clients
from .creating import Launcher
from .deleting import SPOT_REQUEST_PREFIX, delete
from .machines import read_instance, read_spot_request
from .names import PROVIDER
from .options import matching, read_options, read_regions
from .recent import Recent
from .search import Search
from .sweep import sweep
from .together import Together

NO_WAY_IN = "without `ssh` or `node.user_data` nobody can log in, unless the image has a way of its own"


class Aws(Provider):
    """EC2 in the seat's regions. Safe to call from many threads; `sleep` is a seam for tests."""

    name: ClassVar[str] = PROVIDER
    title: ClassVar[str] = "AWS"

    def __init__(self, seat: Seat, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._options = read_options(seat)
        self._regions = read_regions(seat)
        self._clock = seat.clock
        self._clients = Clients(seat)
        self._launcher = Launcher(self._clients, self._options, sleep)
        self._recent = Recent()
        self._together = cache(self._open_together)

    def offers(self, query: OfferQuery) -> Iterator[Offer | Skip]:
        """On-demand offers by region, spot offers by zone. See `Provider.offers`."""
        return Search(self._clients, query, self._clock).run(matching(self._regions, query.regions))

    def advice(
        self,
        *,
        image: str,  # noqa: ARG002 - what is in an image is not known here
        definition: str | None = None,  # noqa: ARG002 - none is taken here
        way_in: bool = True,
    ) -> tuple[str, ...]:
        """See `Advises.advice`."""
        return () if way_in else (NO_WAY_IN,)

    def warm_up(self, region: str) -> None:
        """See `Warms.warm_up`: half a second of CPU, most of it EC2's model."""
        self._clients.ssm(region)
        self._clients.ec2(region)
        self._clients.ec2_once(region)

    def create(self, order: MachineOrder) -> Machine:
        """See `Provisions.create`."""
        machine = self._launcher.create(order)
        self._recent.add(machine)
        return machine

    def read(self, ref: MachineRef) -> Machine | None:
        """See `Provisions.read`. A spot request keeps its own id when it has brought a machine."""
        if ref.id.startswith(SPOT_REQUEST_PREFIX):
            return self._read_request(ref)
        row = self._together(ref.region).look(ref.id)
        if row is None:
            return self._recent.get(ref.id)
        self._recent.seen(ref.id)
        machine = read_instance(row, ref.region, self._options.ssh_user)
        return None if machine.state is MachineState.GONE else machine

    def find(self, labels: Labels, offer: Offer) -> Machine | None:
        """See `Provisions.find`. An open spot request counts: it may bring the machine at any moment."""
        client = self._clients.ec2(offer.region)
        token = describe.with_token(labels.token)
        for row in describe.instances(client, token, describe.LIVING_FILTER):
            return read_instance(row, offer.region, self._options.ssh_user)
        if offer.market is Market.SPOT:
            for row in describe.spot_requests(client, token, describe.OPEN_FILTER):
                return read_spot_request(row, offer.region)
        return None

    def delete(self, ref: MachineRef) -> None:
        """See `Provisions.delete`."""
        delete(self._clients, self._recent, ref)

    def ours(self, regions: Sequence[str] = ()) -> Iterator[Machine]:
        """See `Provisions.ours`. Disks and spot requests without a machine are reported as machines."""
        return sweep(self._clients, regions or self._regions, self._options.ssh_user)

    def spot_history(self, offer: Offer, since: datetime) -> Iterator[tuple[datetime, Decimal]]:
        """All-in prices in the offer's zone. See `SpotHistory.spot_history`."""
        rest = total(part.usd_per_hour for part in offer.price if part.name != "compute")
        rows = spot.ask(self._clients.ec2(offer.region), [offer.sku], since, offer.zone)
        prices = [row for row in spot.read_spot(rows) if isinstance(row, spot.SpotPrice)]
        return ((row.since, row.usd_per_hour + rest) for row in sorted(prices, key=lambda row: row.since))

    def _open_together(self, region: str) -> Together:
        return Together(lambda ids: describe.instances_by_id(self._clients.ec2(region), ids))

    def _read_request(self, ref: MachineRef) -> Machine | None:
        row = describe.spot_request(self._clients.ec2(ref.region), ref.id)
        if row is None:
            return None
        if row.get("InstanceId"):
            machine = self.read(MachineRef(id=str(row["InstanceId"]), region=ref.region))
            return machine and msgspec.structs.replace(machine, ref=msgspec.structs.replace(machine.ref, id=ref.id))
        return read_spot_request(row, ref.region) if row.get("State") == "open" else None
