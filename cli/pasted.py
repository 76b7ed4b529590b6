"""A signature that was made elsewhere: taken in, or refused with the very commands that go on."""

import re
from pathlib import Path
from shlex import quote

from ..access.approval_files import read_message
from ..access.siwe.denied import DeniedError, Reason
from ..core.errors import UsageError
from .signing import Signing

_SIGNER = re.compile(r"\A[^\n]*\n(0x[0-9a-fA-F]{40})\n")
_OF_SIGNATURE = frozenset({Reason.SIGNATURE_FORM, Reason.SIGNATURE_RANGE, Reason.SIGNER})
"""The text may be right: the same one is signed again."""


def take_pasted(signing: Signing, message: Path | None, signature: str | None) -> None:
    """Store the `signature` of the text in `message`. Raises `PolicyError` or `UsageError` with the way on."""
    plan = signing.saved.path
    if message is None or signature is None:
        raise UsageError(
            "A pasted signature needs --message and --signature",
            why="the text that was signed and its signature belong together",
            fix=_paste(plan, message or Path("FILE")),
            code="AMP-USAGE",
        )
    raw = read_message(message)
    try:
        signing.take(raw, signature, "pasted")
    except DeniedError as error:
        if error.reason is Reason.NOT_IN_POLICY:
            raise
        raise DeniedError(error.reason, error.why, what=error.what, fix=_way_on(error, plan, message, raw)) from error


def _way_on(error: DeniedError, plan: Path, message: Path, raw: bytes) -> str:
    if error.reason in _OF_SIGNATURE:
        again = f"sign the exact bytes of {message} by personal_sign with the wallet that its second line names, then:"
        return f"{again}\n{_paste(plan, message)}"
    found = _SIGNER.match(raw.decode("ascii", errors="replace"))
    address = found[1] if found else "ADDRESS"
    write = f"ampacity approve {quote(str(plan))} --address {address} --message-out {quote(str(message))}"
    return f"{write}\nsign its exact bytes by personal_sign, then:\n{_paste(plan, message)}"


def _paste(plan: Path, message: Path) -> str:
    return f"ampacity approve {quote(str(plan))} --message {quote(str(message))} --signature 0x…"
