"""However a seller fails, its error says what goes on."""

import pytest

from ampacity.providers.base import Failure, ProviderError


@pytest.mark.parametrize("kind", list(Failure))
def test_every_way_to_fail_has_a_next_step(kind: Failure) -> None:
    assert ProviderError("somebody", kind, "no reason given").fix


def test_a_seller_that_cannot_be_reached_is_a_matter_of_endpoint_and_network() -> None:
    error = ProviderError("somebody", Failure.UNREACHABLE, "connection refused")
    assert error.fix == "check the endpoint and the network (ampacity doctor), then run it again"


def test_what_a_seller_knows_better_stands() -> None:
    assert ProviderError("somebody", Failure.UNREACHABLE, "no", fix="ask the owner").fix == "ask the owner"
