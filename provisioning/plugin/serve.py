"""The plugin's process: its server, and its end when the engine that started it is no more."""

import gc
import os
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

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
MAX_MESSAGE_BYTES = 64 << 20


def main(arguments: Sequence[str]) -> None:
    """Serve until the engine ends us, or has ended. The last argument is the engine's address."""
    gc.set_threshold(*GC_THRESHOLDS)
    parent = os.getppid()
    os.environ.pop("PULUMI_CONFIG_PASSPHRASE", None)  # the engine's, not ours
    stop, busy = threading.Event(), Busy()
    bench = bench_of(read_settings(os.environ), stop)
    server, port = start(connect(bench, arguments[-1] if arguments else None), busy)
    print(port, flush=True)  # noqa: T201 - the engine reads the port from the first line
    sys.stdout = sys.stderr
    leave_with(parent, stop, busy)
    server.stop(grace=0.5).wait()


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


def leave_with(parent: int, stop: threading.Event, busy: Busy) -> None:
    """Return once `parent` has ended and no call runs; waits are cut short, create calls are not."""
    pause = threading.Event()
    while os.getppid() == parent and parent != 1:
        pause.wait(WATCH_SECONDS)
    stop.set()
    while busy.running:
        pause.wait(WATCH_SECONDS)
