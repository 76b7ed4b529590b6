"""The owner as a seller: offers, reservations, and what power is left."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from ...core.errors import UsageError
from ..base import (
    Labels,
    Machine,
    MachineOrder,
    MachineRef,
    MachineState,
    Market,
    Offer,
    OfferQuery,
    PowerLimit,
    Provider,
    Seat,
)
from .catalog import read_offers
from .ledger import Ledger, Reservation, labels_of
from .names import PROVIDER
from .place import place, power_limits
from .sites import Node, Sites, ledger_path, load_sites

NOTE = "reserved; power is not switched yet, nothing is installed"


class OwnRacks(Provider):
    """Nodes of one's own. The sites file is read anew for each call: it may have been edited."""

    name: ClassVar[str] = PROVIDER
    title: ClassVar[str] = "Own racks"

    def __init__(self, seat: Seat) -> None:
        unknown = {*seat.secrets} | ({*seat.settings.options} - {"sites"})
        if unknown or seat.settings.endpoint:
            raise UsageError(
                f"The provider {PROVIDER!r} does not know {', '.join(sorted(unknown)) or 'endpoint'}",
                why="its settings are regions and options.sites",
                fix="ampacity context show",
                code="AMP-CONFIG",
            )
        self._seat = seat

    def offers(self, query: OfferQuery) -> Iterator[Offer]:
        """One offer a rack and kind of node. Raises `UsageError` for a sites file that is absent or wrong."""
        path, sites, ledger = self._open()
        yield from read_offers(
            sites,
            ledger.all(),
            query,
            regions=self._seat.settings.regions,
            source=path.name,
            now=self._seat.clock(),
        )

    def check_sites(self) -> None:
        """See `ReadsSites.check_sites`."""
        load_sites(self._path())

    def power_limits(self) -> Iterator[PowerLimit]:
        """What each rack and site has left beside the nodes that are reserved."""
        path, sites, ledger = self._open()
        return power_limits(sites, ledger.all(), source=path.name)

    def create(self, order: MachineOrder) -> Machine:
        """Reserve one node by name, for good or until `delete`. See `Provisions.create`."""
        path, sites, ledger = self._open()
        now = self._seat.clock()
        row = ledger.take(order.labels.token, lambda held: place(sites, order, held, now))
        return _machine(row, sites, path)

    def read(self, ref: MachineRef) -> Machine | None:
        """See `Provisions.read`. A node that left the sites file while it is reserved is shown as failed."""
        return next((machine for machine in self.ours() if machine.ref.id == ref.id), None)

    def find(self, labels: Labels, offer: Offer) -> Machine | None:  # noqa: ARG002 - the ledger has all regions
        """See `Provisions.find`."""
        return next((row for row in self.ours() if row.labels and row.labels.token == labels.token), None)

    def delete(self, ref: MachineRef) -> None:
        """Give the node back. See `Provisions.delete`."""
        _, _, ledger = self._open()
        ledger.free(ref.id)

    def ours(self, regions: Sequence[str] = ()) -> Iterator[Machine]:  # noqa: ARG002 - the ledger has all regions
        """Every reservation in the ledger, whatever its region."""
        path, sites, ledger = self._open()
        return (_machine(row, sites, path) for row in ledger.all())

    def _open(self) -> tuple[Path, Sites, Ledger]:
        path = self._path()
        sites = load_sites(path)
        return path, sites, Ledger(ledger_path(path, sites))

    def _path(self) -> Path:
        named = self._seat.settings.options.get("sites")
        path = self._seat.sites or (Path(named).expanduser() if named else None)
        if path is None:
            raise UsageError(
                "No sites file is named",
                why="neither the spec's `sites` nor the context says where the racks are written down",
                fix=f'set options = {{ sites = "sites.yaml" }} under [contexts.NAME.providers.{PROVIDER}]',
                code="AMP-SITES-NONE",
            )
        return path


def _machine(row: Reservation, sites: Sites, path: Path) -> Machine:
    node = _node(row, sites)
    return Machine(
        provider=PROVIDER,
        ref=MachineRef(id=row.id, region=row.region, zone=f"{row.site}.{row.rack}"),
        state=MachineState.RUNNING if node else MachineState.FAILED,
        sku=row.type,
        market=Market.OWNED,
        labels=labels_of(row),
        address=node.address if node else None,
        ssh_user=node.ssh_user if node else None,
        usd_per_hour=row.usd_per_hour,
        created_at=row.created_at,
        ends_at=row.ends_at,
        note=NOTE if node else f"reserved, but {path.name} has no node {row.node} in {row.site}.{row.rack}",
    )


def _node(row: Reservation, sites: Sites) -> Node | None:
    site = sites.sites.get(row.site)
    rack = site.racks.get(row.rack) if site else None
    return rack.nodes.get(row.node) if rack else None
