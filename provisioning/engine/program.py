"""The inline program, spoken in Pulumi's own protocol: one resource a machine and nothing else.

The SDK's `LanguageServer` is not used: it writes this computer's source paths into the state and
leaks an event loop when a machine is refused. Import it lazily: it brings gRPC.
"""

import platform
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import grpc
import msgspec

from ..machines import RESOURCE_TYPE, SECRETS, MachineInputs
from ..plugin.codec import Secret, encode
from ..plugin.identity import VERSION
from ..protocol import empty_pb2, language_pb2, language_pb2_grpc, plugin_pb2, resource_pb2, resource_pb2_grpc

STACK_TYPE = "pulumi:pulumi:Stack"
_ENGINE_GONE = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED})


class Program(language_pb2_grpc.LanguageRuntimeServicer):
    """What the engine runs: registers every machine at once, so that creates overlap."""

    def __init__(self, machines: Sequence[MachineInputs], ready_seconds: int) -> None:
        self._machines = machines
        self._ready_seconds = ready_seconds

    def About(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        return language_pb2.AboutResponse(executable=sys.executable, version=platform.python_version())

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        return language_pb2.GetRequiredPluginsResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        return plugin_pb2.PluginInfo()

    def Run(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        with grpc.insecure_channel(request.monitor_address) as channel:
            monitor = resource_pb2_grpc.ResourceMonitorStub(channel)
            try:
                self._register(monitor, f"{request.project}-{request.stack}")
            except grpc.RpcError as error:
                return _bail(error)
        return language_pb2.RunResponse()

    def _register(self, monitor: Any, root_name: str) -> None:
        root = monitor.RegisterResource(resource_pb2.RegisterResourceRequest(type=STACK_TYPE, name=root_name))
        calls = [monitor.RegisterResource.future(self._request(machine, root.urn)) for machine in self._machines]
        for call in calls:
            call.result()  # a machine that failed is told by events; only a lost engine raises
        monitor.RegisterResourceOutputs(resource_pb2.RegisterResourceOutputsRequest(urn=root.urn))
        monitor.SignalAndWaitForShutdown(empty_pb2.Empty())

    def _request(self, machine: MachineInputs, parent: str) -> Any:
        kind = resource_pb2.RegisterResourceRequest
        return kind(
            type=RESOURCE_TYPE,
            name=machine.name,
            parent=parent,
            custom=True,
            object=encode(properties_of(machine)),
            version=VERSION,
            acceptSecrets=True,
            supportsResultReporting=True,
            customTimeouts=kind.CustomTimeouts(create=f"{self._ready_seconds}s", update=f"{self._ready_seconds}s"),
        )


def properties_of(machine: MachineInputs) -> dict[str, Any]:
    """`machine` as plain JSON data; what is secret is encrypted in state and `[secret]` in events."""
    plain: dict[str, Any] = msgspec.to_builtins(machine, str_keys=True)
    secrets = {key: plain.pop(key) for key in SECRETS}
    return plain | {key: Secret(value) for key, value in secrets.items() if value is not None}


def _bail(error: grpc.RpcError) -> Any:
    """The engine ended the run, which it tells itself; anything else is told here."""
    with suppress(AttributeError):
        if error.code() not in _ENGINE_GONE:
            return language_pb2.RunResponse(error=error.details() or "the engine broke off")
    return language_pb2.RunResponse(bail=True)
