"""Which node an order gets, and what power is left. Pure: the ledger's rows come in."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from ..base import Failure, MachineOrder, PowerLimit, ProviderError
from .ledger import Reservation
from .names import PROVIDER, feed_name
from .power import describe, rack_kw
from .sites import Site, Sites


def power_limits(sites: Sites, held: Iterable[Reservation], *, source: str = "") -> Iterator[PowerLimit]:
    """What every rack and every site that has a limit can still carry; `source` is the file that says so."""
    taken = list(held)
    for site_name, site in sites.sites.items():
        for rack_name, rack in site.racks.items():
            bases = {sites.node_types[node.type].power.basis.value for node in rack.nodes.values()}
            yield PowerLimit(
                feed=feed_name(site_name, rack_name),
                free_kw=free_rack_kw(sites, site_name, rack_name, taken),
                basis=describe(rack, bases),
                source=source,
                held_kw=held_kw(sites, taken, site_name, rack_name),
            )
        if site.max_kw is not None:
            yield PowerLimit(
                feed=feed_name(site_name),
                free_kw=max(Decimal(0), site.max_kw - drawn_kw(sites, taken, site_name)),
                basis=f"site limit of {site.max_kw} kW of IT power",
                source=source,
                held_kw=held_kw(sites, taken, site_name),
            )


def held_kw(
    sites: Sites, held: Iterable[Reservation], site_name: str, rack_name: str | None = None
) -> dict[str, Decimal]:
    """What each deployment takes of a site or a rack, by its name."""
    rows: dict[str, list[Reservation]] = {}
    for row in held:
        rows.setdefault(row.deployment_name, []).append(row)
    drawn = {name: drawn_kw(sites, mine, site_name, rack_name) for name, mine in sorted(rows.items())}
    return {name: kw for name, kw in drawn.items() if kw}


def free_nodes(site: Site, site_name: str, rack: str, kind: str, held: Iterable[Reservation]) -> list[str]:
    """Names of the nodes of a kind in a rack that nobody has, in order."""
    taken = {row.node for row in held if row.site == site_name}
    nodes = site.racks[rack].nodes
    return sorted(name for name, node in nodes.items() if node.type == kind and name not in taken)


def free_rack_kw(sites: Sites, site_name: str, rack_name: str, held: Iterable[Reservation]) -> Decimal:
    """What a rack can still carry, never below zero."""
    rack = sites.sites[site_name].racks[rack_name]
    return max(Decimal(0), rack_kw(rack) - drawn_kw(sites, held, site_name, rack_name))


def drawn_kw(sites: Sites, held: Iterable[Reservation], site_name: str, rack_name: str | None = None) -> Decimal:
    """What reserved nodes take by today's basis; one that left the file counts with what it had."""
    rows = [row for row in held if row.site == site_name and rack_name in {None, row.rack}]
    return sum((_kw(sites, row) for row in rows), Decimal(0))


def place(sites: Sites, order: MachineOrder, held: list[Reservation], now: datetime) -> Reservation:
    """The reservation that `order` gets. Raises `ProviderError` where no node or no power is left."""
    site_name, rack_name, kind = _wanted(sites, order)
    site, node_type = sites.sites[site_name], sites.node_types[kind]
    nodes = free_nodes(site, site_name, rack_name, kind, held)
    if not nodes:
        raise _full(f"every {kind} in {feed_name(site_name, rack_name)} is reserved")
    need_kw = node_type.power.planned_kw
    for limit in power_limits(sites, held):
        if limit.feed in {feed_name(site_name, rack_name), feed_name(site_name)} and limit.free_kw < need_kw:
            raise _full(f"{limit.feed} has {limit.free_kw} kW left, a {kind} needs {need_kw} ({limit.basis})")
    labels = order.labels
    return Reservation(
        id=f"{site_name}.{nodes[0]}.{labels.token[:12]}",
        site=site_name,
        node=nodes[0],
        rack=rack_name,
        type=kind,
        region=site.region,
        node_kw=need_kw,
        usd_per_hour=order.offer.usd_per_hour,
        token=labels.token,
        deployment=labels.deployment,
        deployment_name=labels.deployment_name,
        machine=labels.machine,
        plan=labels.plan,
        created_at=now,
        ends_at=order.ends_at,
    )


def _wanted(sites: Sites, order: MachineOrder) -> tuple[str, str, str]:
    ref = order.offer.provider_ref
    site, rack, kind = (ref.get(key, "") for key in ("site", "rack", "type"))
    if site not in sites.sites or rack not in sites.sites[site].racks or kind not in sites.node_types:
        raise ProviderError(
            PROVIDER, Failure.INVALID, f"the sites file has no {kind} in {site}.{rack}", fix="ampacity plan SPEC"
        )
    disk_gib = sites.node_types[kind].disk_gib
    if disk_gib is not None and order.disk_gib > disk_gib:
        raise ProviderError(
            PROVIDER,
            Failure.INVALID,
            f"a {kind} has {disk_gib} GiB of disk",
            fix="lower node.disk_gib in the spec",
        )
    return site, rack, kind


def _kw(sites: Sites, row: Reservation) -> Decimal:
    site = sites.sites.get(row.site)
    rack = site.racks.get(row.rack) if site else None
    node = rack.nodes.get(row.node) if rack else None
    return sites.node_types[node.type].power.planned_kw if node else row.node_kw


def _full(why: str) -> ProviderError:
    return ProviderError(PROVIDER, Failure.CAPACITY_ZONE, why, fix="ampacity plan SPEC")
