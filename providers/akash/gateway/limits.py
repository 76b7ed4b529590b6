"""What a gateway may take of our time and memory, as a whole and whatever it does in between."""

import time

import msgspec

from .failures import GatewayError, Trouble


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The most that is waited and taken.

    A gateway works up to 120 s on a manifest, and its provider closes a lease that has none after
    300 s (provider `gateway/rest/router.go`, `manifest` service), so the tries end before that.
    """

    call_seconds: float = 30.0
    manifest_seconds: float = 130.0
    manifest_patience_seconds: float = 240.0
    first_pause_seconds: float = 1.0
    longest_pause_seconds: float = 10.0
    token_tries: int = 3
    """A provider may see a new account's key, or our clock's second, a little late."""
    answer_bytes: int = 2 << 20
    stream_seconds: float = 20.0
    stream_bytes: int = 2 << 20
    frame_bytes: int = 256 << 10


STANDARD = Limits()


class Budget:
    """Time and bytes for one call, spent by everything in it: handshake, headers, body."""

    def __init__(self, seconds: float, size_bytes: int) -> None:
        self._until = time.monotonic() + seconds
        self._seconds = seconds
        self._size_bytes = self._left_bytes = size_bytes

    @property
    def spare_seconds(self) -> float:
        """What is left of the time, 0 once it is up."""
        return max(0.0, self._until - time.monotonic())

    def seconds_left(self) -> float:
        """As `spare_seconds`, but raises `GatewayError` `SLOW` once time is up."""
        left = self.spare_seconds
        if not left:
            raise GatewayError(Trouble.SLOW, f"not done after {self._seconds:g} s")
        return left

    def take(self, size_bytes: int) -> None:
        """Raises `GatewayError` `OVERSIZE` once more has come than may."""
        self._left_bytes -= size_bytes
        if self._left_bytes < 0:
            raise GatewayError(Trouble.OVERSIZE, f"an answer of more than {self._size_bytes} bytes")
