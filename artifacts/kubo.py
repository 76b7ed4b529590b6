"""A Kubo node over its RPC interface. Nothing that it says is believed before it is checked here."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from ..core.errors import AmpacityError, ResourceError, TimedOutError, UsageError
from .cid import Cid, parse_cid
from .dagpb import MAX_BLOCK_BYTES
from .endpoint import multiaddr, node_url

OLDEST = (0, 28)
"""Before it, answers had other shapes."""
TESTED = (0, 42)
"""What our tests run against."""

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 30.0
IMPORT_SECONDS = 600.0
"""After the last byte is sent the node walks the whole DAG to pin it."""

MAX_ANSWER_BYTES = 1 << 20


class _Link(msgspec.Struct, frozen=True):
    cid: str = msgspec.field(name="/")


class _Root(msgspec.Struct, frozen=True):
    cid: _Link = msgspec.field(name="Cid")
    pin_error: str = msgspec.field(name="PinErrorMsg", default="")


class _Imported(msgspec.Struct, frozen=True):
    root: _Root | None = msgspec.field(name="Root", default=None)


class _Pinned(msgspec.Struct, frozen=True):
    keys: dict[str, dict[str, str]] = msgspec.field(name="Keys", default_factory=dict)


class _Version(msgspec.Struct, frozen=True):
    version: str = msgspec.field(name="Version")


class KuboNode:
    """The node at `api`, a URL or a multiaddr. Opening it asks nothing; calls raise `AmpacityError`s:

    `ResourceError` AMP-IPFS-UNREACHABLE or AMP-IPFS-ANSWER, `TimedOutError` AMP-IPFS-SILENT.
    """

    def __init__(self, api: str, *, answer_seconds: float = ANSWER_SECONDS) -> None:
        self.url = node_url(api)
        self._answer_seconds = answer_seconds
        self._client: Any = None

    def __enter__(self) -> "KuboNode":
        """Keep one connection for many calls."""
        self._rpc().calls.open()
        return self

    def __exit__(self, *_: object) -> None:
        self._rpc().calls.close()

    def version(self) -> str:
        """The node's version. Raises `UsageError` AMP-IPFS-VERSION where it is too old to speak with."""
        version: str = self._decode(self._ask("/version"), _Version).version
        if (numbers := _numbers(version)) is None or numbers < OLDEST:
            raise UsageError(
                f"The IPFS node at {self.url} cannot be used",
                why=f"it says version {version[:40]!r}; Kubo {_show(OLDEST)} or newer is needed",
                fix="ampacity engines install",
                code="AMP-IPFS-VERSION",
            )
        return version

    def import_car(self, root: Cid, pieces: Iterator[bytes]) -> None:
        """Stream a CAR in and have its root pinned. Raises `ResourceError` unless it was exactly `root`."""
        answer = self._ask("/dag/import", options={"pin-roots": "true"}, upload=pieces, seconds=IMPORT_SECONDS)
        lines = [self._decode(line, _Imported) for line in answer.splitlines() if line.strip()]
        roots = [line.root for line in lines if line.root is not None]
        if len(roots) != 1 or not self._is(roots[0].cid.cid, root):
            raise self._bad("it did not import the root that was sent")
        if roots[0].pin_error:
            raise self._bad(f"it did not pin: {roots[0].pin_error[:200]}")

    def keeps(self, cid: Cid) -> bool:
        """Whether the node has `cid` pinned with all below it."""
        try:
            answer = self._ask("/pin/ls", (str(cid),), {"type": "recursive"})
        except _RefusedError as error:
            if "is not pinned" in error.message:
                return False
            raise
        keys = self._decode(answer, _Pinned).keys
        return any(self._is(text, cid) and row.get("Type") == "recursive" for text, row in keys.items())

    def block(self, cid: Cid) -> bytes | None:
        """The block from the node's own store, hashed here, or None where it has none. Never asks the network."""
        try:
            data = self._ask("/block/get", (str(cid),), {"offline": "true"}, limit_bytes=MAX_BLOCK_BYTES)
        except _RefusedError as error:
            if "not find" in error.message or "not found" in error.message:
                return None
            raise
        if not cid.names(data):
            raise self._bad(f"its block {cid} has other bytes than its name says")
        return data

    def _ask(
        self,
        path: str,
        arguments: Sequence[str] = (),
        options: Mapping[str, str] | None = None,
        *,
        upload: Iterator[bytes] | None = None,
        limit_bytes: int = MAX_ANSWER_BYTES,
        seconds: float | None = None,
    ) -> bytes:
        from . import rpc

        try:
            answer: bytes = self._rpc().calls.ask(
                path,
                arguments,
                options or {},
                limit_bytes=limit_bytes,
                timeout=(CONNECT_SECONDS, seconds or self._answer_seconds),
                upload=upload,
            )
        except rpc.OversizedError as error:
            raise self._bad(f"its answer to {path} has {error}") from error
        except rpc.AnyError as error:
            raise self._failure(error) from error
        return answer

    def _rpc(self) -> Any:
        from . import rpc

        if self._client is None:
            self._client = rpc.RpcClient(multiaddr(self.url))
        return self._client

    def _failure(self, error: Exception) -> AmpacityError:
        from . import rpc

        if isinstance(error, rpc.SilenceError):
            return TimedOutError(
                f"The IPFS node at {self.url} does not answer",
                why="the time allowed has passed",
                fix="see whether it is busy or stuck, then run the command again",
                code="AMP-IPFS-SILENT",
            )
        if isinstance(error, rpc.AbsentError):
            return ResourceError(
                f"There is no IPFS node at {self.url}",
                why="nothing listens there",
                fix="ampacity sandbox up, or start your own node: ipfs daemon",
                code="AMP-IPFS-UNREACHABLE",
            )
        if isinstance(error, rpc.AnswerError):
            return _RefusedError(self.url, str(error)[:300])
        return self._bad(type(error).__name__)

    def _decode(self, answer: bytes, kind: type[Any]) -> Any:
        try:
            return msgspec.json.decode(answer, type=kind)
        except msgspec.MsgspecError as error:
            raise self._bad(str(error)[:200]) from error

    def _is(self, text: str, cid: Cid) -> bool:
        """Compared as bytes: a node may write the same CID in another base."""
        try:
            return parse_cid(text) == cid
        except UsageError:
            return False

    def _bad(self, why: str) -> ResourceError:
        return ResourceError(
            f"The IPFS node at {self.url} gave an answer that cannot be used",
            why=why,
            fix="ampacity doctor",
            code="AMP-IPFS-ANSWER",
        )


class _RefusedError(ResourceError):
    """The node answered with an error of its own."""

    default_code = "AMP-IPFS-ANSWER"

    def __init__(self, url: str, message: str) -> None:
        super().__init__(f"The IPFS node at {url} refused", why=message, fix="ampacity doctor")
        self.message = message


def version_warning(version: str) -> str | None:
    """A sentence where `version` is not one that is tested, else None."""
    if _numbers(version) == TESTED:
        return None
    return f"Kubo {version} is untested here; {_show(TESTED)} is what the tests run against"


def _numbers(version: str) -> tuple[int, int] | None:
    match = re.match(r"([0-9]{1,4})\.([0-9]{1,4})(?:[.\-+]|$)", version)
    return (int(match[1]), int(match[2])) if match else None


def _show(numbers: tuple[int, int]) -> str:
    return f"{numbers[0]}.{numbers[1]}"
