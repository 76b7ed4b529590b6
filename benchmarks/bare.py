"""The peer of `preview.py`: Pulumi's engine called bare, with the least that can host a program."""

import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2, resource_pb2, resource_pb2_grpc

from ampacity.provisioning.engine import EngineSettings
from ampacity.provisioning.engine.program import STACK_TYPE, properties_of
from ampacity.provisioning.engine.settings import child_environment
from ampacity.provisioning.machines import RESOURCE_TYPE, MachineInputs
from ampacity.provisioning.plugin.codec import encode
from ampacity.provisioning.plugin.identity import VERSION


class Host(language_pb2_grpc.LanguageRuntimeServicer):
    """Registers messages that are ready; answers nothing that the engine can do without."""

    def __init__(self, machines: Sequence[MachineInputs], root_name: str) -> None:
        kind = resource_pb2.RegisterResourceRequest
        self._root = kind(type=STACK_TYPE, name=root_name)
        self._machines = [
            kind(
                type=RESOURCE_TYPE,
                name=machine.name,
                custom=True,
                object=encode(properties_of(machine)),
                version=VERSION,
                acceptSecrets=True,
            )
            for machine in machines
        ]

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        return language_pb2.GetRequiredPackagesResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        return plugin_pb2.PluginInfo()

    def Run(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        with grpc.insecure_channel(request.monitor_address) as channel:
            monitor = resource_pb2_grpc.ResourceMonitorStub(channel)
            parent = monitor.RegisterResource(self._root).urn
            for message in self._machines:
                message.parent = parent
            for call in [monitor.RegisterResource.future(message) for message in self._machines]:
                call.result()
            monitor.SignalAndWaitForShutdown(empty_pb2.Empty())
        return language_pb2.RunResponse()


class Bare:
    """`pulumi preview` of one stack, its host serving as long as this is entered."""

    def __init__(self, settings: EngineSettings, machines: Sequence[MachineInputs]) -> None:
        self._settings = settings
        self._environment = child_environment(settings)
        self._server = grpc.server(ThreadPoolExecutor(max_workers=8))
        host = Host(machines, f"{settings.project}-{settings.stack}")
        language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, self._server)
        self._port = self._server.add_insecure_port("127.0.0.1:0")

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop(grace=None).wait()

    def preview(self) -> None:
        """One preview; raises unless it finds nothing to do."""
        client = f"--client=127.0.0.1:{self._port}"
        command = [str(self._settings.program), "preview", "--non-interactive", "--expect-no-changes"]
        subprocess.run(
            [*command, "--stack", self._settings.stack, "--exec-kind", "auto.inline", client],
            cwd=self._settings.work_folder,
            env=self._environment,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
