"""What the stand-in has beyond moto, seen through plain boto3 as any client would."""

import json
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from ampacity.sandbox.faults import FaultKind, Faults

pytestmark = pytest.mark.moto

TOKEN = "0123456789abcdef0123456789abcdef"
SPOT = {"MarketType": "spot", "SpotOptions": {"SpotInstanceType": "one-time"}}


class StandIn(Protocol):
    ec2: Any
    pricing: Any
    faults: Faults

    def client(self, service: str, region: str = ...) -> Any: ...
    def fault(self, kind: FaultKind, machine: str | None = None) -> None: ...
    def run(self, **changes: Any) -> dict[str, Any]: ...
    def living(self) -> list[dict[str, Any]]: ...
    def read(self, instance_id: str) -> dict[str, Any]: ...


def refusal(error: ClientError) -> tuple[str, int]:
    return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]


def soon_running(aws: StandIn, instance_id: str) -> bool:
    until = time.monotonic() + 5
    while aws.read(instance_id)["State"]["Name"] != "running" and time.monotonic() < until:
        time.sleep(0.05)
    return bool(aws.read(instance_id)["State"]["Name"] == "running")


class TestTokens:
    def test_the_same_token_gives_the_same_machine(self, aws: StandIn) -> None:
        assert aws.run(ClientToken=TOKEN)["InstanceId"] == aws.run(ClientToken=TOKEN)["InstanceId"]
        assert len(aws.living()) == 1

    def test_the_same_token_at_the_same_moment_gives_one_machine(self, aws: StandIn) -> None:
        with ThreadPoolExecutor(6) as pool:
            made = set(pool.map(lambda _: aws.run(ClientToken=TOKEN)["InstanceId"], range(6)))
        assert len(made) == 1

    def test_without_a_token_each_call_makes_a_machine(self, aws: StandIn) -> None:
        assert aws.run()["InstanceId"] != aws.run()["InstanceId"]

    def test_the_token_with_other_parameters_is_refused(self, aws: StandIn) -> None:
        aws.run(ClientToken=TOKEN)
        with pytest.raises(ClientError) as caught:
            aws.run(ClientToken=TOKEN, InstanceType="p5.48xlarge")
        assert refusal(caught.value) == ("IdempotentParameterMismatch", 400)

    def test_the_token_of_a_terminated_machine_is_refused(self, aws: StandIn) -> None:
        made = aws.run(ClientToken=TOKEN)
        aws.ec2.terminate_instances(InstanceIds=[made["InstanceId"]])
        with pytest.raises(ClientError) as caught:
            aws.run(ClientToken=TOKEN)
        assert refusal(caught.value) == ("IdempotentInstanceTerminated", 400)

    def test_a_zone_is_part_of_the_token(self, aws: StandIn) -> None:
        first = aws.run(ClientToken=TOKEN, Placement={"AvailabilityZone": "us-east-1a"})
        second = aws.run(ClientToken=TOKEN, Placement={"AvailabilityZone": "us-east-1b"})
        assert first["InstanceId"] != second["InstanceId"]

    def test_machines_can_be_found_by_it(self, aws: StandIn) -> None:
        made = aws.run(ClientToken=TOKEN)
        aws.run()
        stays = aws.ec2.describe_instances(Filters=[{"Name": "client-token", "Values": [TOKEN]}])["Reservations"]
        assert [row["InstanceId"] for stay in stays for row in stay["Instances"]] == [made["InstanceId"]]


