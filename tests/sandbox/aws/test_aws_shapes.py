"""Our own answers against botocore's output shapes: what is put in comes out, whole and typed."""

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, Shape, StructureShape
from botocore.parsers import create_parser

from ampacity.sandbox.aws import pricing, spotprices
from ampacity.sandbox.aws.spotrequests import SpotRequests
from ampacity.sandbox.aws.stock import load_stock
from ampacity.sandbox.aws.wire import Call, RefusedError, answer, refusal

pytestmark = pytest.mark.moto

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
STOCK = load_stock()


def call(service: str, action: str, **parameters: Any) -> Call:
    return Call(service=service, region="us-east-1", action=action, parameters=parameters)


def spot_requests() -> dict[str, Any]:
    requests = SpotRequests()
    placement = SimpleNamespace(zone="us-east-1a")
    instance = SimpleNamespace(id="i-1", placement=placement, instance_type="p5.4xlarge", image_id="ami-1")
    options = {"MarketType": "spot", "SpotOptions": {"MaxPrice": "3", "SpotInstanceType": "one-time"}}
    tags = [{"ResourceType": "spot-instances-request", "Tags": [{"Key": "k", "Value": "v"}]}]
    requests.add(call("ec2", "RunInstances", InstanceMarketOptions=options, TagSpecifications=tags), instance, NOW)
    return requests.describe(call("ec2", "DescribeSpotInstanceRequests"))


def results() -> list[tuple[Call, dict[str, Any]]]:
    products = call("pricing", "GetProducts", ServiceCode="AmazonEC2", MaxResults=3)
    history = call("ec2", "DescribeSpotPriceHistory", InstanceTypes=["p5.48xlarge"], MaxResults=2)
    return [
        (products, pricing.get_products(products, STOCK, Decimal(1))),
        (history, spotprices.describe_history(history, STOCK, Decimal(1), NOW)),
        (call("ec2", "DescribeSpotInstanceRequests"), spot_requests()),
    ]


def parsed(asked: Call, response: Any) -> tuple[dict[str, Any], Shape]:
    model = botocore.session.get_session().get_service_model(asked.service)
    shape = model.operation_model(asked.action).output_shape
    assert shape is not None
    raw = {"body": response.get_data(), "headers": dict(response.headers), "status_code": response.status_code}
    read = create_parser(model.metadata["protocol"]).parse(raw, shape)
    read.pop("ResponseMetadata", None)
    return read, shape


@pytest.mark.parametrize(("asked", "result"), results(), ids=lambda value: getattr(value, "action", ""))
def test_a_client_reads_what_was_meant(asked: Call, result: dict[str, Any]) -> None:
    read, _ = parsed(asked, answer(asked, result))
    assert read == result


@pytest.mark.parametrize(("asked", "result"), results(), ids=lambda value: getattr(value, "action", ""))
def test_every_name_is_one_that_the_api_has(asked: Call, result: dict[str, Any]) -> None:
    _, shape = parsed(asked, answer(asked, result))
    assert unknown_names(result, shape) == []


def unknown_names(value: Any, shape: Shape) -> list[str]:
    if isinstance(shape, StructureShape):
        strange = sorted(set(value) - set(shape.members))
        return strange + [
            name for key in set(value) & set(shape.members) for name in unknown_names(value[key], shape.members[key])
        ]
    if isinstance(shape, ListShape):
        return [name for row in value for name in unknown_names(row, shape.member)]
    return []


@pytest.mark.parametrize(
    ("service", "action", "code"),
    [("ec2", "RunInstances", "InsufficientInstanceCapacity"), ("pricing", "GetProducts", "NotFoundException")],
)
def test_a_refusal_is_read_with_its_code_message_and_request_id(service: str, action: str, code: str) -> None:
    asked = call(service, action)
    response = refusal(asked, RefusedError(code, "Some text.", 503))
    assert response.status_code == 503
    read, _ = parsed(asked, response)
    assert (read["Error"]["Code"], read["Error"]["Message"]) == (code, "Some text.")
    assert response.headers["x-amzn-requestid"]
