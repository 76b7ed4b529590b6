"""What a host name may lead to, and that it is looked up once."""

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.providers.akash.gateway import GatewayError, Trouble
from ampacity.providers.akash.gateway.addresses import is_public, resolve


def _resolve(*answers: str, loopback: bool = False) -> tuple[str, ...]:
    return resolve("provider.example", 8443, loopback=loopback, look_up=lambda _name, _port: answers)


def test_every_public_address_of_a_name_is_a_candidate_in_the_resolvers_order() -> None:
    assert _resolve("2606:4700::1111", "1.1.1.1") == ("2606:4700::1111", "1.1.1.1")


def test_a_translated_public_address_is_public_as_behind_many_mobile_networks() -> None:
    assert _resolve("64:ff9b::808:808") == ("64:ff9b::808:808",)


@pytest.mark.parametrize("hidden", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fe80::1%lo", "::ffff:10.0.0.1"])
def test_a_name_that_leads_to_a_private_address_is_refused_even_beside_a_public_one(hidden: str) -> None:
    with pytest.raises(GatewayError, match="no public address") as refused:
        _resolve("1.1.1.1", hidden)
    assert refused.value.trouble is Trouble.ADDRESS


def test_a_name_may_lead_to_this_computer_only_where_the_context_says_loopback() -> None:
    assert _resolve("127.0.0.1", loopback=True) == ("127.0.0.1",)
    with pytest.raises(GatewayError):
        _resolve("10.0.0.1", loopback=True)


@pytest.mark.parametrize("trouble", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label too long")])
def test_a_name_without_an_address_is_out_of_reach(trouble: Exception) -> None:
    def fails(_name: str, _port: int) -> Iterable[str]:
        raise trouble

    with pytest.raises(GatewayError) as refused:
        resolve("provider.example", 8443, loopback=False, look_up=fails)
    assert refused.value.trouble is Trouble.UNREACHABLE


def test_an_empty_answer_is_out_of_reach_too() -> None:
    with pytest.raises(GatewayError) as refused:
        _resolve()
    assert refused.value.trouble is Trouble.UNREACHABLE


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_hiding_an_ipv4_address_in_an_ipv6_one_never_makes_it_public(address: IPv4Address) -> None:
    number = int(address)
    hidden = [number, 0xFFFF << 32 | number, 0x2002 << 112 | number << 80, 0x20010000 << 96 | number ^ 0xFFFFFFFF]
    assert not any(is_public(IPv6Address(one)) for one in hidden)
    assert is_public(IPv6Address(int(IPv6Address("64:ff9b::")) | number)) == is_public(address)


@given(st.integers(0, 2**128 - 1).map(IPv6Address))
def test_an_ipv6_address_outside_of_global_unicast_is_never_public_unless_it_stands_for_a_public_ipv4(
    address: IPv6Address,
) -> None:
    if is_public(address):
        assert int(address) >> 125 == 0b001 or int(address) >> 32 == 0x0064FF9B << 64
