"""From raw bytes to a message, or a refusal. Linear in the input; nothing is repaired or ignored.

Grammar: ERC-4361 (Final, 2025-08-05). Each line is looked at once, in the one order that the ERC
allows, and the parsed value must give back exactly the bytes that came in: what is verified is
what was signed.
"""

import re

from ..addresses import Address, parse_address
from .denied import DeniedError, Reason
from .grammar import is_authority, is_uri, matches
from .lines import Lines
from .message import DEFAULT_LIMITS, Limits, Message, Stamp
from .serialise import GREETING, serialise
from .stamps import parse_stamp

_CONTROL = re.compile(r"[^\n -~]")

MAX_CHAIN_ID = (2**64 - 1) // 2 - 36
"""EIP-2294's upper bound."""


def parse(raw: bytes, limits: Limits = DEFAULT_LIMITS) -> Message:
    """The message in `raw`. Raises `DeniedError`, and nothing else for any bytes."""
    lines = Lines(_text(raw, limits))
    scheme, domain = _greeting(lines, limits)
    message = Message(
        scheme=scheme,
        domain=domain,
        address=_address(lines.next()),
        statement=_statement(lines, limits),
        uri=_uri(lines.field("URI: "), "URI", limits),
        chain_id=_version_and_chain(lines),
        nonce=_nonce(lines.field("Nonce: "), limits),
        issued_at=parse_stamp(lines.field("Issued At: "), "Issued At"),
        expiration_time=_stamp(lines, "Expiration Time"),
        not_before=_stamp(lines, "Not Before"),
        request_id=_request_id(lines, limits),
        resources=_resources(lines, limits),
    )
    lines.end()
    if serialise(message) != raw:
        raise DeniedError(Reason.ROUND_TRIP, "the message does not read back as the bytes that were signed")
    return message


def _text(raw: bytes, limits: Limits) -> str:
    if len(raw) > limits.message_bytes:
        raise DeniedError(Reason.TOO_LARGE, f"the message has {len(raw)} bytes; at most {limits.message_bytes}")
    try:
        text = raw.decode("ascii")
    except UnicodeDecodeError as error:
        raise DeniedError(Reason.NOT_TEXT, f"byte {error.start} is not ASCII") from error
    control = _CONTROL.search(text)
    if control is not None:
        raise DeniedError(Reason.NOT_TEXT, f"byte {control.start()} is a control character; lines end in LF alone")
    if text.endswith("\n"):
        raise DeniedError(
            Reason.SYNTAX,
            "it ends in an extra newline, which the text to sign has not; its exact bytes are needed",
            fix="use the very file that ampacity approve PLAN --address ADDRESS --message-out FILE wrote",
        )
    return text


def _greeting(lines: Lines, limits: Limits) -> tuple[str | None, str]:
    line = lines.next()
    if not line.endswith(GREETING):
        raise DeniedError(Reason.SYNTAX, f"line 1 does not end in {GREETING!r}")
    scheme, mark, domain = line.removesuffix(GREETING).rpartition("://")
    _cap(domain, limits.domain_chars, "the domain")
    if mark and not matches("scheme", scheme):
        raise DeniedError(Reason.SYNTAX, "line 1 starts with no URI scheme")
    if not domain or not is_authority(domain):
        raise DeniedError(Reason.SYNTAX, "line 1 names no RFC 3986 authority")
    return (scheme if mark else None), domain


def _address(line: str) -> Address:
    try:
        return parse_address(line)
    except ValueError as error:
        raise DeniedError(Reason.ADDRESS, str(error)) from error


def _statement(lines: Lines, limits: Limits) -> str | None:
    lines.expect("")
    first = lines.next()
    if first == "" and lines.peek() != "":
        return None
    _cap(first, limits.statement_chars, "the statement")
    if not matches("statement", first):
        raise DeniedError(Reason.SYNTAX, "the statement holds a character that ERC-4361 does not allow")
    lines.expect("")
    return first


def _uri(text: str, field: str, limits: Limits) -> str:
    _cap(text, limits.uri_chars, field)
    if not is_uri(text):
        raise DeniedError(Reason.SYNTAX, f"{field} is no RFC 3986 URI")
    return text


def _version_and_chain(lines: Lines) -> int:
    lines.expect("Version: 1")
    text = lines.field("Chain ID: ")
    if not matches("chain-id", text) or int(text) > MAX_CHAIN_ID:
        raise DeniedError(Reason.SYNTAX, "Chain ID is no positive number without leading zeros in EIP-2294's range")
    return int(text)


def _nonce(text: str, limits: Limits) -> str:
    _cap(text, limits.nonce_chars, "the nonce")
    if not matches("nonce", text):
        raise DeniedError(Reason.SYNTAX, "the nonce is not at least 8 letters and digits")
    return text


def _stamp(lines: Lines, name: str) -> Stamp | None:
    text = lines.optional(f"{name}: ")
    return None if text is None else parse_stamp(text, name)


def _request_id(lines: Lines, limits: Limits) -> str | None:
    text = lines.optional("Request ID: ")
    if text is None:
        return None
    _cap(text, limits.request_id_chars, "Request ID")
    if not matches("request-id", text):
        raise DeniedError(Reason.SYNTAX, "Request ID holds a character that ERC-4361 does not allow")
    return text


def _resources(lines: Lines, limits: Limits) -> tuple[str, ...] | None:
    if lines.peek() != "Resources:":
        return None
    lines.next()
    found: list[str] = []
    while lines.peek() is not None:
        if len(found) == limits.resources:
            raise DeniedError(Reason.TOO_LARGE, f"there are more than {limits.resources} resources")
        found.append(_uri(lines.field("- "), f"resource {len(found) + 1}", limits))
    return tuple(found)


def _cap(text: str, most: int, what: str) -> None:
    if len(text) > most:
        raise DeniedError(Reason.TOO_LARGE, f"{what} has {len(text)} characters; at most {most}")
