"""A user's own SDL, made an order of ours: its placement carries our labels, its price our ceiling.

Its GPUs, images, ports and requirements stay as they were written.
"""

from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal
from typing import Any

import msgspec

from ...core.errors import UsageError
from ...core.yaml12 import YamlError, parse
from ..base import Gpu
from ..gpus import find_model
from .gpumatch import gpu_parts, say
from .sdl.compile import compile_sdl
from .sdl.compiled import Compiled, Group

_STEP = Decimal("0.000001")


def check_definition(text: str, *, where: str, gpu: Gpu | None) -> None:
    """See `Defines.check_definition`."""
    compiled = compile_sdl(text, where=where)
    problem = next(_problems(compiled, gpu), None)
    if problem:
        raise _refusal(where, _line(text, "$.profiles"), problem)


def adapt(text: str, *, where: str, placement: str, ceiling: Decimal) -> Compiled:
    """The SDL as it is ordered: its one placement renamed, its prices within `ceiling` uact per block.

    Prices that were written lower stay. Raises `UsageError` as `check_definition` does.
    """
    group = _one_group(compile_sdl(text, where=where), where)
    data, _ = parse(text)
    share = min(Decimal(1), ceiling / group.price_per_block) if group.price_per_block else Decimal(1)
    return compile_sdl(_write(_renamed(data, group.name, placement, share)), where=where)


def _renamed(data: Any, old: str, new: str, share: Decimal) -> Any:
    placement = data["profiles"]["placement"].pop(old)
    pricing = {name: _scaled(price, share) for name, price in placement["pricing"].items()}
    data["profiles"]["placement"][new] = placement | {"pricing": pricing}
    data["deployment"] = {
        service: {new if name == old else name: body for name, body in places.items()}
        for service, places in data["deployment"].items()
    }
    return data


def _scaled(price: dict[str, Any], share: Decimal) -> dict[str, Any]:
    amount = Decimal(str(price["amount"]))
    return price if share == 1 else price | {"amount": (amount * share).quantize(_STEP, rounding=ROUND_DOWN)}


def _write(data: Any) -> str:
    """The SDL as JSON, which is YAML; amounts stay exact."""
    return msgspec.json.Encoder(decimal_format="number").encode(data).decode()


def _one_group(compiled: Compiled, where: str) -> Group:
    problem = next(_problems(compiled, None), None)
    if problem:
        raise _refusal(where, 1, problem)
    return compiled.groups[0]


def _problems(compiled: Compiled, gpu: Gpu | None) -> Iterator[str]:
    if len(compiled.groups) != 1:
        yield f"it has {len(compiled.groups)} placements; one machine is one placement"
        return
    if gpu is None:
        return
    units = [unit for unit in compiled.groups[0].units if unit.gpu_units]
    count = sum(unit.gpu_units * unit.count for unit in units)
    if count != gpu.count:
        yield f"it asks for {count} GPUs, the plan for {gpu.count}"
    keys = [attribute.key for unit in units for attribute in unit.gpu_attributes]
    for key in keys:
        if not _is(key, gpu):
            yield f"it takes {_say(key)}, the plan wants {gpu.model} with {gpu.memory_gib}Gi"


def _is(key: str, gpu: Gpu) -> bool:
    parts = gpu_parts(key)
    model = find_model(parts.get("model", ""))
    return (
        model is not None
        and model.name == gpu.model
        and parts.get("ram", f"{gpu.memory_gib}Gi") == f"{gpu.memory_gib}Gi"
    )


def _say(key: str) -> str:
    return "any GPU" if say(key) == "*" else say(key)


def _line(text: str, key: str) -> int:
    try:
        return parse(text)[1].get(key, 1)
    except YamlError as error:
        return error.line


def _refusal(where: str, line: int, problem: str) -> UsageError:
    return UsageError(f"{where}, line {line}", why=problem, fix=f"edit {where}:{line}", code="AMP-FILE-INVALID")
