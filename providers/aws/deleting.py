"""Deleting by id: machines, and the disks and spot requests that a sweep reports as machines."""

from ..base import MachineRef, StillThereError
from . import describe
from .clients import Clients
from .failures import RefusedError, translated
from .recent import Recent

VOLUME_PREFIX = "vol-"
SPOT_REQUEST_PREFIX = "sir-"


def delete(clients: Clients, recent: Recent, ref: MachineRef) -> None:
    """Quiet when it is gone. A machine that is shutting down counts as gone: it neither bills nor comes back."""
    if ref.id.startswith(VOLUME_PREFIX):
        _delete_volume(clients, ref)
    elif ref.id.startswith(SPOT_REQUEST_PREFIX):
        _delete_spot_request(clients, recent, ref)
    else:
        _terminate(clients, recent, ref)


def _terminate(clients: Clients, recent: Recent, ref: MachineRef) -> None:
    client = clients.ec2(ref.region)
    row = describe.instance(client, ref.id)
    if row is None:
        if recent.get(ref.id) is not None:
            raise StillThereError(f"{ref.id} is too new to be ended", why="EC2 does not know its id yet")
        return
    recent.seen(ref.id)
    request = row.get("SpotInstanceRequestId")
    if request:
        _cancel(clients, ref.region, str(request))
    try:
        with translated(creating=False):
            client.terminate_instances(InstanceIds=[ref.id])
    except RefusedError as error:
        if not error.gone:
            raise


def _delete_spot_request(clients: Clients, recent: Recent, ref: MachineRef) -> None:
    """Cancelled first, so that it can bring no machine after the one it brought is ended."""
    _cancel(clients, ref.region, ref.id)
    row = describe.spot_request(clients.ec2(ref.region), ref.id)
    if row and row.get("InstanceId"):
        _terminate(clients, recent, MachineRef(id=str(row["InstanceId"]), region=ref.region))


def _cancel(clients: Clients, region: str, request_id: str) -> None:
    try:
        with translated(creating=False):
            clients.ec2(region).cancel_spot_instance_requests(SpotInstanceRequestIds=[request_id])
    except RefusedError as error:
        if not error.gone:
            raise


def _delete_volume(clients: Clients, ref: MachineRef) -> None:
    try:
        with translated(creating=False):
            clients.ec2(ref.region).delete_volume(VolumeId=ref.id)
    except RefusedError as error:
        if error.code_of_seller == "VolumeInUse":
            raise StillThereError(f"{ref.id} is still attached", why="its machine is not gone yet") from error
        if not error.gone:
            raise
