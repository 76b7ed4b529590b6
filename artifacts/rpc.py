"""The one place that knows the client library `ipfshttpclient`.

Its `connect()` refuses every Kubo from 0.8 on, so its client is built directly, which its docstring
names as the way round. Its own calls read answers of any length; ours stop at a limit. Imported only
by the verb that talks to a node.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence

import ipfshttpclient
from ipfshttpclient import exceptions, multipart
from ipfshttpclient.client import base

AnswerError = exceptions.ErrorResponse
"""The node answered with an error and a message."""
SilenceError = exceptions.TimeoutError
"""The node did not answer in time."""
AbsentError = exceptions.ConnectionError
"""There is no node."""
AnyError = exceptions.Error
"""Whatever the library raises."""

PIECE_BYTES = 1 << 20


class OversizedError(Exception):
    """An answer was longer than it may be."""


class _Calls(base.SectionBase):  # type: ignore[misc]
    """Calls that the library lacks, by the mechanism that it builds its own with."""

    def open(self) -> None:
        """Keep connections until `close`; without it each call makes its own."""
        self._client.open_session()

    def close(self) -> None:
        """Let kept connections go."""
        self._client.close_session()

    def ask(
        self,
        path: str,
        arguments: Sequence[str],
        options: Mapping[str, str],
        *,
        limit_bytes: int,
        timeout: tuple[float, float],
        upload: Iterator[bytes] | None,
    ) -> bytes:
        """The whole answer, at most `limit_bytes`; raises `OversizedError` or the library's errors."""
        body, headers = (None, None) if upload is None else multipart.stream_bytes(upload, chunk_size=PIECE_BYTES)
        with warnings.catch_warnings():
            # The library hands urllib3 2 an argument that urllib3 3 will not know.
            warnings.filterwarnings("ignore", message="The 'strict' parameter", category=FutureWarning)
            stream = self._client.request(
                path, arguments, opts=options, data=body, headers=headers, timeout=timeout, stream=True
            )
            with stream:
                return _limited(stream, limit_bytes)


class RpcClient(ipfshttpclient.Client):  # type: ignore[misc]
    """The library's client with `calls`. Building it asks nothing of the node."""

    calls = base.SectionProperty(_Calls)


def _limited(pieces: Iterator[bytes], limit_bytes: int) -> bytes:
    answer = bytearray()
    for piece in pieces:
        answer += piece
        if len(answer) > limit_bytes:
            raise OversizedError(f"more than {limit_bytes} bytes")
    return bytes(answer)
