"""How often a create call is gone through again, and what is believed after which failure."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError

from ampacity.providers.aws.creating import PAUSES_SECONDS, Launcher
from ampacity.providers.aws.options import Options
from ampacity.providers.base import Failure, MachineOrder, ProviderError

OrderMaker = Callable[..., MachineOrder]

MADE = {"Instances": [{"InstanceId": "i-1", "State": {"Name": "pending"}, "InstanceType": "p5.4xlarge"}]}
LOST = ConnectionClosedError(endpoint_url="http://127.0.0.1:1")
ABSENT = EndpointConnectionError(endpoint_url="http://127.0.0.1:1")


def refused(code: str) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": "No."}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    return ClientError(answer, "RunInstances")


THROTTLED = refused("RequestLimitExceeded")


class FakeClients:
    """EC2 with prepared answers to `RunInstances`; the last one is given for ever."""

    def __init__(self, answers: list[Any]) -> None:
        self._answers = answers
        self.requests: list[dict[str, Any]] = []

    def ssm(self, _region: str) -> "FakeClients":
        return self

    def ec2(self, _region: str) -> "FakeClients":
        return self

    def ec2_once(self, _region: str) -> "FakeClients":
        return self

    def get_parameter(self, **_: str) -> dict[str, Any]:
        return {"Parameter": {"Value": "ami-1"}}

    def describe_images(self, **_: list[str]) -> dict[str, Any]:
        return {"Images": [{"RootDeviceName": "/dev/sda1"}]}

    def run_instances(self, **parameters: Any) -> dict[str, Any]:
        self.requests.append(parameters)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)


class Trial:
    def __init__(self, order: MachineOrder) -> None:
        self.order = order
        self.slept: list[float] = []
        self.clients = FakeClients([])

    def create(self, *answers: Any) -> str:
        self.clients = FakeClients(list(answers))
        launcher = Launcher(self.clients, Options(), self.slept.append)  # type: ignore[arg-type]
        return launcher.create(self.order).ref.id


@pytest.fixture
def trial(make_order: OrderMaker) -> Trial:
    return Trial(make_order())


def test_a_throttled_call_is_tried_again_with_growing_pauses(trial: Trial) -> None:
    assert trial.create(THROTTLED, THROTTLED, MADE) == "i-1"
    assert len(trial.slept) == 2
    assert trial.slept[0] < trial.slept[1]


def test_a_lost_answer_is_asked_for_again_with_the_very_same_request(trial: Trial) -> None:
    assert trial.create(LOST, MADE) == "i-1"
    first, second = trial.clients.requests
    assert first == second


@pytest.mark.parametrize("code", ["InsufficientInstanceCapacity", "VcpuLimitExceeded", "SpotMaxPriceTooLow"])
def test_a_refusal_is_final_at_once(trial: Trial, code: str) -> None:
    with pytest.raises(ProviderError, match=code):
        trial.create(refused(code))
    assert len(trial.clients.requests) == 1


def test_a_refusal_after_a_lost_answer_settles_it(trial: Trial) -> None:
    # The token was asked about and EC2 has no machine for it.
    with pytest.raises(ProviderError) as caught:
        trial.create(LOST, refused("InsufficientInstanceCapacity"))
    assert caught.value.definite


@pytest.mark.parametrize("last", [THROTTLED, ABSENT])
def test_after_a_lost_answer_a_call_that_did_not_get_through_settles_nothing(trial: Trial, last: Exception) -> None:
    with pytest.raises(ProviderError) as caught:
        trial.create(LOST, last)
    assert caught.value.kind is Failure.UNKNOWN_OUTCOME


def test_it_gives_up_in_the_end_and_says_what_it_met(trial: Trial) -> None:
    with pytest.raises(ProviderError) as caught:
        trial.create(THROTTLED)
    assert caught.value.kind is Failure.THROTTLED
    assert len(trial.clients.requests) == len(PAUSES_SECONDS) + 1


@pytest.mark.parametrize("answer", [{"Instances": []}, {}, {"Instances": [{"State": {"Name": "odd"}}]}])
def test_an_answer_without_a_machine_does_not_mean_that_there_is_none(trial: Trial, answer: dict[str, Any]) -> None:
    with pytest.raises(ProviderError) as caught:
        trial.create(answer)
    assert caught.value.kind is Failure.UNKNOWN_OUTCOME
