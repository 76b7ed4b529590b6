"""The bidders at work: whoever looks at the market lets them have done what is due."""

from contextlib import suppress
from decimal import ROUND_UP, Decimal

import msgspec

from . import bank, leases
from .checks import DENOM
from .escrow import make_escrow
from .matching import capable, matches, requirements_met
from .refusals import ChainRefusedError
from .rows import Bid, BidId, Order
from .spec import Attribute, Coin, GroupSpec, Resources, Unit
from .state import State
from .stock import Bidder, Manner, Stock, gpu_key, provider_row

OLD_DENOM = "ibc/170C677610AC31DF0904FFE09CD3B5C657492170E7E52372E48756B71E56F2F1"
"""USDC as it came over a bridge; bids in it were still listed in 2026."""
LIE = "vendor/nvidia/model/rtx4090/ram/24Gi/interface/pcie"
BANKROLL = 10**12
_MICRO = Decimal("0.000001")


def register(state: State, stock: Stock) -> None:
    """Every bidder as an account and a provider; one that is registered stays as it is."""
    for bidder in stock.bidders:
        bank.open_account(state, bidder.address, {DENOM: BANKROLL})
        state.providers.setdefault(bidder.address, provider_row(stock, bidder))


def bid_on_open_orders(state: State, stock: Stock, rise: Decimal) -> None:
    """Whoever can and whose time has come bids; `rise` multiplies every price."""
    for order in [row for row in state.orders.values() if row.state == "open" and not row.silent]:
        waited = (state.height - order.created_at) * state.clock.block_seconds
        for bidder in stock.bidders:
            if waited >= bidder.delay_seconds and _may(state, order, bidder):
                _bid(state, stock, order, bidder, rise)


def units_free(state: State, bidder: Bidder, model: str) -> int:
    """GPUs of a model that it has not leased."""
    taken = [lease for lease in state.leases.values() if lease.living and lease.id.provider == bidder.address]
    held = [state.orders[f"{row.id.owner}/{row.id.dseq}/{row.id.gseq}/{row.id.oseq}"].spec for row in taken]
    return bidder.gpus[model].units - sum(_wanted(spec, bidder).get(model, 0) for spec in held)


def _may(state: State, order: Order, bidder: Bidder) -> bool:
    """Whether it has not bid yet, and has what is asked for."""
    provider = state.providers[bidder.address]
    if _bid_id(order, bidder).xid in state.bids:
        return False
    if not requirements_met(order.spec, provider) or not capable(order.spec, provider):
        return False
    return all(units_free(state, bidder, model) >= count for model, count in _wanted(order.spec, bidder).items())


def _bid(state: State, stock: Stock, order: Order, bidder: Bidder, rise: Decimal) -> None:
    """A price above the order's is not offered: the chain would refuse it."""
    price = _uact_per_block(state, stock, order.spec, bidder) * rise
    price = price.quantize(_MICRO, ROUND_UP)
    if price > order.spec.price:
        return
    bid_id, offer = _bid_id(order, bidder), _offer(order.spec, bidder)
    if bidder.manner is Manner.OLD_DENOMINATION:
        _left_over(state, bid_id, Coin(denom=OLD_DENOM, amount=price), offer)
        return
    with suppress(ChainRefusedError):  # too many bids, or a notice that it does not give
        leases.create_bid(state, bid_id, Coin(denom=DENOM, amount=price), offer, _window(state, order, bidder))


def _window(state: State, order: Order, bidder: Bidder) -> int | None:
    """Offered where the deployment asks for one."""
    asked = state.deployment(order.owner, order.dseq).min_window_seconds
    return bidder.window_seconds if asked is not None else None


def _left_over(state: State, bid_id: BidId, price: Coin, offer: tuple[Unit, ...]) -> None:
    """Past the checks: the chain would not take such a bid today."""
    account = make_escrow(
        state, scope="bid", xid=bid_id.xid, owner=bid_id.provider, depositor=bid_id.provider, coin=leases.BID_DEPOSIT
    )
    state.bids[bid_id.xid] = Bid(id=bid_id, price=price, created_at=state.height, offer=offer, account=account)


def _uact_per_block(state: State, stock: Stock, spec: GroupSpec, bidder: Bidder) -> Decimal:
    wanted = _wanted(spec, bidder)
    usd = sum((bidder.gpus[model].usd_per_hour * count for model, count in wanted.items()), Decimal(0))
    return (usd or stock.cpu_usd_per_hour) * 1_000_000 * Decimal(str(state.clock.block_seconds)) / 3600


def _wanted(spec: GroupSpec, bidder: Bidder) -> dict[str, int]:
    """How many of which of its models would serve the order, the first that fits."""
    wanted: dict[str, int] = {}
    for unit in [row for row in spec.resources if row.resource.gpu > 0]:
        model = _model_for(unit.resource, bidder)
        wanted[model] = wanted.get(model, 0) + unit.resource.gpu * unit.count
    return wanted


def _model_for(resource: Resources, bidder: Bidder) -> str:
    """The model of its that a unit asks for; any, where the unit does not say."""
    for want in resource.gpu_attributes:
        for model, gpu in bidder.gpus.items():
            keys = [gpu_key(model, gpu, ram=ram, interface=face) for ram in (False, True) for face in (False, True)]
            if any(matches(want.key, key) for key in keys):
                return model
    return next(iter(bidder.gpus))


def _offer(spec: GroupSpec, bidder: Bidder) -> tuple[Unit, ...]:
    return tuple(msgspec.structs.replace(unit, resource=_brought(unit.resource, bidder)) for unit in spec.resources)


def _brought(resource: Resources, bidder: Bidder) -> Resources:
    if resource.gpu == 0:
        return resource
    model = _model_for(resource, bidder)
    key = LIE if bidder.manner is Manner.LIES else gpu_key(model, bidder.gpus[model])
    return msgspec.structs.replace(resource, gpu_attributes=(Attribute(key=key, value="true"),))


def _bid_id(order: Order, bidder: Bidder) -> BidId:
    return BidId(owner=order.owner, dseq=order.dseq, gseq=order.gseq, oseq=order.oseq, provider=bidder.address)
