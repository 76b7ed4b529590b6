"""The plugin's process: its server, and its end when the engine says so or is no more."""

import gc
import os
import signal
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import grpc

from ..journal import Journal
from ..protocol import provider_pb2_grpc
from .bench import Bench
from .busy import Busy
from .sellers import Sellers, opener_of
from .servicer import MachineProvider, connect
from .settings import PluginSettings, read_settings

THREADS = 96
"""More than the engine's `--parallel` (64 at most), so that Cancel and Diff never queue behind waits."""

GC_THRESHOLDS = (100_000, 50, 50)
"""A cloud's SDK loads as a great many objects that all stay: looking through them took a third of its loading."""

WATCH_SECONDS = 0.5
LAST_CALLS_SECONDS = 0.05
MAX_MESSAGE_BYTES = 64 << 20


def main(arguments: Sequence[str]) -> None:
    """Serve until the engine ends us, or has ended. The last argument is the engine's address."""
    gc.set_threshold(*GC_THRESHOLDS)
    parent, told = os.getppid(), threading.Event()
    for way in (signal.SIGINT, signal.SIGTERM):
        signal.signal(way, lambda *_: told.set())
    os.environ.pop("PULUMI_CONFIG_PASSPHRASE", None)  # the engine's, not ours
    stop, busy = threading.Event(), Busy()
    settings = read_settings(os.environ)
    with suppress(OSError):  # a folder that is gone since is missed only by who names it
        os.chdir(settings.folder or ".")
    bench = bench_of(settings, stop)
    server, port = start(connect(bench, arguments[-1] if arguments else None), busy)
    print(port, flush=True)  # noqa: T201 - the engine reads the port from the first line
    sys.stdout = sys.stderr
    until_the_end(parent, told)
    finish(stop, busy)
    server.stop(grace=0.5).wait()
    sys.stderr.flush()
    os._exit(0)  # what matters is on disk, and to take an SDK's objects apart takes a third of a second


def bench_of(settings: PluginSettings, stop: threading.Event) -> Bench:
    """The tools that `settings` name."""
    return Bench(
        sellers=Sellers(opener_of(settings, os.environ)),
        journal=Journal(settings.journal),
        stop=stop,
        settle_seconds=settings.settle_seconds,
    )


def start(bench: Bench, busy: Busy) -> tuple[grpc.Server, int]:
    """A running server on this computer's loopback, and its port."""
    options = [("grpc.max_receive_message_length", MAX_MESSAGE_BYTES)]
    server = grpc.server(ThreadPoolExecutor(max_workers=THREADS), options=options)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(MachineProvider(bench, busy), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def until_the_end(parent: int, told: threading.Event) -> None:
    """Return once we are told to end, or `parent` has ended."""
    while os.getppid() == parent and parent != 1 and not told.wait(WATCH_SECONDS):
        pass


def finish(stop: threading.Event, busy: Busy) -> None:
    """Return once no call runs; waits are cut short, create calls are not."""
    stop.set()
    pause = threading.Event()
    while busy.running:
        pause.wait(LAST_CALLS_SECONDS)
