"""EIP-191 signatures of plain accounts: one accepted shape, and the account that made one."""

import re

from ..addresses import Address, address_of, keccak256
from .denied import DeniedError, Reason

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""The order of secp256k1 (SEC 2, section 2.4.1)."""

_HEX = re.compile(r"0x[0-9a-fA-F]*")
_RECOVERY_IDS = {0: 0, 1: 1, 27: 0, 28: 1}
_MAX_CHARS = 4096


def personal_hash(raw: bytes) -> bytes:
    """EIP-191, version 0x45 ("personal_sign"): the hash that a wallet signs of exactly these bytes."""
    return keccak256(b"\x19Ethereum Signed Message:\n" + str(len(raw)).encode("ascii") + raw)


def recover(raw: bytes, signature: str) -> Address:
    """The account whose key signed `raw`. Raises `DeniedError` for any shape but 65 bytes with a low s."""
    import coincurve

    compact = _compact(signature)
    try:
        key = coincurve.PublicKey.from_signature_and_message(compact, personal_hash(raw), hasher=None)
    except ValueError as error:
        raise DeniedError(Reason.SIGNER, "no key can have made this signature") from error
    return address_of(key.format(compressed=False))


def _compact(signature: str) -> bytes:
    """`r`, `s` and the recovery id in libsecp256k1's order and range."""
    data = _decode(signature)
    r, s = int.from_bytes(data[:32]), int.from_bytes(data[32:64])
    recovery = _RECOVERY_IDS.get(data[64])
    if recovery is None:
        raise DeniedError(
            Reason.SIGNATURE_FORM, f"the last byte of the signature is {data[64]}; 27, 28, 0 or 1 is wanted"
        )
    if not (0 < r < ORDER and 0 < s < ORDER):
        raise DeniedError(Reason.SIGNATURE_RANGE, "r and s must lie within the curve's order")
    if s > ORDER // 2:
        raise DeniedError(Reason.SIGNATURE_RANGE, "s is in the upper half: the same signature has a second form")
    return data[:64] + bytes([recovery])


def _decode(signature: str) -> bytes:
    if len(signature) > _MAX_CHARS or not _HEX.fullmatch(signature) or len(signature) % 2:
        raise DeniedError(Reason.SIGNATURE_FORM, "the signature is not 0x and hex digits")
    data = bytes.fromhex(signature[2:])
    if len(data) != 65:
        raise DeniedError(
            Reason.SIGNATURE_FORM,
            f"the signature has {len(data)} bytes where a plain account's has 65; contract wallets "
            "(ERC-1271, ERC-6492) and short forms (EIP-2098) are not supported",
        )
    return data
