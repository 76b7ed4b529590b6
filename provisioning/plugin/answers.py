"""Failures in the form that the engine understands."""

import traceback
from typing import Any, NoReturn

import grpc

from ...core.errors import AmpacityError
from ..protocol import provider_pb2, status_pb2, struct_pb2
from ..wayon import in_one_line
from .codec import encode
from .outcomes import NotReadyError


class _Status(grpc.Status):
    """A status with details, as `abort_with_status` wants it."""

    def __init__(self, message: str, detail: Any) -> None:
        packed = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=message)
        packed.details.add().Pack(detail)
        self.code = grpc.StatusCode.UNKNOWN
        self.details = message
        self.trailing_metadata = (("grpc-status-details-bin", packed.SerializeToString()),)


def give_up(call: grpc.ServicerContext, error: Exception, inputs: struct_pb2.Struct) -> NoReturn:
    """End `call` by `error`; a `NotReadyError` keeps its machine in the engine's state."""
    if isinstance(error, NotReadyError):
        call.abort_with_status(_Status(str(error), _init_failed(error, inputs)))
    if isinstance(error, AmpacityError):
        call.abort(grpc.StatusCode.UNKNOWN, in_one_line(error))
    call.abort(grpc.StatusCode.UNKNOWN, _fault(error))
    raise AssertionError("abort always raises")


def _init_failed(error: NotReadyError, inputs: struct_pb2.Struct) -> Any:
    return provider_pb2.ErrorResourceInitFailed(
        id=error.resource_id,
        properties=encode(error.outputs),
        inputs=inputs,
        reasons=error.reasons,
        refresh_before_update=True,
    )


def _fault(error: Exception) -> str:
    """Where a fault of ours lies, without its text: that may quote user data."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {frames[-1].name}, line {frames[-1].lineno}" if frames else ""
    return f"unexpected {type(error).__name__}{where}"
