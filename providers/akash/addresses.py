"""Accounts of the chain: bech32 (BIP-173) over ripemd160(sha256(public key))."""

import hashlib

from .values import Address

PREFIX = "akash"
LONGEST = 90
"""Letters in a bech32 text, by BIP-173."""

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_SIZES = {20, 32}
"""Bytes of an account: of a key, and of a module or a contract."""


def address_of(public_key: bytes, prefix: str = PREFIX) -> Address:
    """The account of a compressed secp256k1 key."""
    from Crypto.Hash import RIPEMD160

    return bech32(prefix, RIPEMD160.new(hashlib.sha256(public_key).digest()).digest())


def bech32(prefix: str, data: bytes) -> Address:
    """`data` as text with its checksum."""
    words = _regroup(data, 8, 5, pad=True)
    rest = _polymod([*_spread(prefix), *words, 0, 0, 0, 0, 0, 0]) ^ 1
    checksum = [(rest >> 5 * (5 - place)) & 31 for place in range(6)]
    return Address(f"{prefix}1{''.join(_LETTERS[word] for word in [*words, *checksum])}")


def parse_address(text: str, prefix: str = PREFIX) -> Address:
    """`text` as an account of this chain. Raises `ValueError` unless the checksum holds."""
    head, mark, tail = text.rpartition("1")
    if not (mark and head == prefix and len(text) <= LONGEST and set(tail) <= set(_LETTERS)):
        raise ValueError(f"{text[:LONGEST]!r} is no account: {prefix}1… is wanted")
    words = [_LETTERS.index(letter) for letter in tail]
    if len(words) < 6 or _polymod([*_spread(head), *words]) != 1:
        raise ValueError(f"{text!r} is no account: its checksum does not hold")
    if len(_regroup(words[:-6], 5, 8, pad=False)) not in _SIZES:
        raise ValueError(f"{text!r} is no account: it is of the wrong length")
    return Address(text)


def _spread(prefix: str) -> list[int]:
    """The prefix as the checksum counts it: high bits, a zero, low bits."""
    codes = prefix.encode("ascii")
    return [code >> 5 for code in codes] + [0] + [code & 31 for code in codes]


def _polymod(words: list[int]) -> int:
    """BIP-173's checksum of five-bit words."""
    rest = 1
    for word in words:
        top = rest >> 25
        rest = (rest & 0x1FFFFFF) << 5 ^ word
        for bit, factor in enumerate(_GENERATOR):
            rest ^= factor if (top >> bit) & 1 else 0
    return rest


def _regroup(words: bytes | list[int], size: int, wanted: int, *, pad: bool) -> list[int]:
    """Words of `size` bits as words of `wanted` bits. Raises `ValueError` for bits left over that are not zero."""
    held, bits, out = 0, 0, []
    for word in words:
        held, bits = (held << size) | word, bits + size
        while bits >= wanted:
            bits -= wanted
            out.append(held >> bits & ((1 << wanted) - 1))
        held &= (1 << bits) - 1
    if pad and bits:
        out.append(held << (wanted - bits))
    elif not pad and (bits >= size or held):
        raise ValueError("an account's last bits are not zero")
    return out
