"""The two gRPC servers that the engine talks to while it runs: the program's, and the events'.

Import it lazily: it brings gRPC.
"""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc

from ..protocol import empty_pb2, events_pb2_grpc, language_pb2_grpc
from .program import Program

MAX_MESSAGE_BYTES = 64 << 20
DRAIN_SECONDS = 5.0

EventListener = Callable[[dict[str, Any]], None]


class Endpoints:
    """Where the servers listen, on this computer only."""

    def __init__(self, program_port: int | None, events_port: int) -> None:
        self.program = None if program_port is None else f"127.0.0.1:{program_port}"
        self.events = f"tcp://127.0.0.1:{events_port}"


class _Events(events_pb2_grpc.EventsServicer):
    """Hands each event on as plain JSON, and knows when the engine has said its last."""

    def __init__(self, listener: EventListener) -> None:
        self._listener = listener
        self.begun = threading.Event()
        self.ended = threading.Event()

    def StreamEvents(self, request_iterator: Any, context: Any) -> Any:  # noqa: N802, ARG002
        self.begun.set()
        try:
            for request in request_iterator:
                self._listener(json.loads(request.event))
        finally:
            self.ended.set()
        return empty_pb2.Empty()


@contextmanager
def serve(program: Program | None, listener: EventListener) -> Iterator[Endpoints]:
    """Serve `program` (if there is one) and the events until the engine has ended."""
    events = _Events(listener)
    options = [("grpc.max_receive_message_length", MAX_MESSAGE_BYTES)]
    server = grpc.server(ThreadPoolExecutor(max_workers=8), options=options)
    events_pb2_grpc.add_EventsServicer_to_server(events, server)
    if program is not None:
        language_pb2_grpc.add_LanguageRuntimeServicer_to_server(program, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield Endpoints(port if program else None, port)
        if events.begun.is_set():
            events.ended.wait(DRAIN_SECONDS)
    finally:
        server.stop(grace=0.5).wait()
