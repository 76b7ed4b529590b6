"""An instance of the seller as a machine of ours. Pure."""

from ..base import Machine, MachineOrder, MachineRef, MachineState, Market
from .catalog import usd_per_hour
from .names import PROVIDER
from .tags import read_tags
from .wire import Instance

SSH_USER = "ubuntu"

_STATES = {
    "booting": MachineState.PENDING,
    "active": MachineState.RUNNING,
    "unhealthy": MachineState.FAILED,
    "terminating": MachineState.STOPPING,
    "terminated": MachineState.GONE,
    "preempted": MachineState.GONE,
}

LIVING = frozenset({MachineState.PENDING, MachineState.RUNNING, MachineState.FAILED})


def read_machine(instance: Instance) -> Machine:
    """The machine, `GONE` ones included. A status that is not documented is neither up nor gone."""
    marks = read_tags(instance.tags)
    state = _STATES.get(instance.status, MachineState.PENDING)
    cents = instance.instance_type.price_cents_per_hour
    return Machine(
        provider=PROVIDER,
        ref=MachineRef(id=instance.id, region=instance.region.name),
        state=state,
        sku=instance.instance_type.name,
        market=Market.ON_DEMAND,
        labels=marks.labels if marks else None,
        address=instance.ip,
        ssh_user=SSH_USER,
        usd_per_hour=usd_per_hour(cents) if cents is not None and cents > 0 else None,
        created_at=marks.ordered_at if marks else None,
        ends_at=marks.ends_at if marks else None,
        note="" if instance.status in _STATES else f"the seller calls its state {instance.status!r}",
    )


def launched(order: MachineOrder, instance_id: str) -> Machine:
    """The machine that a launch has just given an id to."""
    return Machine(
        provider=PROVIDER,
        ref=MachineRef(id=instance_id, region=order.offer.region),
        state=MachineState.PENDING,
        sku=order.offer.sku,
        market=Market.ON_DEMAND,
        labels=order.labels,
        ssh_user=SSH_USER,
        usd_per_hour=order.offer.usd_per_hour,
        ends_at=order.ends_at,
    )
