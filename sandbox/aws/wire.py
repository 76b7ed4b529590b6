"""Calls as they arrive and answers as AWS writes them, by moto's own parsers and serialisers.

Those work from botocore's service models, so names, types and formats are the real ones.
"""

import re
import secrets
from collections.abc import Mapping
from typing import Any

import msgspec
from werkzeug.wrappers import Request, Response

_SCOPE = re.compile(r"Credential=[^/,]+/\d{8}/(?P<region>[a-z0-9-]+)/(?P<service>[a-z0-9-]+)/aws4_request")


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One API call. `parameters` have the names and types of the API reference."""

    service: str
    region: str
    action: str
    parameters: Mapping[str, Any]


class RefusedError(Exception):
    """What the service says no with."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def read_call(request: Request) -> Call | None:
    """The call, `None` for what is no signed call of a service that botocore knows."""
    scope = _SCOPE.search(request.headers.get("Authorization", ""))
    if scope is None:
        return None
    action = request.headers.get("X-Amz-Target", "").rpartition(".")[2] or request.form.get("Action", "")
    operation = _operation(scope["service"], action)
    if operation is None:
        return None
    from moto.core.parse import PROTOCOL_PARSERS

    parsed = PROTOCOL_PARSERS[_protocol(scope["service"])](operation).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.get_data(),
            "url_path": request.path,
            "url_params": {},
        }
    )
    return Call(service=scope["service"], region=scope["region"], action=action, parameters=parsed)


def answer(call: Call, result: object) -> Response:
    """`result` (plain data, or moto's objects) in the shape of the call's output."""
    return _response(call, result, 200)


def refusal(call: Call, error: RefusedError) -> Response:
    """An error body with the service's code and message."""
    return _response(call, error, error.status)


def _response(call: Call, result: object, status: int) -> Response:
    from moto.core.serialize import SerializationContext, XFormedAttributePicker, get_serializer_class
    from moto.ec2.responses._base_response import EC2BaseResponse

    request_id = "-".join(secrets.token_hex(size) for size in (4, 2, 2, 2, 6))
    serializer = get_serializer_class(call.service, _protocol(call.service))(
        operation_model=_operation(call.service, call.action),
        context=SerializationContext(request_id),
        value_picker=XFormedAttributePicker(response_transformers=EC2BaseResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER),
    )
    made = serializer.serialize(result)
    headers = {**made["headers"], "x-amzn-requestid": request_id}
    return Response(made["body"], status=status, headers=headers)


def _operation(service: str, action: str) -> Any:
    from botocore.exceptions import UnknownServiceError
    from botocore.model import OperationNotFoundError
    from moto.core.utils import get_service_model

    try:
        return get_service_model(service).operation_model(action)
    except (UnknownServiceError, OperationNotFoundError):
        return None


def _protocol(service: str) -> str:
    return "ec2" if service == "ec2" else "json"
