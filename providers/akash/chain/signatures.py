"""Signatures as the chain takes them: 64 bytes r and s over a sha256 digest, s in the lower half of the order."""

LENGTH = 64
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Of secp256k1 (SEC 2, section 2.4.1)."""


def low_s(signature: bytes) -> bytes:
    """The same signature with the lower of its two values of s: cosmos verifiers refuse the other.

    Raises `ValueError` for what is no signature.
    """
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if len(signature) != LENGTH or not (0 < r < ORDER and 0 < s < ORDER):
        raise ValueError("no signature: 64 bytes, r and s within the order of the curve")
    return signature[:32] + min(s, ORDER - s).to_bytes(32, "big")


def verifies(signature: bytes, digest: bytes, public_key: bytes) -> bool:
    """Whether `public_key` made `signature` over `digest`, s being low."""
    from coincurve import PublicKey, verify_signature
    from coincurve.ecdsa import cdata_to_der, deserialize_compact

    try:
        if low_s(signature) != signature:
            return False
        return verify_signature(
            cdata_to_der(deserialize_compact(signature)), digest, PublicKey(public_key).format(), None
        )
    except ValueError:
        return False
