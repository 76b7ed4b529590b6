"""What `offers` was asked to show: the flags as a query, and where nothing answers it, what would."""

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from shlex import quote
from typing import NamedTuple

from ..core.errors import MissingError, UsageError
from ..providers.base import Market, Offer, OfferQuery
from ..providers.gpus import MODELS, find_model


class _Filter(NamedTuple):
    """One flag: what it asks for, what an offer has there, and whether the two agree."""

    flag: str
    wanted: tuple[str, ...]
    has: Callable[[Offer], str]
    agrees: Callable[[str, str], bool]

    def lets(self, offer: Offer) -> bool:
        """Whether `offer` passes; a flag that was not given lets everything pass."""
        return not self.wanted or any(self.agrees(self.has(offer), each) for each in self.wanted)


def models(given: Iterable[str]) -> tuple[str, ...]:
    """The catalogue's names of `given`. Raises `UsageError` AMP-GPU-UNKNOWN."""
    return tuple(_model(text) for text in given)


def markets(given: Iterable[str]) -> tuple[Market, ...]:
    """The markets named in `given`, `on-demand` as the tables write it too. Raises `UsageError` AMP-MARKET-UNKNOWN."""
    return tuple(_market(text) for text in given)


def matches(offer: Offer, query: OfferQuery) -> bool:
    """Whether `offer` is one that was asked for; sellers may give more."""
    return all(each.lets(offer) for each in _filters(query))


def none_fits(query: OfferQuery, offers: Sequence[Offer]) -> MissingError:
    """That nothing answers `query`, and what its flags could say instead, by the `offers` that there are."""
    code = "AMP-OFFERS-NONE"
    if not offers:
        return MissingError("There is no offer", why="no seller gave one", fix="ampacity doctor", code=code)
    alone = [each for each in _filters(query) if not any(each.lets(offer) for offer in offers)]
    why, fix = _unknown(alone[0], offers) if alone else _together(query, offers)
    return MissingError("No offer fits", why=why, fix=fix, code=code)


def _unknown(asked: _Filter, offers: Sequence[Offer]) -> tuple[str, str]:
    """Why and way on where one flag alone removes every offer."""
    there = sorted({asked.has(offer) for offer in offers})
    near = get_close_matches(asked.wanted[0], there, n=1, cutoff=0.4)
    why = f"none of {len(offers)} has {asked.flag} {', '.join(asked.wanted)}; there are: {', '.join(there)}"
    return why, f"ampacity offers --{asked.flag} {quote(near[0])}" if near else "ampacity offers, which shows all"


def _together(query: OfferQuery, offers: Sequence[Offer]) -> tuple[str, str]:
    """Why and way on where each flag leaves some, and all of them none."""
    given = [each for each in _filters(query) if each.wanted]
    left = {
        each.flag: sum(all(other.lets(offer) for other in given if other is not each) for offer in offers)
        for each in given
    }
    said = ", ".join(f"{number} without --{flag}" for flag, number in left.items() if number)
    why = "each flag alone leaves some, all together none" + (f"; there are {said}" if said else "")
    most = max(left, key=lambda flag: left[flag])
    kept = [f"--{each.flag} {quote(value)}" for each in given if each.flag != most for value in each.wanted]
    return why, " ".join(["ampacity offers", *(kept if left[most] else ())])


def _filters(query: OfferQuery) -> tuple[_Filter, ...]:
    return (
        _Filter("region", query.regions, lambda offer: offer.region, fnmatchcase),
        _Filter("gpu", query.gpu_models, lambda offer: offer.gpu.model, str.__eq__),
        _Filter("market", query.markets, lambda offer: offer.market.value, str.__eq__),
    )


def _model(text: str) -> str:
    if (model := find_model(text)) is not None:
        return model.name
    names = [each.name for each in MODELS]
    near = get_close_matches(text.upper(), names, n=1, cutoff=0.4)
    raise UsageError(
        f"The GPU {text!r} is not known",
        why=f"known: {', '.join(names)}",
        fix=f"ampacity offers --gpu {near[0]}" if near else "ampacity offers, which lists those that are sold now",
        code="AMP-GPU-UNKNOWN",
    )


def _market(text: str) -> Market:
    try:
        return Market(text.replace("-", "_"))
    except ValueError:
        names = [each.value for each in Market]
    near = get_close_matches(text, names, n=1, cutoff=0.4)
    raise UsageError(
        f"The market {text!r} is not known",
        why=f"known: {', '.join(names)}",
        fix=f"ampacity offers --market {near[0]}" if near else "ampacity offers, which shows every market",
        code="AMP-MARKET-UNKNOWN",
    )
