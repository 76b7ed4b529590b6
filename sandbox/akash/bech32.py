"""Bech32 (BIP-173), as account addresses have it."""

import hashlib

PREFIX = "akash"
_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def address_of(payload: bytes) -> str:
    """The address of twenty bytes."""
    words = _regroup(payload, 8, 5)
    check = _polymod([*_expanded(), *words, *[0] * 6]) ^ 1
    return f"{PREFIX}1" + "".join(_LETTERS[word] for word in [*words, *_check_words(check)])


def address_of_key(public_key: bytes) -> str:
    """The address of a compressed secp256k1 key: RIPEMD-160 of its SHA-256."""
    from Crypto.Hash import RIPEMD160  # many a build of OpenSSL has it no more

    return address_of(RIPEMD160.new(hashlib.sha256(public_key).digest()).digest())


def is_address(text: str) -> bool:
    """Whether `text` is an account's address, its checksum right."""
    head, _, tail = text.partition("1")
    if head != PREFIX or len(tail) != 38 or any(letter not in _LETTERS for letter in tail):
        return False
    return _polymod([*_expanded(), *(_LETTERS.index(letter) for letter in tail)]) == 1


def _expanded() -> list[int]:
    return [*(ord(letter) >> 5 for letter in PREFIX), 0, *(ord(letter) & 31 for letter in PREFIX)]


def _check_words(check: int) -> list[int]:
    return [(check >> 5 * (5 - place)) & 31 for place in range(6)]


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, part in enumerate(_GENERATOR):
            check ^= part if (top >> place) & 1 else 0
    return check


def _regroup(data: bytes, wide: int, narrow: int) -> list[int]:
    """Bits regrouped; for twenty bytes nothing is left over."""
    number, bits = int.from_bytes(data), len(data) * wide
    return [(number >> shift) & (1 << narrow) - 1 for shift in range(bits - narrow, -1, -narrow)]
