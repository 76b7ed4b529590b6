"""One stand-in as a process: `python -P -m ampacity.sandbox.serve NAME --folder DIR [--port N]`.

It listens on 127.0.0.1 only, writes `DIR/port` once it listens and `DIR/log` while it works, and
ends on SIGTERM or when DIR is gone. One request a connection: the server behind it closes each.
"""

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ..core.files import write_atomic
from .faucet import with_faucet
from .faults import Faults
from .places import HOST
from .roster import StandIn, with_roster
from .table import STAND_INS

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from werkzeug.serving import BaseWSGIServer

WATCH_SECONDS = 1.0

log = logging.getLogger("ampacity.sandbox")


def make_app(name: str, folder: Path) -> StandIn:
    """The stand-in `name` with its state and faults in `folder`. Raises `KeyError` for an unknown name."""
    create = cast("Callable[[Faults, Path], StandIn]", import_module(STAND_INS[name]).create_app)
    return create(Faults(folder), folder)


def make_server(app: "WSGIApplication", port: int) -> "BaseWSGIServer":
    """A threaded HTTP/1.1 server on this computer only, already listening; port 0 takes a free one."""
    from werkzeug import serving

    class Handler(serving.WSGIRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body go out apart; else each answer may wait 40 ms

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002
            """The path without its query: that may hold a signature."""
            log.info("%s %s %s", self.command, self.path.partition("?")[0], code)

    return serving.make_server(HOST, port, app, threaded=True, request_handler=Handler)


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM, or until the folder is gone."""
    parser = argparse.ArgumentParser(prog="ampacity.sandbox.serve", description="Serve one stand-in.")
    parser.add_argument("name", choices=sorted(STAND_INS))
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    wanted = parser.parse_args(arguments)
    folder: Path = wanted.folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    logging.basicConfig(filename=folder / "log", format="%(asctime)s %(message)s", level=logging.INFO)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    stand_in = make_app(wanted.name, folder)
    server = make_server(with_faucet(stand_in, with_roster(stand_in)), wanted.port)
    threading.Thread(target=_end_with_folder, args=(server, folder), daemon=True).start()
    write_atomic(folder / "port", f"{server.port}\n".encode())
    server.serve_forever()
    return 0


def _end_with_folder(server: "BaseWSGIServer", folder: Path) -> None:
    while not threading.Event().wait(WATCH_SECONDS):
        if not folder.is_dir():
            server.shutdown()
            return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
