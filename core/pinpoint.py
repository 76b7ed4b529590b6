"""Which entry of a mapping a validation error means: msgspec writes `[...]` for every one of them."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

_STEP = re.compile(r"\.(?P<field>[^.\[]+)|\[(?P<at>\d+)\]|\[\.\.\.\]")


def steps_to(data: Any, kind: Any, error: str, where: str, **options: Any) -> list[str | int]:
    """The names and places in lists of `where`, such as `$.racks[...].volts`, each `[...]` made the key that is meant.

    An entry is meant if the mapping fails in the very same way with all others taken out. `options`
    are those of the `msgspec.convert` that raised `error`. From where it cannot be told, it is cut off.
    """
    steps: list[str | int] = []
    here = data
    for match in _STEP.finditer(where):
        if match["at"] is not None:
            step: str | int | None = int(match["at"])
        elif match["field"] is not None:
            step = match["field"]
        else:
            step = next((key for key in here if _fails(_only(data, steps, key), kind, options) == error), None)
        if step is None:
            break
        steps.append(step)
        here = here[step] if step in here or isinstance(step, int) else {}
    return steps


def as_key(steps: Sequence[str | int]) -> str:
    """`$.gpu.models[0]` of its steps."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def _only(data: Any, steps: list[str | int], key: str) -> Any:
    """`data` with the mapping at `steps` reduced to `key`."""
    if not steps:
        return {key: data[key]}
    copy: Any = list(data) if isinstance(data, list) else dict(data)
    copy[steps[0]] = _only(data[steps[0]], steps[1:], key)
    return copy


def _fails(data: Any, kind: Any, options: dict[str, Any]) -> str:
    try:
        msgspec.convert(data, kind, **options)
    except msgspec.ValidationError as error:
        return str(error)
    return ""
