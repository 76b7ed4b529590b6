"""What is done and said before a first call asks nobody. The SDK takes half a second of CPU to load: ahead."""

from typing import Any, Protocol

import boto3
import pytest

from ampacity.providers.aws.provider import Aws
from ampacity.providers.base import MachineOrder

NOBODY = "http://127.0.0.1:9"


class Account(Protocol):
    seller: Aws

    def open(self, **settings: object) -> Aws: ...


class OrderMaker(Protocol):
    def __call__(self, number: int = ...) -> MachineOrder: ...


def test_it_asks_nobody(account: Account) -> None:
    account.open(endpoint=NOBODY).warm_up("us-east-1")


def test_machines_that_nobody_can_log_in_to_are_warned_of_and_nobody_is_asked(account: Account) -> None:
    seller = account.open(endpoint=NOBODY)
    assert seller.advice(image="default") == ()
    assert "nobody can log in" in seller.advice(image="default", way_in=False)[0]


@pytest.mark.moto
def test_what_a_create_call_needs_is_there_then(
    account: Account, make_order: OrderMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.seller.warm_up("us-east-1")

    def late(*_: Any, **__: Any) -> None:
        pytest.fail("a client was made by the create call")

    monkeypatch.setattr(boto3.Session, "client", late)
    assert account.seller.create(make_order()).ref.id.startswith("i-")
