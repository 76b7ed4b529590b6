"""HTTP with the Console: its key only where it is needed, no redirects, capped answers, bounded patience."""

import logging
import re
import time
from collections.abc import Mapping
from functools import cached_property
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from ....core.shapes import ready
from ...base import Failure, ProviderAuthError, ProviderError
from ..names import PROVIDER, clean
from .failures import KEY_FIX, RefusedError, ThrottledError, nonsense, refusal, unknown_outcome

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

MAX_BYTES = 8 << 20
PATIENCE_SECONDS = 60.0
"""How long a throttled call is tried again, all in all."""
LONGEST_WAIT_SECONDS = 30.0
"""A Console that asks for more than this is not waited for."""

_KEY = re.compile(r"[!-~]{1,512}")

logging.getLogger("stamina").addHandler(logging.NullHandler())  # its notes of each wait are not for stderr


class ConsoleApi:
    """The Console's REST interface. Safe to share between threads.

    Every call raises `ProviderError`. `look` is public and goes without the key; `ask` may be sent
    again; `spend` is sent once, and whatever is not a clear answer to it is an unknown outcome.
    """

    def __init__(
        self, endpoint: str, key: str | None, *, timeout_seconds: float, transport: "httpx.BaseTransport | None" = None
    ) -> None:
        self.endpoint = endpoint.rstrip("/")
        self._key = key
        self._timeout_seconds = timeout_seconds
        self._transport = transport

    def look(self, path: str, kind: type[T], *, body: Mapping[str, Any] | None = None) -> T:
        """What anybody may ask: a GET, or a POST with a `body` that changes nothing."""
        return self._patiently("GET" if body is None else "POST", path, body, kind, headers={}, once=False)

    def ask(self, method: str, path: str, kind: type[T], *, body: Mapping[str, Any] | None = None) -> T:
        """A call of the account that does no more when it is sent twice."""
        return self._patiently(method, path, body, kind, headers=self._credentials, once=False)

    def spend(self, path: str, kind: type[T], *, body: Mapping[str, Any]) -> T:
        """A call that locks money: sent again only where the Console refused to look at it (429)."""
        return self._patiently("POST", path, body, kind, headers=self._credentials, once=True)

    @cached_property
    def _credentials(self) -> dict[str, str]:
        if not self._key:
            raise ProviderAuthError(PROVIDER, "no API key is configured", fix=KEY_FIX)
        if not _KEY.fullmatch(self._key):  # h11 would quote it in its complaint
            raise ProviderAuthError(PROVIDER, "the API key holds what no key holds", fix=KEY_FIX)
        return {"x-api-key": self._key}

    def _patiently(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        kind: type[T],
        *,
        headers: dict[str, str],
        once: bool,
    ) -> T:
        import stamina

        for attempt in stamina.retry_context(on=_pause, attempts=10, timeout=PATIENCE_SECONDS):
            with attempt:
                return self._call(method, path, body, kind, headers=headers, once=once)
        raise AssertionError("the last attempt returns or raises")

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        kind: type[T],
        *,
        headers: dict[str, str],
        once: bool,
    ) -> T:
        status, retry_after, data = self._send(method, path, body, headers, once=once)
        if status >= 400:
            error = refusal(status, data, retry_after=retry_after, hide=self._key)
            raise self._doubted(error, path) if once else error
        lost = unknown_outcome if once else nonsense
        if status not in {200, 201}:
            raise lost(f"{path}: unexpected HTTP status {status}")
        if self._key and self._key.encode() in data:
            raise lost(f"{path}: the answer repeats the API key")  # and would carry it into what is shown
        try:
            return msgspec.json.decode(data, type=ready(kind))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise lost(f"{path}: {error}") from error

    @staticmethod
    def _doubted(error: RefusedError, path: str) -> ProviderError:
        """A server error after a call that spends says nothing about what was done, unless its code does."""
        if error.kind is not Failure.UNREACHABLE:
            return error
        return unknown_outcome(f"{path}: {error.why} (HTTP status {error.status})")

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: dict[str, str], *, once: bool
    ) -> tuple[int, str | None, bytes]:
        import httpx

        try:
            with self._http.stream(method, self.endpoint + path, json=body, headers=headers) as answer:
                return answer.status_code, answer.headers.get("Retry-After"), self._read(answer)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise ProviderError(PROVIDER, Failure.UNREACHABLE, _say(error)) from error
        except httpx.HTTPError as error:
            raise ProviderError(
                PROVIDER, Failure.UNKNOWN_OUTCOME if once else Failure.UNREACHABLE, _say(error)
            ) from error

    def _read(self, answer: "httpx.Response") -> bytes:
        """The body, within `MAX_BYTES` and, against a server that drips, three time limits."""
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

        local = urlsplit(self.endpoint).scheme == "http"
        return httpx.Client(
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            timeout=self._timeout_seconds,
            follow_redirects=False,
            limits=httpx.Limits(max_keepalive_connections=0),  # a stale connection would lose a create's answer
            trust_env=not local,  # a proxy of the environment knows nothing of this computer
            verify=SSLContext(PROTOCOL_TLS_CLIENT) if local else True,  # plain http needs no store, slow to load
            transport=self._transport,
        )


def _pause(error: Exception) -> float | bool:
    if not isinstance(error, ThrottledError):
        return False
    wait = 1.0 if error.retry_after_seconds is None else error.retry_after_seconds
    return wait if wait <= LONGEST_WAIT_SECONDS else False


def _say(error: Exception) -> str:
    return clean(f"{type(error).__name__}: {error}")
