"""What an order becomes on the chain and at its provider. The same order gives the same manifest, always. Pure."""

from decimal import Decimal

from ...core.errors import UsageError
from ..base import Bidders, Failure, MachineOrder, ProviderError
from .definition import DEFINITION, adapt
from .escrow import ceiling_per_block
from .labels import write_marks
from .refusals import failed
from .sdl.compile import compile_sdl
from .sdl.compiled import Compiled
from .sdl.order import order_sdl
from .settings import Settings
from .values import BlockTime

ORDER = "the order"


def compile_order(order: MachineOrder, settings: Settings, block: BlockTime) -> Compiled:
    """The order's SDL and what follows from it, its price at most the ceiling. Raises `ProviderError`."""
    if order.max_usd_per_hour is None:
        raise failed(Failure.INVALID, "an auction without a ceiling could cost anything", "ampacity plan SPEC")
    ceiling = ceiling_per_block(order.max_usd_per_hour, block)
    if ceiling <= 0:
        raise failed(Failure.INVALID, "a ceiling of less than a millionth of a uact a block", "ampacity plan SPEC")
    try:
        if order.definition is not None:
            return adapt(order.definition, where=DEFINITION, placement=write_marks(order), ceiling=ceiling)
        return compile_sdl(_write(order, settings, ceiling), where=ORDER)
    except UsageError as error:
        raise _invalid(error) from error


def bidders_of(order: MachineOrder, settings: Settings) -> Bidders:
    """Whose bids may be taken: what the plan says. The context counts where a plan was made without a word of it."""
    return order.offer.bidders or Bidders(audited_by=settings.audited_by, regions=settings.regions)


def _write(order: MachineOrder, settings: Settings, ceiling: Decimal) -> str:
    """What the offer says that is ordered with its GPUs comes before what the context says now."""
    ram = order.offer.ram_gib
    return order_sdl(
        order,
        price_uact_per_block=ceiling,
        vcpu=order.offer.vcpu or settings.vcpu * order.offer.gpu.count,
        ram_gib=settings.ram_gib * order.offer.gpu.count if ram is None else int(ram),
        signed_by=bidders_of(order, settings).audited_by,
    )


def _invalid(error: UsageError) -> ProviderError:
    return failed(Failure.INVALID, str(error), error.fix)
