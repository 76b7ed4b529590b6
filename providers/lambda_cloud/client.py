"""HTTP with the seller: one bearer key, no redirects, capped answers, bounded patience.

The seller allows one call a second and one launch in twelve; a 429 is waited out as it asks.
"""

import logging
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from ...core.shapes import ready
from ..base import Failure, ProviderAuthError, ProviderError
from .failures import KEY_FIX, ThrottledError, clean, refusal
from .names import PROVIDER
from .wire import Answer

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

MAX_BYTES = 8 << 20
logging.getLogger("stamina").addHandler(logging.NullHandler())  # its notes of each wait are not for stderr

LONGEST_WAIT_SECONDS = 60.0
"""A seller that asks for more than this is not waited for."""


class Api:
    """The seller's REST interface. Safe to share between threads.

    Every call raises `ProviderError`. A call that makes a machine says `once`: whatever is not a
    clear answer is then an unknown outcome; for every other call it is a failure that did nothing.
    """

    def __init__(
        self, endpoint: str, key: str, *, timeout_seconds: float, transport: "httpx.BaseTransport | None" = None
    ) -> None:
        self._endpoint = endpoint
        self._key = key
        self._timeout_seconds = timeout_seconds
        self._transport = transport

    def get(self, path: str, kind: type[T]) -> T:
        """The `data` of `path`."""
        return self._call("GET", path, None, kind, once=False, pause_seconds=1.0, patience_seconds=60.0)

    def post(self, path: str, body: dict[str, Any], kind: type[T]) -> T:
        """The `data` that a call answers which may be sent twice."""
        return self._call("POST", path, body, kind, once=False, pause_seconds=1.0, patience_seconds=60.0)

    def launch(self, body: dict[str, Any], kind: type[T]) -> T:
        """The answer of the launch call, which is never sent twice but after a 429."""
        path = "/instance-operations/launch"
        return self._call("POST", path, body, kind, once=True, pause_seconds=12.0, patience_seconds=300.0)

    def _call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        kind: type[T],
        *,
        once: bool,
        pause_seconds: float,
        patience_seconds: float,
    ) -> T:
        import stamina

        def pause(error: Exception) -> float | bool:
            if not isinstance(error, ThrottledError):
                return False
            wait = error.retry_after_seconds if error.retry_after_seconds is not None else pause_seconds
            return wait if wait <= LONGEST_WAIT_SECONDS else False

        for attempt in stamina.retry_context(on=pause, attempts=30, timeout=patience_seconds):
            with attempt:
                return self._ask(method, path, body, kind, once=once)
        raise AssertionError("the last attempt returns or raises")

    def _ask(self, method: str, path: str, body: dict[str, Any] | None, kind: type[T], *, once: bool) -> T:
        status, headers, data = self._send(method, path, body, once=once)
        if status == 429:
            raise ThrottledError("too many calls", retry_after_seconds=_seconds(headers.get("Retry-After")))
        if once and status >= 500:
            raise ProviderError(PROVIDER, Failure.UNKNOWN_OUTCOME, f"HTTP status {status} after a launch")
        if status >= 400:
            raise refusal(status, data.replace(self._key.encode(), b"***"))
        if status != 200:
            raise ProviderError(PROVIDER, Failure.NONSENSE, f"{path}: unexpected HTTP status {status}")
        try:
            return msgspec.json.decode(data, type=ready(Answer[kind])).data  # type: ignore[valid-type]
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            failure = Failure.UNKNOWN_OUTCOME if once else Failure.NONSENSE
            raise ProviderError(PROVIDER, failure, clean(f"{path}: {error}")) from error

    def _send(
        self, method: str, path: str, body: dict[str, Any] | None, *, once: bool
    ) -> "tuple[int, httpx.Headers, bytes]":
        import httpx

        try:
            with self._http.stream(method, self._endpoint + path, json=body) as answer:
                return answer.status_code, answer.headers, self._read(answer)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise ProviderError(PROVIDER, Failure.UNREACHABLE, _say(error)) from error
        except httpx.HTTPError as error:
            failure = Failure.UNKNOWN_OUTCOME if once else Failure.UNREACHABLE
            raise ProviderError(PROVIDER, failure, _say(error)) from error

    def _read(self, answer: "httpx.Response") -> bytes:
        """The body, within `MAX_BYTES` and, against a seller that drips, three time limits."""
        import httpx

        until = time.monotonic() + 3 * self._timeout_seconds
        data = bytearray()
        for piece in answer.iter_bytes():
            data += piece
            if len(data) > MAX_BYTES:
                raise httpx.RemoteProtocolError(f"an answer of more than {MAX_BYTES} bytes")
            if time.monotonic() > until:
                raise httpx.ReadTimeout("the answer came too slowly")
        return bytes(data)

    @cached_property
    def _http(self) -> "httpx.Client":
        import httpx

        if not self._key:
            raise ProviderAuthError(PROVIDER, "no API key is configured", fix=KEY_FIX)
        local = urlsplit(self._endpoint).scheme == "http"
        return httpx.Client(
            headers={"Authorization": f"Bearer {self._key}", "Accept-Encoding": "identity"},
            timeout=self._timeout_seconds,
            follow_redirects=False,
            limits=httpx.Limits(max_keepalive_connections=0),  # a stale connection would lose a launch's answer
            trust_env=not local,  # a proxy of the environment knows nothing of this computer
            transport=self._transport,
        )


def _seconds(text: str | None) -> float | None:
    """`Retry-After` in seconds; its date form is not waited for."""
    return float(text) if text is not None and text.isascii() and text.isdigit() else None


def _say(error: Exception) -> str:
    return clean(f"{type(error).__name__}: {error}")
