"""Status lines beside a resource, through the engine, to whoever watches."""

from collections.abc import Callable
from contextlib import suppress

import grpc

from ..protocol import engine_pb2, engine_pb2_grpc

TELL_SECONDS = 2.0


def voice_to(engine_address: str) -> Callable[[str, str], None]:
    """A function that shows a text beside a URN; quiet where the engine does not listen."""
    stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(engine_address))

    def tell(urn: str, text: str) -> None:
        request = engine_pb2.LogRequest(severity=engine_pb2.LogSeverity.INFO, urn=urn, message=text, ephemeral=True)
        with suppress(grpc.RpcError):
            stub.Log(request, timeout=TELL_SECONDS)

    return tell
