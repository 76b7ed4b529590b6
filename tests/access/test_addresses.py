"""One account, one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.access.addresses import checksum, parse_address

# the examples of EIP-55 itself
EIP_55 = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]


@pytest.mark.parametrize("text", EIP_55)
def test_the_standards_own_examples_are_addresses_and_no_other_case_of_them_is(text: str) -> None:
    assert parse_address(text) == checksum(bytes.fromhex(text[2:])) == text
    with pytest.raises(ValueError, match="EIP-55"):
        parse_address("0x" + text[2:].swapcase())


@pytest.mark.parametrize(
    "text", ["", "0x", EIP_55[0][2:], EIP_55[0] + "0", EIP_55[0][:-1], EIP_55[0] + "\n", "alice.eth", "0X" + "0" * 40]
)
def test_what_is_not_forty_hex_digits_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="is no address"):
        parse_address(text)


@given(st.binary(min_size=20, max_size=20))
def test_every_account_has_an_address_that_is_accepted(raw: bytes) -> None:
    assert bytes.fromhex(parse_address(checksum(raw))[2:]) == raw
