"""HTTP with a seller: no redirects, capped answers, bounded patience, and no answer taken for granted."""

import logging
import re
import time
from collections.abc import Mapping
from functools import cached_property
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from .base import Failure, ProviderAuthError, ProviderError
from .text import clean

if TYPE_CHECKING:
    import httpx

MAX_BYTES = 8 << 20
DRIP_LIMIT = 3
"""How many times its time limit an answer may take to come in: each piece of it has that limit of its own."""

_KEY = re.compile(r"[!-~]{1,512}")

logging.getLogger("stamina").addHandler(logging.NullHandler())  # its notes of each wait are not for stderr


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back, whatever its status. `retry_after_seconds` is what the seller asks for, if it does."""

    status: int
    body: bytes
    retry_after_seconds: float | None = None


class NotSentError(ProviderError):
    """There was no connection, so nothing can have come of the call."""


class UnreadableError(ProviderError):
    """An answer came, but it is too long, or packed in a way that nobody asked for."""


class Link:
    """The way to one seller's `endpoint`. Safe to share between threads; nothing is opened before the first call."""

    def __init__(
        self,
        provider: str,
        endpoint: str,
        *,
        timeout_seconds: float,
        headers: Mapping[str, str] | None = None,
        transport: "httpx.BaseTransport | None" = None,
    ) -> None:
        self._provider = provider
        self._endpoint = endpoint
        self._timeout_seconds = timeout_seconds
        self._headers = headers or {}
        self._transport = transport

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        once: bool = False,
    ) -> Answer:
        """Send it, one time. Raises `ProviderError`: `UNREACHABLE` where there is no answer.

        `once` says that the call does more when it is sent twice: one whose answer is lost is then an
        `UNKNOWN_OUTCOME`, unless there was no connection at all (`NotSentError`).
        """
        import httpx

        lost = Failure.UNKNOWN_OUTCOME if once else Failure.UNREACHABLE
        try:
            with self._http.stream(method, self._endpoint + path, params=query, json=body, headers=headers) as answer:
                wait = _seconds(answer.headers.get("Retry-After"))
                return Answer(status=answer.status_code, body=self._read(answer), retry_after_seconds=wait)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSentError(self._provider, Failure.UNREACHABLE, _say(error)) from error
        except httpx.DecodingError as error:
            raise UnreadableError(self._provider, lost, _say(error)) from error
        except httpx.HTTPError as error:
            raise ProviderError(self._provider, lost, _say(error)) from error

    def _read(self, answer: "httpx.Response") -> bytes:
        """The body, within `MAX_BYTES` and, against a seller that drips, `DRIP_LIMIT` time limits."""
        import httpx

        until = time.monotonic() + DRIP_LIMIT * self._timeout_seconds
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
            headers={**self._headers, "Accept-Encoding": "identity"},  # a small body could unpack to a huge one
            timeout=self._timeout_seconds,
            follow_redirects=False,
            limits=httpx.Limits(max_keepalive_connections=0),  # a stale connection would lose an answer
            trust_env=not local,  # a proxy of the environment knows nothing of this computer
            verify=SSLContext(PROTOCOL_TLS_CLIENT) if local else True,  # plain http needs no store, slow to load
            transport=self._transport,
        )


def check_key(provider: str, key: str | None, *, fix: str) -> str:
    """The API key, fit for a header. Raises `ProviderAuthError` without one; a key is never quoted."""
    if not key:
        raise ProviderAuthError(provider, "no API key is configured", fix=fix)
    if not _KEY.fullmatch(key):  # h11 would quote it in its complaint
        raise ProviderAuthError(provider, "the API key holds what no key holds", fix=fix)
    return key


def _seconds(text: str | None) -> float | None:
    """`Retry-After` in seconds; its date form is not waited for."""
    return float(text) if text is not None and text.isascii() and text.isdigit() else None


def _say(error: Exception) -> str:
    return clean(f"{type(error).__name__}: {error}")
