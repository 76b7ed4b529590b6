"""The sandbox's parts: how each is started, and where it answers."""

import os
import socket
import sys
from pathlib import Path
from typing import Protocol

import msgspec

from .. import engines
from . import process
from .kubo import kubo_endpoint, kubo_environment, prepare_kubo
from .places import HOST, SandboxLayout
from .table import STAND_INS

KUBO = "kubo"
"""The node's name, here and among the engines."""
CONNECT_SECONDS = 2.0


class Part(Protocol):
    """One process of the sandbox."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    @property
    def folder(self) -> Path:
        """Where its state, its record and its output are."""
        ...

    def start(self) -> None:
        """Spawn it. Returns before it listens."""
        ...

    def endpoint(self) -> str | None:
        """Where it listens, once it says so."""
        ...


class StandInPart(msgspec.Struct, frozen=True, kw_only=True):
    """A seller's stand-in."""

    name: str
    folder: Path

    def start(self) -> None:
        """Serve it."""
        (self.folder / "port").unlink(missing_ok=True)
        module = "ampacity.sandbox.serve"
        program = [sys.executable, "-P", "-m", module, self.name, "--folder", str(self.folder)]
        process.spawn(program, self.folder, os.environ)

    def endpoint(self) -> str | None:
        """From the file that it writes once it listens."""
        try:
            return f"http://{HOST}:{int((self.folder / 'port').read_text(encoding='ascii'))}"
        except (FileNotFoundError, ValueError):
            return None


class KuboPart(msgspec.Struct, frozen=True, kw_only=True):
    """The IPFS node."""

    folder: Path
    name: str = KUBO

    def start(self) -> None:
        """Make its repository where there is none, and run the daemon, which asks nobody anything."""
        program = engines.find(KUBO).path
        prepare_kubo(program, self.folder)
        daemon = [str(program), "daemon", "--migrate=false", "--offline"]
        process.spawn(daemon, self.folder, kubo_environment(self.folder))

    def endpoint(self) -> str | None:
        """From the file that the daemon writes."""
        return kubo_endpoint(self.folder)


def parts(layout: SandboxLayout) -> list[Part]:
    """Every process of the sandbox."""
    served = [StandInPart(name=name, folder=layout.part(name)) for name in STAND_INS]
    return [*served, KuboPart(folder=layout.part(KUBO))]


def listens(endpoint: str) -> bool:
    """Whether somebody takes connections there. No request is made: a stand-in could spend a fault on it."""
    host, _, port = endpoint.removeprefix("http://").partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=CONNECT_SECONDS).close()
    except OSError:
        return False
    return True
