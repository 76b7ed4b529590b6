"""A user's own SDL, made an order of ours: its placement carries our labels, its price our ceiling.

Its GPUs, images, ports and requirements stay as they were written.
"""

from decimal import ROUND_DOWN, Decimal
from typing import Any

import msgspec

from ...core.yaml12 import parse
from ..base import Bidders, Gpu
from .demands import clashes, narrowed
from .fitness import misfits
from .sdl.advice import image_advice
from .sdl.compile import compile_sdl
from .sdl.compiled import Compiled
from .sdl.order import DEFAULT_IMAGE
from .sdl.reading import read_sdl

DEFINITION = "the spec's own definition"
_STEP = Decimal("0.000001")


def check_definition(text: str, *, where: str, gpu: Gpu | None) -> None:
    """See `Defines.check_definition`."""
    read_sdl(text, where=where, further=lambda sdl: misfits(sdl, gpu))


def narrow_bidders(text: str, bidders: Bidders, *, where: str) -> Bidders:
    """See `Narrows.narrow_bidders`."""
    return narrowed(bidders, compile_sdl(text, where=where, further=lambda sdl: clashes(sdl, bidders)))


def most_per_block(text: str) -> Decimal:
    """The most uact per block that the SDL pays for all that it places."""
    groups = compile_sdl(text, where=DEFINITION).groups
    return sum((group.price_per_block for group in groups), Decimal(0))


def advice(image: str, definition: str | None) -> tuple[str, ...]:
    """See `Advises.advice`."""
    if definition is not None:
        return compile_sdl(definition, where=DEFINITION).warnings
    return tuple(image_advice(DEFAULT_IMAGE if image == "default" else image))


def adapt(text: str, *, where: str, placement: str, ceiling: Decimal) -> Compiled:
    """The SDL as it is ordered: its one placement renamed, its prices within `ceiling` uact per block.

    Prices that were written lower stay. Raises `UsageError` as `check_definition` does.
    """
    (group,) = compile_sdl(text, where=where, further=lambda sdl: misfits(sdl, None)).groups
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
