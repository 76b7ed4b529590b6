"""Pulumi's gRPC messages, in one place. Importable but no public API: held still by the pin.

They come with the SDK, but loading the SDK around them takes twice the time of all else that the
plugin loads (0.6 s of 0.9 s CPU: OpenTelemetry, psutil, dill), and nothing of it is used. So its
two outer packages are left unexecuted while the messages load. Import this lazily: it brings gRPC.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType


@contextmanager
def _bare_sdk() -> Iterator[None]:
    """`pulumi` and `pulumi.runtime` as mere folders; whoever imports them later gets the real ones."""
    spec = find_spec("pulumi")
    if "pulumi" in sys.modules or spec is None:
        yield
        return
    for name, below in (("pulumi", ""), ("pulumi.runtime", "/runtime")):
        bare = ModuleType(name)
        bare.__path__ = [f"{folder}{below}" for folder in spec.submodule_search_locations or ()]
        sys.modules[name] = bare
    try:
        yield
    finally:
        del sys.modules["pulumi"], sys.modules["pulumi.runtime"]


with _bare_sdk():
    from google.protobuf import empty_pb2, struct_pb2
    from pulumi.runtime.proto import (
        engine_pb2,
        engine_pb2_grpc,
        events_pb2,
        events_pb2_grpc,
        language_pb2,
        language_pb2_grpc,
        plugin_pb2,
        provider_pb2,
        provider_pb2_grpc,
        resource_pb2,
        resource_pb2_grpc,
        status_pb2,
    )

__all__ = [
    "empty_pb2",
    "engine_pb2",
    "engine_pb2_grpc",
    "events_pb2",
    "events_pb2_grpc",
    "language_pb2",
    "language_pb2_grpc",
    "plugin_pb2",
    "provider_pb2",
    "provider_pb2_grpc",
    "resource_pb2",
    "resource_pb2_grpc",
    "status_pb2",
    "struct_pb2",
]