class TestLaunches:
    def test_a_machine_takes_time_to_come_up(self, aws: StandIn) -> None:
        made = aws.run()
        assert made["State"]["Name"] == "pending"
        assert aws.read(made["InstanceId"])["State"]["Name"] == "pending"
        assert soon_running(aws, made["InstanceId"])

    def test_its_address_leads_nowhere(self, aws: StandIn) -> None:
        assert aws.run()["PublicIpAddress"].startswith("198.51.100.")  # RFC 5737, for documentation

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"InstanceType": "h900.mega"}, "InvalidParameterValue"),
            ({"ImageId": "ami-0000"}, "InvalidAMIID.NotFound"),
            ({"InstanceType": "p4de.24xlarge", "Placement": {"AvailabilityZone": "us-east-1a"}}, "Unsupported"),
            ({"InstanceMarketOptions": SPOT | {"SpotOptions": {"MaxPrice": "0.01"}}}, "SpotMaxPriceTooLow"),
        ],
    )
    def test_what_aws_would_refuse_is_refused(self, aws: StandIn, change: dict[str, Any], code: str) -> None:
        with pytest.raises(ClientError) as caught:
            aws.run(**change)
        assert refusal(caught.value) == (code, 400)
        assert aws.living() == []

    def test_a_spot_machine_has_a_request_with_its_tags(self, aws: StandIn) -> None:
        tags = [{"Key": "whose", "Value": "mine"}]
        made = aws.run(
            InstanceMarketOptions=SPOT,
            TagSpecifications=[{"ResourceType": "spot-instances-request", "Tags": tags}],
        )
        assert made["InstanceLifecycle"] == "spot"
        by_tag = [{"Name": "tag:whose", "Values": ["mine"]}, {"Name": "state", "Values": ["active"]}]
        (request,) = aws.ec2.describe_spot_instance_requests(Filters=by_tag)["SpotInstanceRequests"]
        assert request["InstanceId"] == made["InstanceId"]
        assert request["SpotInstanceRequestId"] == made["SpotInstanceRequestId"]
        assert request["Tags"] == tags

    def test_cancelling_a_request_leaves_its_machine(self, aws: StandIn) -> None:
        made = aws.run(InstanceMarketOptions=SPOT)
        ids = [made["SpotInstanceRequestId"]]
        (cancelled,) = aws.ec2.cancel_spot_instance_requests(SpotInstanceRequestIds=ids)[
            "CancelledSpotInstanceRequests"
        ]
        assert cancelled["State"] == "cancelled"
        assert len(aws.living()) == 1


class TestPrices:
    def wanted(self, **fields: str) -> list[dict[str, str]]:
        return [{"Type": "TERM_MATCH", "Field": key, "Value": value} for key, value in fields.items()]

    def test_the_price_list_holds_the_catalogues_figure_and_its_traps(self, aws: StandIn) -> None:
        filters = self.wanted(instanceType="p5.48xlarge", regionCode="us-east-1", marketoption="OnDemand")
        rows = aws.pricing.get_products(ServiceCode="AmazonEC2", Filters=filters)["PriceList"]
        found = {}
        for row in map(json.loads, rows):
            (term,) = row["terms"]["OnDemand"].values()
            (dimension,) = term["priceDimensions"].values()
            found[row["product"]["attributes"]["capacitystatus"]] = Decimal(dimension["pricePerUnit"]["USD"])
        assert found == {
            "Used": Decimal("55.04"),
            "UnusedCapacityReservation": Decimal("55.04"),
            "AllocatedCapacityReservation": Decimal(0),
        }

    def test_pages_hold_every_row_once(self, aws: StandIn) -> None:
        pages = aws.pricing.get_paginator("get_products").paginate(
            ServiceCode="AmazonEC2", PaginationConfig={"PageSize": 7}
        )
        skus = [json.loads(row)["product"]["sku"] for page in pages for row in page["PriceList"]]
        whole = aws.pricing.get_products(ServiceCode="AmazonEC2", MaxResults=100)
        assert len(skus) == len(set(skus)) > 90
        assert len(whole["PriceList"]) == min(len(skus), 100)

    def test_a_service_that_it_has_not_is_refused(self, aws: StandIn) -> None:
        with pytest.raises(aws.pricing.exceptions.NotFoundException):
            aws.pricing.get_products(ServiceCode="AmazonS3")

    def test_spot_prices_are_given_for_each_zone_as_of_now(self, aws: StandIn) -> None:
        rows = aws.ec2.describe_spot_price_history(
            InstanceTypes=["p5en.48xlarge"], ProductDescriptions=["Linux/UNIX"], StartTime=datetime.now(UTC)
        )["SpotPriceHistory"]
        assert sorted(row["AvailabilityZone"] for row in rows) == ["us-east-1a", "us-east-1c"]
        assert all(Decimal(10) < Decimal(row["SpotPrice"]) < Decimal("63.296") for row in rows)

    def test_spot_history_goes_back_day_by_day(self, aws: StandIn) -> None:
        since = datetime.now(UTC) - timedelta(days=5)
        rows = aws.ec2.describe_spot_price_history(
            InstanceTypes=["p5.4xlarge"],
            StartTime=since,
            Filters=[{"Name": "availability-zone", "Values": ["us-east-1a"]}],
        )["SpotPriceHistory"]
        moments = [row["Timestamp"] for row in rows]
        assert moments == sorted(moments, reverse=True)
        assert len(moments) == 6
        assert moments[-1] <= since


