"""YAML 1.2's core schema as plain data, with the line on which every key stands.

Numbers with a point become `Decimal` from their text, so that no price passes through a float.
Duplicate keys, aliases and tags are errors. YAML 1.1's `yes`, `on` and base-60 numbers are plain text.
"""

import re
from decimal import Decimal
from typing import Any

import yaml

from .fitting import Lines


class YamlError(ValueError):
    """The text is not YAML of this kind; `line` says where."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem


class _Loader(yaml.SafeLoader):
    """Safe loading with the scalars of YAML 1.2's core schema, without aliases and tags."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - the library's own way to begin with none

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Refuse what no file of ours needs before the library acts on it."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        # A few aliases of aliases unfold to gigabytes.
        if isinstance(event, yaml.AliasEvent):
            raise YamlError(line, "aliases are not allowed")
        if getattr(event, "tag", None) is not None:
            raise YamlError(line, "tags are not allowed")
        return super().compose_node(parent, index)


_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]{1,18}$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]+\.[0-9]*(?:[eE][-+]?[0-9]+)?$"), list("-+0123456789")
)


def parse(text: str) -> tuple[Any, Lines]:
    """The data and the lines of its keys. Raises `YamlError`."""
    lines: Lines = {}
    try:
        return _build(yaml.compose(text, Loader=_Loader), "$", lines), lines
    except yaml.MarkedYAMLError as error:
        raise YamlError(_line(error, text), error.problem or "not YAML") from error
    except yaml.YAMLError as error:
        raise YamlError(1, str(error)) from error
    except RecursionError as error:
        raise YamlError(1, "nested too deeply") from error


def _line(error: yaml.MarkedYAMLError, text: str) -> int:
    """The line of the problem; of what is open still where the text ends before it is closed."""
    lines = len(text.rstrip().splitlines())
    marks = [mark.line + 1 for mark in (error.problem_mark, error.context_mark) if mark is not None]
    return next((line for line in marks if line <= lines), max(1, lines))


def _build(node: yaml.Node | None, where: str, lines: Lines) -> Any:
    if node is None:
        return None
    lines.setdefault(where, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _build_mapping(node, where, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_build(child, f"{where}[{at}]", lines) for at, child in enumerate(node.value)]
    return _scalar(node)


def _build_mapping(node: yaml.MappingNode, where: str, lines: Lines) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise YamlError(line, "a key must be plain text")
        key = str(key_node.value)
        if key in built:
            raise YamlError(line, f"`{key}` is given twice")
        lines[f"{where}.{key}"] = line
        built[key] = _build(value_node, f"{where}.{key}", lines)
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
