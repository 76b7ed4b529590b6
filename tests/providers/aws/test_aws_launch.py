"""What `RunInstances` is told, held against botocore's own description of the call."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import botocore.session
import msgspec
import pytest
from botocore.validate import ParamValidator

from ampacity.providers.aws.images import Image
from ampacity.providers.aws.launch import launch_parameters
from ampacity.providers.aws.options import Options
from ampacity.providers.base import MachineOrder, Market, Offer, ProviderError

OrderMaker = Callable[..., MachineOrder]
IMAGE = Image(id="ami-0123456789abcdef0", root_device="/dev/sda1", min_disk_gib=75)
END = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


def told(order: MachineOrder, **options: str) -> dict[str, Any]:
    return launch_parameters(order, IMAGE, Options(**options))


def tags(parameters: dict[str, Any], resource: str) -> dict[str, str]:
    (found,) = (row["Tags"] for row in parameters["TagSpecifications"] if row["ResourceType"] == resource)
    return {tag["Key"]: tag["Value"] for tag in found}


def test_botocore_accepts_the_whole_request(make_order: OrderMaker) -> None:
    order = make_order(ends_at=END, max_usd_per_hour=Decimal(3))
    shape = botocore.session.get_session().get_service_model("ec2").operation_model("RunInstances").input_shape
    assert shape is not None
    report = ParamValidator().validate(told(order, security_group="open-ssh"), shape)
    assert report.generate_report() == ""


def test_one_machine_by_the_orders_token(make_order: OrderMaker) -> None:
    order = make_order()
    parameters = told(order)
    assert (parameters["MinCount"], parameters["MaxCount"]) == (1, 1)
    assert parameters["ClientToken"] == order.labels.token


def test_the_same_order_gives_the_same_request(make_order: OrderMaker) -> None:
    assert told(make_order(ends_at=END)) == told(make_order(ends_at=END))


def test_everything_that_is_made_carries_our_tags(make_order: OrderMaker) -> None:
    order = make_order(ends_at=END)
    parameters = told(order)
    for resource in ("instance", "volume", "spot-instances-request"):
        found = tags(parameters, resource)
        assert found["Name"] == "train-gpu-1"
        assert found["ampacity:deployment"] == order.labels.deployment
        assert found["ampacity:token"] == order.labels.token
        assert found["ampacity:plan"] == order.labels.plan
        assert found["ampacity:ends-at"] == "2026-11-25T04:00:00Z"


def test_a_cap_on_the_node_leaves_disk_and_address_out_of_the_bid(make_order: OrderMaker) -> None:
    # $3.00 for the node, of which disk and address are $0.01
    options = told(make_order(max_usd_per_hour=Decimal("3.00")))["InstanceMarketOptions"]["SpotOptions"]
    assert options["MaxPrice"] == "2.99"
    assert options["SpotInstanceType"] == "one-time"


def test_a_cap_that_leaves_nothing_for_the_instance_is_refused(make_order: OrderMaker) -> None:
    with pytest.raises(ProviderError, match="leaves nothing"):
        told(make_order(max_usd_per_hour=Decimal("0.01")))


def test_on_demand_has_no_bid_no_zone_and_no_spot_request(make_order: OrderMaker, on_demand_offer: Offer) -> None:
    parameters = told(make_order(offer=on_demand_offer, max_usd_per_hour=Decimal(3)))
    assert not {"InstanceMarketOptions", "Placement"} & set(parameters)
    assert {row["ResourceType"] for row in parameters["TagSpecifications"]} == {"instance", "volume"}


def test_the_disk_goes_with_the_machine(make_order: OrderMaker) -> None:
    (disk,) = told(make_order())["BlockDeviceMappings"]
    assert disk["DeviceName"] == "/dev/sda1"
    assert disk["Ebs"] == {"VolumeSize": 200, "VolumeType": "gp3", "DeleteOnTermination": True}


def test_a_machine_with_an_end_is_gone_when_it_switches_itself_off(make_order: OrderMaker) -> None:
    assert told(make_order(ends_at=END))["InstanceInitiatedShutdownBehavior"] == "terminate"
    assert "InstanceInitiatedShutdownBehavior" not in told(make_order())


def test_a_disk_smaller_than_the_image_is_refused_with_the_size_that_does(make_order: OrderMaker) -> None:
    with pytest.raises(ProviderError) as caught:
        told(make_order(disk_gib=50))
    assert "75" in caught.value.fix


def test_a_market_that_is_not_sold_here_is_refused(make_order: OrderMaker, on_demand_offer: Offer) -> None:
    auction = msgspec.structs.replace(on_demand_offer, market=Market.AUCTION)
    with pytest.raises(ProviderError, match="auction"):
        told(make_order(offer=auction))
