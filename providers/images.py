"""Container images named by digest, in the form of the OCI distribution specification, 1.1."""

import re

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_SHOWN = 80


def digest_problem(image: str) -> str:
    """What is wrong with the digest that `image` is named by; empty for none, and where it is not named by one."""
    name, at, digest = image.partition("@")
    if not at or "://" in name or _DIGEST.fullmatch(digest):
        return ""
    return f"{digest[:_SHOWN]} is no digest, so nothing could be pulled; write sha256: and its 64 digits of 0-9 and a-f"
