"""YAML read strictly into typed values, with errors that name file, line and key.

Numbers with a point become `Decimal` from their text, so that no price passes through a float.
Duplicate keys are errors. YAML 1.1's `yes`, `on` and base-60 numbers are plain text.
"""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import msgspec
import yaml

from .errors import UsageError

T = TypeVar("T")
MAX_BYTES = 1 << 20


class _Loader(yaml.SafeLoader):
    """Safe loading with the scalars of YAML 1.2's core schema."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+\.[0-9]*(?:[eE][-+]?[0-9]+)?$"), list("-+0123456789")
)


def load_yaml(path: Path, kind: type[T]) -> T:
    """The file as a `kind`; raises `UsageError` naming file, line and key."""
    text = _read(path)
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _refusal(path, line, error.problem or "not YAML") from error
    except yaml.YAMLError as error:
        raise _refusal(path, 1, str(error)) from error
    lines: dict[str, int] = {}
    data = _build(node, "$", lines, path)
    try:
        return msgspec.convert(data, kind, strict=True, dec_hook=_dec)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at `")
        key = where.rstrip("`") or "$"
        raise _refusal(path, _line(lines, key, message), _say(message, key)) from error


def _read(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read", why=error.strerror or "", code="AMP-FILE") from error
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path} is too large", why=f"{len(data)} bytes; at most {MAX_BYTES}", code="AMP-FILE")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text", why=str(error), code="AMP-FILE") from error


def _build(node: yaml.Node | None, where: str, lines: dict[str, int], path: Path) -> Any:
    if node is None:
        return None
    lines.setdefault(where, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _build_mapping(node, where, lines, path)
    if isinstance(node, yaml.SequenceNode):
        return [_build(child, f"{where}[{at}]", lines, path) for at, child in enumerate(node.value)]
    return _scalar(node)


def _build_mapping(node: yaml.MappingNode, where: str, lines: dict[str, int], path: Path) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        line = key_node.start_mark.line + 1
        if key in built:
            raise _refusal(path, line, f"`{key}` is given twice")
        lines[f"{where}.{key}"] = line
        built[key] = _build(value_node, f"{where}.{key}", lines, path)
    return built


def _scalar(node: yaml.Node) -> Any:
    tag = node.tag.rsplit(":", 1)[-1]
    text = str(node.value)
    if tag == "int":
        return int(text)
    if tag == "float":
        return Decimal(text)
    if tag == "bool":
        return text == "true"
    return None if tag == "null" else text


def _line(lines: dict[str, int], key: str, message: str) -> int:
    unknown = re.search(r"unknown field `([^`]+)`", message)
    if unknown and f"{key}.{unknown[1]}" in lines:
        return lines[f"{key}.{unknown[1]}"]
    while key not in lines and len(key) > 1:
        key = key[: max(key.rfind("."), key.rfind("["))] if "." in key or "[" in key else "$"
    return lines.get(key, 1)


def _say(message: str, key: str) -> str:
    name = key.removeprefix("$").lstrip(".")
    return f"`{name}`: {message}" if name else message


def _refusal(path: Path, line: int, problem: str) -> UsageError:
    return UsageError(f"{path}, line {line}", why=problem, fix=f"edit {path}:{line}", code="AMP-FILE-INVALID")


def _dec(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise ValueError(f"{value!r} is no {kind.__name__}")