class TestFaults:
    def test_no_capacity_answers_as_ec2_does(self, aws: StandIn) -> None:
        aws.fault(FaultKind.CAPACITY)
        with pytest.raises(ClientError) as caught:
            aws.run()
        assert refusal(caught.value) == ("InsufficientInstanceCapacity", 500)
        assert aws.run()["InstanceId"]

    def test_a_throttled_call_has_each_services_own_code(self, aws: StandIn) -> None:
        aws.fault(FaultKind.THROTTLE)
        with pytest.raises(ClientError) as caught:
            aws.ec2.describe_instances()
        assert refusal(caught.value) == ("RequestLimitExceeded", 503)
        aws.fault(FaultKind.THROTTLE)
        with pytest.raises(ClientError) as caught:
            aws.pricing.get_products(ServiceCode="AmazonEC2")
        assert refusal(caught.value) == ("ThrottlingException", 400)

    def test_a_slow_answer_is_late_and_right(self, aws: StandIn) -> None:
        aws.fault(FaultKind.SLOW)
        before = time.monotonic()
        assert aws.living() == []
        assert time.monotonic() - before >= 0.5

    def test_an_answer_is_lost_after_the_machine_was_made(self, aws: StandIn) -> None:
        aws.fault(FaultKind.TIMEOUT_AFTER_CREATE)
        with pytest.raises(BotoCoreError):
            aws.run(ClientToken=TOKEN)
        (machine,) = aws.living()
        assert aws.run(ClientToken=TOKEN)["InstanceId"] == machine["InstanceId"]

    def test_prices_rise_by_three_tenths_until_it_is_cleared(self, aws: StandIn) -> None:
        def spot() -> Decimal:
            rows = aws.ec2.describe_spot_price_history(InstanceTypes=["p5.4xlarge"], StartTime=datetime.now(UTC))[
                "SpotPriceHistory"
            ]
            return Decimal(min(row["SpotPrice"] for row in rows))

        before = spot()
        aws.fault(FaultKind.PRICE_MOVED)
        assert spot() == (before * Decimal("1.3")).quantize(Decimal("0.000001"))
        aws.faults.clear(FaultKind.PRICE_MOVED)
        assert spot() == before

    def test_a_machine_is_taken_away_with_the_reason(self, aws: StandIn) -> None:
        kept, taken = aws.run(InstanceMarketOptions=SPOT), aws.run(InstanceMarketOptions=SPOT)
        aws.fault(FaultKind.PREEMPT, taken["InstanceId"])
        gone = aws.read(taken["InstanceId"])
        assert gone["State"]["Name"] == "terminated"
        assert gone["StateReason"]["Code"] == "Server.SpotInstanceTermination"
        assert [row["InstanceId"] for row in aws.living()] == [kept["InstanceId"]]

    def test_taking_away_a_machine_that_is_not_there_waits_for_nobody(self, aws: StandIn) -> None:
        kept = aws.run()
        aws.fault(FaultKind.PREEMPT, "i-typo")
        assert [row["InstanceId"] for row in aws.living()] == [kept["InstanceId"]]
        assert aws.faults.list() == []

    def test_garbage_is_no_answer(self, aws: StandIn) -> None:
        aws.fault(FaultKind.BAD_JSON)
        with pytest.raises(ResponseParserError):
            aws.ec2.describe_instances()

    def test_half_an_answer_is_no_answer(self, aws: StandIn) -> None:
        aws.fault(FaultKind.HALF_ANSWER)
        with pytest.raises((BotoCoreError, ResponseParserError)):
            aws.ec2.describe_instances()


def test_what_moto_has_is_left_to_it(aws: StandIn) -> None:
    assert aws.client("sts").get_caller_identity()["Account"] == "123456789012"
    with pytest.raises(ClientError) as caught:
        aws.read("i-0123456789abcdef0")
    assert refusal(caught.value) == ("InvalidInstanceID.NotFound", 400)


def test_an_unsigned_request_does_no_harm(aws: StandIn) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{aws.ec2.meta.endpoint_url}/?Action=RunInstances", timeout=5)
    caught.value.close()
    assert aws.living() == []
