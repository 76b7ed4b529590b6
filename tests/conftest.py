"""What holds for every test: nothing leaves this computer, a busy computer is no failure, CI skips no proof.

And where they are spread over workers, the longest begin first.
"""

import os
import socket
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import settings

import ampacity
from ampacity.core.errors import MissingError
from ampacity.engines import Engine, find

settings.register_profile("ampacity", deadline=None)
settings.load_profile("ampacity")

LOCAL = {"127.0.0.1", "::1", "localhost", None, ""}


KILLS = "faults/test_kills.py::"
VECTORS = Path(ampacity.__file__).parent.parent / "shared" / "vectors"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with the most patience first, then those with something slow: none is left to the end, alone."""
    patience, slow = Counter[Path](), set[Path]()
    for item in items:
        patience[item.path] = max([patience[item.path], *(mark.args[0] for mark in item.iter_markers("timeout"))])
        slow |= {item.path for _ in item.iter_markers("slow")}
    items.sort(key=lambda item: (-patience[item.path], item.path not in slow))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file's tests share its fixtures, so one worker takes them all; the kills share none, and last longest."""
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

    class Scheduling(LoadFileScheduling):  # type: ignore[misc]  # of a package without types
        def _split_scope(self, nodeid: str) -> str:
            return nodeid if KILLS in nodeid else super()._split_scope(nodeid)

    return Scheduling(config, log) if config.option.dist == "loadfile" else None


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


@pytest.fixture(scope="session")
def lacking() -> Callable[[str], NoReturn]:
    """Ends a test that needs what is not here: a skip for who has it not, a failure in CI, which has everything."""

    def end(what: str) -> NoReturn:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(what)

    return end


@pytest.fixture(scope="session")
def engine(lacking: Callable[[str], NoReturn]) -> Callable[[str], Engine]:
    """A real engine of this computer by its name."""

    def of(name: str) -> Engine:
        try:
            return find(name)
        except MissingError:
            lacking(f"there is no {name} on this computer: ampacity engines install {name}")

    return of


@pytest.fixture(scope="session")
def vector(lacking: Callable[[str], NoReturn]) -> Callable[..., Path]:
    """A file of the published vectors and recorded answers, which lie beside the checkout or nowhere."""

    def of(*names: str) -> Path:
        if not VECTORS.is_dir():
            pytest.skip("no vectors lie beside this checkout")
        file = VECTORS.joinpath(*names)
        return file if file.exists() else lacking(f"the vectors beside this checkout lack {file.relative_to(VECTORS)}")

    return of
