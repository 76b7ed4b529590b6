"""Questions to a node and their answers, every page of a list."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from ....core.endpoints import check_endpoint
from ....core.shapes import ready
from ...base import RETRYABLE, Failure, ProviderError
from ...http import Link, NotSentError, UnreadableError
from ..names import PROVIDER
from .failures import ChainError, OtherVersionError, nonsense, refusal
from .wire import Page

T = TypeVar("T")
P = TypeVar("P", bound=Page)

MAX_PAGES = 200
PAGE_LIMIT = 100


class Rest:
    """One node's REST gateway. Safe to share between threads. Every call raises `ProviderError`."""

    def __init__(self, endpoint: str, *, timeout_seconds: float, loopback: bool) -> None:
        root = check_endpoint(endpoint, loopback=loopback).rstrip("/")
        self._link = Link(PROVIDER, root, timeout_seconds=timeout_seconds)

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

        return stamina.RetryingCaller(attempts=4, timeout=20.0, wait_initial=0.2, wait_max=3.0)(_again, ask)

    def _ask(
        self,
        method: str,
        path: str,
        kind: type[T],
        *,
        query: Mapping[str, str] | None = None,
        body: dict[str, Any] | None = None,
    ) -> T:
        try:
            answer = self._link.send(method, path, query=query, body=body)
        except UnreadableError as error:
            raise nonsense(error.why) from error
        if answer.status >= 400:
            raise refusal(answer.status, answer.body, path)
        if answer.status != 200:
            raise nonsense(f"{path}: unexpected HTTP status {answer.status}")
        try:
            return msgspec.json.decode(answer.body, type=ready(kind), strict=False)  # the chain writes 64 bits as text
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise nonsense(f"{path}: {error}") from error


def items(pages: Iterator[P], rows: Callable[[P], tuple[T, ...] | None]) -> Iterator[T]:
    """The rows of all pages; the chain writes an empty list as null now and then."""
    for page in pages:
        yield from rows(page) or ()


def _again(error: Exception) -> bool:
    """Whether the same bytes may fare better: not where a module itself has spoken."""
    if isinstance(error, ChainError) and error.coded:
        return False
    return isinstance(error, ProviderError) and error.kind in RETRYABLE
