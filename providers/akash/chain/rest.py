"""HTTP with a node: no redirects, capped answers, bounded patience, every page of a list."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from ....core.endpoints import check_endpoint
from ....core.shapes import ready
from ...base import RETRYABLE, Failure, ProviderError
from ..names import PROVIDER, clean
from .failures import ChainError, OtherVersionError, nonsense, refusal
from .wire import Page

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
P = TypeVar("P", bound=Page)

MAX_BYTES = 8 << 20
MAX_PAGES = 200
PAGE_LIMIT = 100
logging.getLogger("stamina").addHandler(logging.NullHandler())  # its notes of each wait are not for stderr


class NotSentError(ProviderError):
    """There was no connection, so nothing can have come of it."""


class Rest:
    """One node's REST gateway. Safe to share between threads. Every call raises `ProviderError`."""

    def __init__(self, endpoint: str, *, timeout_seconds: float, loopback: bool) -> None:
        self._endpoint = check_endpoint(endpoint, loopback=loopback).rstrip("/")
        self._timeout_seconds = timeout_seconds

    def get(self, path: str, kind: type[T], query: Mapping[str, str] | None = None) -> T:
        """The answer to a query, asked again for a while where the node is busy or not there."""
        return self._patiently(lambda: self._ask("GET", path, kind, query=query))

    def post(self, path: str, body: dict[str, Any], kind: type[T]) -> T:
        """The answer to what changes nothing, asked again like a query."""
        return self._patiently(lambda: self._ask("POST", path, kind, body=body))

    def post_once(self, path: str, body: dict[str, Any], kind: type[T]) -> T:
        """The answer to what is sent once. One that is lost, or is none, is `UNKNOWN_OUTCOME`."""
        try:
            return self._ask("POST", path, kind, body=body)
        except (NotSentError, OtherVersionError):
            raise
        except ProviderError as error:
            if isinstance(error, ChainError) and (error.status < 500 or error.coded):
                raise
            raise ProviderError(PROVIDER, Failure.UNKNOWN_OUTCOME, error.why) from error

    def pages(self, path: str, kind: type[P], query: Mapping[str, str]) -> Iterator[P]:
        """Every page of a list. Its end is told by `next_key`; the node's `total` is not to be trusted."""
        key: str | None = None
        for _ in range(MAX_PAGES):
            more = {} if key is None else {"pagination.key": key}
            page = self.get(path, kind, {**query, "pagination.limit": str(PAGE_LIMIT), **more})
            yield page
            following = page.pagination.next_key if page.pagination else None
            if not following:
                return
            if following == key:
                break
            key = following
        raise nonsense(f"{path}: the list does not end")

    def _patiently(self, ask: Callable[[], T]) -> T:
        import stamina

        for attempt in stamina.retry_context(on=_again, attempts=4, timeout=20.0, wait_initial=0.2, wait_max=3.0):
            with attempt:
                return ask()
        raise AssertionError("the last attempt returns or raises")

    def _ask(
        self,
        method: str,
        path: str,
        kind: type[T],
        *,
        query: Mapping[str, str] | None = None,
        body: dict[str, Any] | None = None,
    ) -> T:
        status, data = self._send(method, path, query, body)
        if status >= 400:
            raise refusal(status, data, path)
        if status != 200:
            raise nonsense(f"{path}: unexpected HTTP status {status}")
        try:
            return msgspec.json.decode(data, type=ready(kind), strict=False)  # the chain writes 64 bits as text
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise nonsense(f"{path}: {error}") from error

    def _send(
        self, method: str, path: str, query: Mapping[str, str] | None, body: dict[str, Any] | None
    ) -> tuple[int, bytes]:
        import httpx

        try:
            with self._http.stream(method, self._endpoint + path, params=query, json=body) as answer:
                return answer.status_code, self._read(answer)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSentError(PROVIDER, Failure.UNREACHABLE, _say(error)) from error
        except httpx.DecodingError as error:
            raise nonsense(_say(error)) from error
        except httpx.HTTPError as error:
            raise ProviderError(PROVIDER, Failure.UNREACHABLE, _say(error)) from error

    def _read(self, answer: "httpx.Response") -> bytes:
        """The body, within `MAX_BYTES` and, against a node that drips, three time limits."""
        import httpx

        until = time.monotonic() + 3 * self._timeout_seconds
        data = bytearray()
        for piece in answer.iter_bytes():
            data += piece
            if len(data) > MAX_BYTES:
                raise httpx.DecodingError(f"an answer of more than {MAX_BYTES} bytes")
            if time.monotonic() > until:
                raise httpx.ReadTimeout("the answer came too slowly")
        return bytes(data)

    @cached_property
    def _http(self) -> "httpx.Client":
        import httpx

        local = urlsplit(self._endpoint).scheme == "http"
        return httpx.Client(
            headers={"Accept-Encoding": "identity"},
            timeout=self._timeout_seconds,
            follow_redirects=False,
            limits=httpx.Limits(max_keepalive_connections=0),  # a stale connection would lose a transaction's answer
            trust_env=not local,  # a proxy of the environment knows nothing of this computer
        )


def items(pages: Iterator[P], rows: Callable[[P], tuple[T, ...] | None]) -> Iterator[T]:
    """The rows of all pages; the chain writes an empty list as null now and then."""
    for page in pages:
        yield from rows(page) or ()


def _again(error: Exception) -> bool:
    """Whether the same bytes may fare better: not where a module itself has spoken."""
    if isinstance(error, ChainError) and error.coded:
        return False
    return isinstance(error, ProviderError) and error.kind in RETRYABLE


def _say(error: Exception) -> str:
    return clean(f"{type(error).__name__}: {error}")
