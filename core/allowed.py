"""What a typed file allows at a key, in words: read off the msgspec types, so that it cannot be wrong."""

import re
from typing import Any

import msgspec.inspect as types

_PART = re.compile(r"\.([^.\[\]]+)|\[([^\]]*)\]")
_UNITS = {"gib": "GiB", "kw": "kW", "usd": "US dollars", "hours": "hours", "hour": "hour", "seconds": "seconds"}


def describe(kind: Any, key: str) -> str:
    """What `key` (`$.gpu.count`) may hold in a `kind`; empty where there is nothing useful to say."""
    found = _descend(types.type_info(kind), [name or at for name, at in _PART.findall(key)])
    return _words(found) if found else ""


def keys(kind: Any, key: str) -> tuple[str, ...]:
    """The keys that the mapping at `key` may have."""
    found = _descend(types.type_info(kind), [name or at for name, at in _PART.findall(key)])
    return _fields(found) if found else ()


def unit_hint(key: str) -> str:
    """`the unit is in the name: GiB` for a key that carries one."""
    units = [_UNITS[word] for word in key.rsplit(".", 1)[-1].split("_") if word in _UNITS]
    return f"without a unit, which is in the key: {' per '.join(units)}" if units else ""


def _descend(info: types.Type, parts: list[str]) -> types.Type | None:
    if not parts:
        return info
    for option in _options(info):
        inner = _inside(option, parts[0])
        if inner is not None:
            return _descend(inner, parts[1:])
    return None


def _options(info: types.Type) -> list[types.Type]:
    if isinstance(info, types.UnionType):
        return [option for part in info.types for option in _options(part)]
    return _options(info.type) if isinstance(info, types.Metadata) else [info]


def _inside(info: types.Type, part: str) -> types.Type | None:
    if isinstance(info, types.StructType):
        return next((field.type for field in info.fields if field.encode_name == part), None)
    if isinstance(info, types.DictType):
        return info.value_type
    if isinstance(info, types.VarTupleType | types.ListType):
        return info.item_type
    return None


def _fields(info: types.Type) -> tuple[str, ...]:
    return tuple(
        field.encode_name
        for option in _options(info)
        if isinstance(option, types.StructType)
        for field in option.fields
    )


def _words(info: types.Type) -> str:
    words = [_word(option) for option in _options(info) if not isinstance(option, types.NoneType)]
    return " or ".join(dict.fromkeys(word for word in words if word))


def _word(info: types.Type) -> str:
    if isinstance(info, types.EnumType):
        return ", ".join(str(member.value) for member in info.cls)
    if isinstance(info, types.LiteralType):
        return ", ".join(str(value) for value in info.values)
    if isinstance(info, types.StrType):
        return f"text that matches {info.pattern}" if info.pattern else "text"
    return _word_of_number(info) or _word_of_group(info)


def _word_of_number(info: types.Type) -> str:
    if isinstance(info, types.IntType):
        return "a whole number" + _range(info)
    if isinstance(info, types.FloatType):
        return "a number" + _range(info)
    return "a number" if isinstance(info, types.DecimalType) else ""


def _word_of_group(info: types.Type) -> str:
    if isinstance(info, types.VarTupleType | types.ListType):
        least = f", at least {info.min_length} long" if info.min_length else ""
        return f"a list{least}"
    if isinstance(info, types.StructType | types.DictType):
        return "a mapping"
    return "true or false" if isinstance(info, types.BoolType) else ""


def _range(info: types.IntType | types.FloatType) -> str:
    bounds = ((info.gt, "more than"), (info.ge, "at least"), (info.lt, "less than"), (info.le, "at most"))
    said = [f"{word} {bound:,}" for bound, word in bounds if bound is not None]
    return f", {' and '.join(said)}" if said else ""
