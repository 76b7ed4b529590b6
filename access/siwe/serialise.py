"""From a message to the bytes that a wallet signs. The inverse of `parser.parse`."""

from collections.abc import Iterator

from .message import Message

GREETING = " wants you to sign in with your Ethereum account:"


def serialise(message: Message) -> bytes:
    """The text of `message` by the grammar of ERC-4361, in ASCII, without a final line end."""
    return "\n".join(_lines(message)).encode("ascii")


def _lines(message: Message) -> Iterator[str]:
    scheme = "" if message.scheme is None else f"{message.scheme}://"
    yield f"{scheme}{message.domain}{GREETING}"
    yield message.address
    yield ""
    if message.statement is not None:
        yield message.statement
    yield ""
    yield f"URI: {message.uri}"
    yield "Version: 1"
    yield f"Chain ID: {message.chain_id}"
    yield f"Nonce: {message.nonce}"
    yield f"Issued At: {message.issued_at.text}"
    yield from _optional_lines(message)


def _optional_lines(message: Message) -> Iterator[str]:
    if message.expiration_time is not None:
        yield f"Expiration Time: {message.expiration_time.text}"
    if message.not_before is not None:
        yield f"Not Before: {message.not_before.text}"
    if message.request_id is not None:
        yield f"Request ID: {message.request_id}"
    if message.resources is not None:
        yield "Resources:"
        yield from (f"- {resource}" for resource in message.resources)
