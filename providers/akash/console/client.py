"""Calls of the Console: its key only where it is needed, and only what does no more is sent twice."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from ....core.shapes import ready
from ...base import Failure, ProviderError
from ...http import Link, check_key
from ..names import PROVIDER
from .failures import KEY_FIX, RefusedError, ThrottledError, nonsense, refusal, unknown_outcome

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

PATIENCE_SECONDS = 60.0
"""How long a throttled call is tried again, all in all."""
LONGEST_WAIT_SECONDS = 30.0
"""A Console that asks for more than this is not waited for."""


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
        accept = {"Accept": "application/json"}
        self._link = Link(PROVIDER, self.endpoint, timeout_seconds=timeout_seconds, headers=accept, transport=transport)

    def look(self, path: str, kind: type[T], *, body: Mapping[str, Any] | None = None) -> T:
        """What anybody may ask: a GET, or a POST with a `body` that changes nothing."""
        return _patiently(lambda: self._call("GET" if body is None else "POST", path, body, kind))

    def ask(self, method: str, path: str, kind: type[T], *, body: Mapping[str, Any] | None = None) -> T:
        """A call of the account that does no more when it is sent twice."""
        return _patiently(lambda: self._call(method, path, body, kind, headers=self._credentials))

    def spend(self, path: str, kind: type[T], *, body: Mapping[str, Any]) -> T:
        """A call that locks money: sent again only where the Console refused to look at it (429)."""
        return _patiently(lambda: self._call("POST", path, body, kind, headers=self._credentials, once=True))

    @cached_property
    def _credentials(self) -> dict[str, str]:
        return {"x-api-key": check_key(PROVIDER, self._key, fix=KEY_FIX)}

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        kind: type[T],
        *,
        headers: Mapping[str, str] | None = None,
        once: bool = False,
    ) -> T:
        answer = self._link.send(method, path, body=body, headers=headers, once=once)
        if answer.status >= 400:
            error = refusal(answer, hide=self._key)
            raise self._doubted(error, path) if once else error
        lost = unknown_outcome if once else nonsense
        if answer.status not in {200, 201}:
            raise lost(f"{path}: unexpected HTTP status {answer.status}")
        if self._key and self._key.encode() in answer.body:
            raise lost(f"{path}: the answer repeats the API key")  # and would carry it into what is shown
        try:
            return msgspec.json.decode(answer.body, type=ready(kind))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise lost(f"{path}: {error}") from error

    @staticmethod
    def _doubted(error: RefusedError, path: str) -> ProviderError:
        """A server error after a call that spends says nothing about what was done, unless its code does."""
        if error.kind is not Failure.UNREACHABLE:
            return error
        return unknown_outcome(f"{path}: {error.why} (HTTP status {error.status})")


def _patiently(ask: Callable[[], T]) -> T:
    import stamina

    return stamina.RetryingCaller(attempts=10, timeout=PATIENCE_SECONDS)(_pause, ask)


def _pause(error: Exception) -> float | bool:
    if not isinstance(error, ThrottledError):
        return False
    wait = 1.0 if error.retry_after_seconds is None else error.retry_after_seconds
    return wait if wait <= LONGEST_WAIT_SECONDS else False
