"""Unsigned varints, as multiformats writes them: at most nine bytes, and only the shortest form.

Source: github.com/multiformats/unsigned-varint (2026-11-21).
"""

MAX_BYTES = 9


def encode_varint(value: int) -> bytes:
    """`value`, seven bits a byte, lowest first. Raises `ValueError` for a negative one."""
    if value < 0:
        raise ValueError("a varint is never negative")
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def decode_varint(data: bytes, at: int = 0) -> tuple[int, int]:
    """The value at `at`, and where it ends. Raises `ValueError` for a cut, long or padded one."""
    value = 0
    for count, byte in enumerate(data[at : at + MAX_BYTES]):
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            if byte == 0 and count:
                raise ValueError("a varint is not in its shortest form")
            return value, at + count + 1
    raise ValueError("a varint is cut short or too long")
