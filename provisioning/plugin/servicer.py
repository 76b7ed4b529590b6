"""The gRPC surface: each call decoded, done by its own module, encoded again."""

from collections.abc import Callable
from typing import Any

import grpc
import msgspec

from ..protocol import empty_pb2, plugin_pb2, provider_pb2, provider_pb2_grpc, struct_pb2
from . import answers, schema
from .bench import Bench
from .busy import Busy
from .codec import decode, encode
from .create import create
from .delete import delete
from .diff import Difference, difference
from .identity import VERSION
from .outcomes import NotReadyError
from .outputs import outputs_of
from .read import Reading, read
from .subject import Subject
from .update import update
from .voice import voice_to

WAIT_SECONDS = 900.0
"""How long one call may wait where the engine names no limit."""

Call = grpc.ServicerContext


class MachineProvider(provider_pb2_grpc.ResourceProviderServicer):
    """One resource type for every seller. Method names and messages are Pulumi's."""

    def __init__(self, bench: Bench, busy: Busy) -> None:
        self._bench = bench
        self._busy = busy

    def Handshake(self, request: Any, context: Call) -> Any:  # noqa: ARG002, N802
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def Attach(self, request: Any, context: Call) -> Any:  # noqa: ARG002, N802
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: Call) -> Any:  # noqa: ARG002, N802
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetSchema(self, request: Any, context: Call) -> Any:  # noqa: ARG002, N802
        return provider_pb2.GetSchemaResponse(schema=schema.package_schema())

    def CheckConfig(self, request: Any, context: Call) -> Any:  # noqa: ARG002, N802
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Call) -> Any:  # noqa: ARG002, N802
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: Call) -> Any:  # noqa: ARG002, N802
        self._bench.stop.clear()  # the engine cancels at the end of every operation
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Cancel(self, request: Any, context: Call) -> Any:  # noqa: ARG002, N802
        self._bench.stop.set()
        return empty_pb2.Empty()

    def Check(self, request: Any, context: Call) -> Any:  # noqa: N802
        """What is wrong with the inputs. A new machine's create call follows at once: its seller gets ready for it."""
        failures = self._guard(context, request.news, lambda: self._check(request))
        told = [provider_pb2.CheckFailure(property=where, reason=reason) for where, reason in failures]
        return provider_pb2.CheckResponse(inputs=request.news, failures=told)

    def _check(self, request: Any) -> list[tuple[str, str]]:
        news = decode(request.news)
        failures = schema.check(news)
        wanted = None if failures or request.olds.fields else schema.known_inputs(news)
        if wanted is not None:
            self._bench.sellers.warm_up(wanted.offer.provider, wanted.offer.region)
        return failures

    def Diff(self, request: Any, context: Call) -> Any:  # noqa: N802
        found: Difference = self._guard(
            context,
            request.news,
            lambda: difference(decode(request.olds), decode(request.old_inputs), decode(request.news)),
        )
        return _diff_response(found)

    def Create(self, request: Any, context: Call) -> Any:  # noqa: N802
        """One machine, running; a preview makes none."""
        if request.preview:
            return provider_pb2.CreateResponse()
        made = self._guard(
            context,
            request.properties,
            lambda: create(
                self._bench,
                request.urn,
                schema.read_inputs(decode(request.properties)),
                request.timeout or WAIT_SECONDS,
            ),
        )
        outputs = outputs_of(made.machine, made.token)
        return provider_pb2.CreateResponse(id=made.machine.ref.id, properties=encode(outputs))

    def Read(self, request: Any, context: Call) -> Any:  # noqa: N802
        return self._guard(context, request.inputs, lambda: self._read(request))

    def _read(self, request: Any) -> Any:
        found: Reading | None = read(self._bench, _subject(request, request.inputs, request.properties))
        if found is None:
            return provider_pb2.ReadResponse()
        if found.problems:
            raise NotReadyError(found.id, found.outputs, found.problems)
        return provider_pb2.ReadResponse(id=found.id, properties=encode(found.outputs), inputs=request.inputs)

    def Update(self, request: Any, context: Call) -> Any:  # noqa: N802
        """New notes in state, or more waiting for one that does not run yet."""
        if request.preview:
            return provider_pb2.UpdateResponse(properties=request.olds)
        outputs = self._guard(
            context,
            request.news,
            lambda: update(self._bench, _subject(request, request.news, request.olds), request.timeout or WAIT_SECONDS),
        )
        return provider_pb2.UpdateResponse(properties=encode(outputs))

    def Delete(self, request: Any, context: Call) -> Any:  # noqa: N802
        """Gone when this returns."""
        self._guard(
            context,
            request.old_inputs,
            lambda: delete(
                self._bench,
                _subject(request, request.old_inputs, request.properties),
                request.timeout or WAIT_SECONDS,
            ),
        )
        return empty_pb2.Empty()

    def _guard(self, context: Call, inputs: struct_pb2.Struct, work: Callable[[], Any]) -> Any:
        with self._busy.one():
            try:
                return work()
            except Exception as error:  # noqa: BLE001 - told to the engine, in its own form
                answers.give_up(context, error, inputs)


def _subject(request: Any, inputs: struct_pb2.Struct, outputs: struct_pb2.Struct) -> Subject:
    known = decode(outputs)
    return Subject(urn=request.urn, id=request.id, inputs=schema.read_inputs(decode(inputs)), outputs=known)


def connect(bench: Bench, engine_address: str | None) -> Bench:
    """`bench` with a voice, where the engine said where it listens."""
    return msgspec.structs.replace(bench, tell=voice_to(engine_address)) if engine_address else bench


def _diff_response(found: Difference) -> Any:
    kinds = provider_pb2.PropertyDiff
    noted = {name: kinds(kind=kinds.UPDATE, inputDiff=True) for name in found.notes}
    forced = {name: kinds(kind=kinds.UPDATE_REPLACE, inputDiff=name != "state") for name in found.replaces}
    answer = provider_pb2.DiffResponse
    return answer(
        changes=answer.DIFF_NONE if found.none else answer.DIFF_SOME,
        diffs=[*found.replaces, *found.notes],
        replaces=found.replaces,
        detailedDiff=noted | forced,
        hasDetailedDiff=True,
        # The old machine ends first: the price ceiling and the racks hold at every instant.
        deleteBeforeReplace=bool(found.replaces),
    )
