"""Ethereum account addresses as a type: always in EIP-55 form, so that one account has one spelling."""

import re
from typing import NewType

Address = NewType("Address", str)
"""`0x` and 40 hex digits whose case is the EIP-55 checksum."""

_HEX = re.compile(r"0x[0-9a-fA-F]{40}")


def keccak256(data: bytes) -> bytes:
    """Ethereum's hash: Keccak-256, which is not SHA3-256."""
    from eth_hash.auto import keccak

    return keccak(data)


def checksum(raw: bytes) -> Address:
    """The EIP-55 form of a 20-byte account: letters are upper-case where the digits' hash is 8 or more."""
    digits = raw.hex()
    shades = keccak256(digits.encode("ascii")).hex()
    cased = (digit.upper() if shade >= "8" else digit for digit, shade in zip(digits, shades, strict=False))
    return Address("0x" + "".join(cased))


def parse_address(text: str) -> Address:
    """`text` as an address; raises `ValueError` unless it is hex in exactly its EIP-55 case."""
    if not _HEX.fullmatch(text):
        raise ValueError(f"{text[:60]!r} is no address: 0x and 40 hex digits are wanted")
    if checksum(bytes.fromhex(text[2:])) != text:
        raise ValueError(f"{text} fails its EIP-55 checksum: copy it again with its upper and lower case")
    return Address(text)


def address_of(public_key: bytes) -> Address:
    """The account of a secp256k1 public key in its 65-byte uncompressed form."""
    return checksum(keccak256(public_key[1:])[-20:])
