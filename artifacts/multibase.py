"""Bytes as text in the two multibases that CIDs are written in: base32 (`b`) and base58btc (`z`).

Decoding takes the one canonical text of some bytes and refuses every other: no upper case, no
padding, no stray bits. Source: github.com/multiformats/multibase (2026-11-21).
"""

from base64 import b32decode, b32encode

ALPHABET58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
MAX_CHARACTERS = 512

_VALUE58 = {character: value for value, character in enumerate(ALPHABET58)}


def encode_base32(data: bytes) -> str:
    """`b` and lower-case base32 without padding."""
    return "b" + b32encode(data).decode("ascii").lower().rstrip("=")


def encode_base58(data: bytes) -> str:
    """Base58btc without a prefix: a leading zero byte is a leading `1`."""
    number = int.from_bytes(data, "big")
    digits = []
    while number:
        number, rest = divmod(number, 58)
        digits.append(ALPHABET58[rest])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(digits))


def decode_base58(text: str) -> bytes:
    """Inverse of `encode_base58`; raises `ValueError`."""
    number = 0
    for character in text:
        if character not in _VALUE58:
            raise ValueError(f"{character!r} is not in base58")
        number = number * 58 + _VALUE58[character]
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def decode_multibase(text: str) -> bytes:
    """The bytes of `b…` or `z…`; raises `ValueError` for other bases and for non-canonical text."""
    if len(text) > MAX_CHARACTERS:
        raise ValueError("the text is too long")
    if text[:1] == "z":
        return decode_base58(text[1:])
    if text[:1] == "b":
        return _decode_base32(text)
    raise ValueError("the text is neither base32 (b…) nor base58 (z…)")


def _decode_base32(text: str) -> bytes:
    padded = text[1:].upper() + "=" * (-len(text[1:]) % 8)
    try:
        data = b32decode(padded)
    except ValueError as error:  # binascii.Error among them
        raise ValueError("the text is not base32") from error
    if encode_base32(data) != text:
        raise ValueError("the text is not canonical lower-case base32")
    return data
