"""Inputs checked at the edge, and the package's schema in Pulumi's form."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from ...core.shapes import ready
from ..machines import RESOURCE_TYPE, SECRETS, MachineInputs
from .codec import has_unknown, reveal
from .identity import PACKAGE, VERSION

_ANY = {"$ref": "pulumi.json#/Any"}


def read_inputs(properties: Mapping[str, Any]) -> MachineInputs:
    """Properties as inputs, secrets opened. Raises `msgspec.ValidationError`, which quotes no value."""
    return msgspec.convert(reveal(dict(properties)), ready(MachineInputs))


def known_inputs(properties: Mapping[str, Any]) -> MachineInputs | None:
    """The inputs, `None` where parts are not known yet. Raises as `read_inputs` does."""
    return None if has_unknown(dict(properties)) else read_inputs(properties)


def check(properties: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with inputs, as (property, reason); nothing where parts are not known yet."""
    try:
        known_inputs(properties)
    except msgspec.ValidationError as error:
        reason, _, where = str(error).partition(" - at `$.")
        return [(where.rstrip("`"), reason)]
    return []


def package_schema() -> str:
    """What `pulumi package get-schema` shows."""
    properties = {field.name: _ANY | _secrecy(field.name) for field in msgspec.structs.fields(MachineInputs)}
    required = [field.name for field in msgspec.structs.fields(MachineInputs) if field.required]
    resource = {"inputProperties": properties, "requiredInputs": required}
    return json.dumps({"name": PACKAGE, "version": VERSION, "resources": {RESOURCE_TYPE: resource}})


def _secrecy(name: str) -> dict[str, bool]:
    return {"secret": True} if name in SECRETS else {}
