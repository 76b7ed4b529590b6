"""A spot request that is still open: rare, for EC2 settles it in seconds, and dear if it is forgotten."""

from collections.abc import Callable
from typing import Any

import pytest

from ampacity.core.clock import system_clock
from ampacity.core.contexts import ProviderSettings
from ampacity.providers.aws.provider import Aws
from ampacity.providers.aws.tags import write_tags
from ampacity.providers.base import MachineOrder, MachineRef, MachineState, Seat

OrderMaker = Callable[..., MachineOrder]
REQUEST = MachineRef(id="sir-1", region="us-east-1")


class FakeEc2:
    """EC2 with one spot request, which a test lets bring its machine."""

    def __init__(self, order: MachineOrder) -> None:
        self.request: dict[str, Any] = {"SpotInstanceRequestId": "sir-1", "State": "open", "Tags": write_tags(order)}
        self.instances: list[dict[str, Any]] = []
        self.calls: list[str] = []

    def bring(self) -> None:
        self.request |= {"State": "active", "InstanceId": "i-1"}
        state = {"Name": "running"}
        self.instances = [{"InstanceId": "i-1", "State": state, "InstanceType": "p5.4xlarge"}]

    def describe_instances(self, **_: Any) -> dict[str, Any]:
        return {"Reservations": [{"Instances": self.instances}]}

    def describe_spot_instance_requests(self, **_: Any) -> dict[str, Any]:
        return {"SpotInstanceRequests": [self.request]}

    def get_paginator(self, name: str) -> "FakePages":
        return FakePages([getattr(self, name)() if hasattr(self, name) else {}])

    def cancel_spot_instance_requests(self, **_: Any) -> None:
        self.calls.append("cancel")

    def terminate_instances(self, **_: Any) -> None:
        self.calls.append("terminate")


class FakePages:
    def __init__(self, pages: list[dict[str, Any]]) -> None:
        self._pages = pages

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return self._pages


@pytest.fixture
def order(make_order: OrderMaker) -> MachineOrder:
    return make_order()


@pytest.fixture
def ec2(order: MachineOrder) -> FakeEc2:
    return FakeEc2(order)


@pytest.fixture
def seller(ec2: FakeEc2, monkeypatch: pytest.MonkeyPatch) -> Aws:
    settings = ProviderSettings(endpoint="http://127.0.0.1:1", regions=("us-east-1",))
    seller = Aws(Seat(settings=settings, secrets={}, loopback=True, clock=system_clock))
    monkeypatch.setattr(seller._clients, "ec2", lambda _region: ec2)
    return seller


def test_it_is_found_as_a_machine_to_come(seller: Aws, order: MachineOrder) -> None:
    found = seller.find(order.labels, order.offer)
    assert found is not None
    assert (found.ref.id, found.state, found.labels) == ("sir-1", MachineState.PENDING, order.labels)


def test_it_shows_up_in_a_sweep(seller: Aws, order: MachineOrder) -> None:
    (found,) = seller.ours()
    assert (found.ref.id, found.sku, found.labels) == ("sir-1", "spot-request", order.labels)


def test_it_keeps_its_id_when_it_has_brought_its_machine(seller: Aws, ec2: FakeEc2) -> None:
    ec2.bring()
    read = seller.read(REQUEST)
    assert read is not None
    assert (read.ref.id, read.state, read.sku) == ("sir-1", MachineState.RUNNING, "p5.4xlarge")


def test_it_is_gone_when_it_was_closed_without_a_machine(seller: Aws, ec2: FakeEc2) -> None:
    ec2.request["State"] = "closed"
    assert seller.read(REQUEST) is None


def test_deleting_it_cancels_it_before_its_machine_is_ended(seller: Aws, ec2: FakeEc2) -> None:
    ec2.bring()
    seller.delete(REQUEST)
    assert ec2.calls == ["cancel", "terminate"]
