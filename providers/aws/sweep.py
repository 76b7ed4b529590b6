"""Everything with our tags in all regions: machines, disks without one, open spot requests."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from ..base import Machine
from . import describe
from .clients import Clients
from .machines import read_instance, read_spot_request, read_volume


def sweep(clients: Clients, regions: Sequence[str], ssh_user: str) -> Iterator[Machine]:
    """What is ours. Raises `ProviderError` before anything is given if one region cannot be asked."""
    if not regions:
        return
    with ThreadPoolExecutor(len(regions)) as executor:
        answers = list(executor.map(lambda region: _region(clients, region, ssh_user), regions))
    for machines in answers:
        yield from machines


def _region(clients: Clients, region: str, ssh_user: str) -> list[Machine]:
    client = clients.ec2(region)
    ours = describe.OURS_FILTER
    return [
        *(read_instance(row, region, ssh_user) for row in describe.instances(client, ours, describe.LIVING_FILTER)),
        *(read_volume(row, region) for row in describe.volumes(client, ours, describe.UNATTACHED_FILTER)),
        *(read_spot_request(row, region) for row in describe.spot_requests(client, ours, describe.OPEN_FILTER)),
    ]
