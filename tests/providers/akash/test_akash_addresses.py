"""An account is text with a checksum: what is mistyped is no account."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.providers.akash.addresses import address_of, bech32, parse_address

ABANDON_KEY = bytes.fromhex("024f4e2ad99c34d60b9ba6283c9431a8418af8673212961f97a77b6377fcd05b62")
"""The public key at m/44'/118'/0'/0/0 of the phrase "abandon … about"."""


def test_an_account_is_that_of_every_cosmos_wallet_for_the_same_key() -> None:
    # The cosmos form is the published test vector of that phrase; only the prefix differs.
    assert address_of(ABANDON_KEY, "cosmos") == "cosmos19rl4cm2hmr8afy4kldpxz3fka4jguq0auqdal4"
    assert address_of(ABANDON_KEY) == "akash19rl4cm2hmr8afy4kldpxz3fka4jguq0a3mq6x0"


def test_an_account_seen_on_the_network_is_one() -> None:
    # A provider's, recorded on 2026-07-17.
    assert parse_address("akash13va9yxc8a7wlc882g72uj4g2fscj93hdk0uycp")


@given(st.binary(min_size=20, max_size=20) | st.binary(min_size=32, max_size=32))
def test_what_is_written_can_be_read(data: bytes) -> None:
    assert parse_address(bech32("akash", data)) == bech32("akash", data)


@given(st.binary(min_size=20, max_size=20), st.integers(6, 43), st.sampled_from("qpzry9x8gf2tvdw0s3jn54khce6mua7l"))
def test_one_wrong_letter_is_always_noticed(data: bytes, place: int, letter: str) -> None:
    text = bech32("akash", data)
    wrong = text[:place] + letter + text[place + 1 :]
    if wrong != text:
        with pytest.raises(ValueError, match="is no account"):
            parse_address(wrong)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "akash1",
        "akash",
        "cosmos19rl4cm2hmr8afy4kldpxz3fka4jguq0auqdal4",
        "AKASH19RL4CM2HMR8AFY4KLDPXZ3FKA4JGUQ0A3MQ6X0",
        "akash19rl4cm2hmr8afy4kldpxz3fka4jguq0a3mq6x0 ",
        "akash19rl4cm2hmr8afy4kldpxz3fka4jguq0a3mq6x0\n",
        "akash1é9rl4cm2hmr8afy4kldpxz3fka4jguq0a3mq6x0",
        "akash1" + "q" * 500,
        bech32("akash", bytes(19)),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no account"):
        parse_address(text)
