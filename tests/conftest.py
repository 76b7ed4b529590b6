"""What holds for every test: nothing leaves this computer, and a busy computer is no failure."""

import socket
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("ampacity", deadline=None)
settings.load_profile("ampacity")

LOCAL = {"127.0.0.1", "::1", "localhost", None, ""}


class TrafficError(Exception):
    """A test tried to reach another computer."""


@pytest.fixture(autouse=True)
def _only_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are looked up and connections opened for this computer only, in the test's own process."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in LOCAL:
            raise TrafficError(f"a test may not connect to {address}")
        connect(self, address)

    def guarded_look_up(host: Any, *arguments: Any, **options: Any) -> Any:
        if host not in LOCAL:
            raise TrafficError(f"a test may not look up {host}")
        return look_up(host, *arguments, **options)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)
