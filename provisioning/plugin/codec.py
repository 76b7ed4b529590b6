"""Property values on the wire and as plain data.

Our own because the SDK's cannot carry unknowns. Numbers on the wire are doubles: whole ones come
back as `int` (all that is not whole travels as a decimal string).
"""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ..protocol import struct_pb2
from . import signatures


class Unknown:
    """A value that is only known after an apply."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()
_UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


class Secret(msgspec.Struct, frozen=True):
    """A value that the engine encrypts in state and hides in events."""

    value: Any

    def __repr__(self) -> str:
        return "Secret([secret])"


def decode(wire: struct_pb2.Struct) -> dict[str, Any]:
    """Plain data with `Secret` and `UNKNOWN` in it. Raises `ValueError` for assets and references."""
    return {key: _decode(value) for key, value in wire.fields.items()}


def encode(data: Mapping[str, Any]) -> struct_pb2.Struct:
    """Inverse of `decode`."""
    return struct_pb2.Struct(fields={key: _encode(value) for key, value in data.items()})


def reveal(value: Any) -> Any:
    """`value` with every `Secret` opened: for the create call only."""
    if isinstance(value, Secret):
        return reveal(value.value)
    if isinstance(value, dict):
        return {key: reveal(part) for key, part in value.items()}
    if isinstance(value, list):
        return [reveal(part) for part in value]
    return value


def has_unknown(value: Any) -> bool:
    """Whether any part of `value` is `UNKNOWN`."""
    if isinstance(value, Secret):
        return has_unknown(value.value)
    if isinstance(value, dict):
        return any(has_unknown(part) for part in value.values())
    if isinstance(value, list):
        return any(has_unknown(part) for part in value)
    return value is UNKNOWN


def _decode(wire: struct_pb2.Value) -> Any:
    match wire.WhichOneof("kind"):
        case "string_value":
            return UNKNOWN if wire.string_value in signatures.UNKNOWNS else wire.string_value
        case "number_value":
            number = wire.number_value
            return int(number) if number.is_integer() else number
        case "bool_value":
            return wire.bool_value
        case "list_value":
            return [_decode(part) for part in wire.list_value.values]
        case "struct_value":
            return _decode_object(wire.struct_value)
    return None


def _decode_object(wire: struct_pb2.Struct) -> Any:
    if signatures.KEY not in wire.fields:
        return decode(wire)
    mark = wire.fields[signatures.KEY].string_value
    if mark == signatures.SECRET:
        return Secret(_decode(wire.fields["value"]))
    if mark == signatures.OUTPUT:
        return _decode_output(wire)
    raise ValueError("assets, archives and resource references are no part of a machine")


def _decode_output(wire: struct_pb2.Struct) -> Any:
    value = _decode(wire.fields["value"]) if "value" in wire.fields else UNKNOWN
    secret = "secret" in wire.fields and wire.fields["secret"].bool_value
    return Secret(value) if secret else value


def _encode(value: Any) -> struct_pb2.Value:
    match value:
        case None:
            wire = struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
        case Unknown():
            wire = struct_pb2.Value(string_value=_UNKNOWN_TEXT)
        case Secret():
            wire = struct_pb2.Value(struct_value=encode({signatures.KEY: signatures.SECRET, "value": value.value}))
        case bool():
            wire = struct_pb2.Value(bool_value=value)
        case int() | float():
            wire = struct_pb2.Value(number_value=value)
        case str():
            wire = struct_pb2.Value(string_value=value)
        case list() | tuple():
            wire = struct_pb2.Value(list_value=struct_pb2.ListValue(values=[_encode(part) for part in value]))
        case Mapping():
            wire = struct_pb2.Value(struct_value=encode(value))
        case _:
            raise TypeError(f"{type(value).__name__} is no property value")
    return wire
