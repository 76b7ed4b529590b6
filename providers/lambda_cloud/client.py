"""Calls of the seller, with one bearer key.

The seller allows one call a second and one launch in twelve; a 429 is waited out as it asks.
"""

import time
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from ...core.shapes import ready
from ..base import Failure, ProviderError
from ..http import Link, check_key
from ..text import clean
from .failures import KEY_FIX, ThrottledError, refusal
from .names import PROVIDER
from .wire import Answer

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

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
        """The `data` of `path`. A seller that throttles is waited for no longer than one that is silent."""
        patience = self._timeout_seconds
        return self._call("GET", path, None, kind, once=False, pause_seconds=1.0, patience_seconds=patience)

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

        until = time.monotonic() + patience_seconds

        def pause(error: Exception) -> float | bool:
            if not isinstance(error, ThrottledError):
                return False
            wait = error.retry_after_seconds if error.retry_after_seconds is not None else pause_seconds
            return wait if wait <= LONGEST_WAIT_SECONDS and time.monotonic() + wait < until else False

        patiently = stamina.RetryingCaller(attempts=30, timeout=patience_seconds)
        return patiently(pause, lambda: self._ask(method, path, body, kind, once=once))

    def _ask(self, method: str, path: str, body: dict[str, Any] | None, kind: type[T], *, once: bool) -> T:
        answer = self._link.send(method, path, body=body, once=once)
        status = answer.status
        if status == 429:
            raise ThrottledError("too many calls", retry_after_seconds=answer.retry_after_seconds)
        if once and status >= 500:
            raise ProviderError(PROVIDER, Failure.UNKNOWN_OUTCOME, f"HTTP status {status} after a launch")
        if status >= 400:
            raise refusal(status, answer.body.replace(self._key.encode(), b"***"))
        if status != 200:
            raise ProviderError(PROVIDER, Failure.NONSENSE, f"{path}: unexpected HTTP status {status}")
        try:
            return msgspec.json.decode(answer.body, type=ready(Answer[kind])).data  # type: ignore[valid-type]
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            failure = Failure.UNKNOWN_OUTCOME if once else Failure.NONSENSE
            raise ProviderError(PROVIDER, failure, clean(f"{path}: {error}")) from error

    @cached_property
    def _link(self) -> Link:
        bearer = {"Authorization": f"Bearer {check_key(PROVIDER, self._key, fix=KEY_FIX)}"}
        return Link(
            PROVIDER,
            self._endpoint,
            timeout_seconds=self._timeout_seconds,
            headers=bearer,
            transport=self._transport,
        )
