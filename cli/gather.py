"""Ask every seller at once, each with its own time limit; nobody holds back the others."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import msgspec

from ..core.contexts import NamedContext
from ..core.errors import AmpacityError, ResourceError, UsageError
from ..providers.base import Offer, OfferQuery, Powered, PowerLimit, Provider, Skip, capability
from ..providers.table import open_provider
from .misconfigured import refuse_mistakes
from .notices import QUIET_SECONDS, say_on_terminal

GRACE_SECONDS = 5.0
"""How much longer than a seller's own time limit is waited before the answer goes without it."""


class Market(msgspec.Struct, frozen=True, kw_only=True):
    """What all sellers said. `errors` has one entry per seller that failed, and `unasked` their names in that order."""

    offers: tuple[Offer, ...]
    skips: tuple[Skip, ...]
    limits: tuple[PowerLimit, ...]
    errors: tuple[AmpacityError, ...]
    unasked: tuple[str, ...] = ()


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    offers: tuple[Offer, ...]
    skips: tuple[Skip, ...]
    limits: tuple[PowerLimit, ...]


def sellers(named: NamedContext, only: tuple[str, ...]) -> list[str]:
    """The context's sellers, or those of `only`. Raises `UsageError` for one it does not have."""
    enabled = sorted(named.context.providers)
    unknown = sorted(set(only) - set(enabled))
    if unknown:
        raise UsageError(
            f"The context {named.name!r} has no provider {unknown[0]!r}",
            why=f"it has: {', '.join(enabled) or 'none'}",
            fix="ampacity providers list",
            code="AMP-PROVIDER-DISABLED",
        )
    return [name for name in enabled if not only or name in only]


def gather(named: NamedContext, query: OfferQuery, *, only: tuple[str, ...] = (), sites: Path | None = None) -> Market:
    """Every seller's offers, what was skipped, what power is left, and who could not be asked.

    Raises `UsageError` where the configuration itself is wrong about one of them.
    """
    names = sellers(named, only)
    pool = ThreadPoolExecutor(max_workers=max(1, len(names)))
    asked = {name: pool.submit(_ask, named, name, query, sites) for name in names}
    limit = max((named.context.providers[name].timeout_seconds for name in names), default=0.0)
    _wait(asked, limit + GRACE_SECONDS)
    pool.shutdown(wait=False, cancel_futures=True)
    return _merge(named, asked, limit)


def _wait(asked: Mapping[str, Future[_Answer]], timeout_seconds: float) -> None:
    """Until all have answered or the time is over; who is late is said, so that nobody thinks that it hangs."""
    quiet = min(QUIET_SECONDS, timeout_seconds)
    if wait(asked.values(), timeout=quiet).not_done:
        say_on_terminal(f"waiting for {', '.join(name for name, future in asked.items() if not future.done())} …")
        wait(asked.values(), timeout=timeout_seconds - quiet)


def _ask(named: NamedContext, name: str, query: OfferQuery, sites: Path | None) -> _Answer:
    provider = open_provider(name, named.context, sites=sites)
    answers = list(provider.offers(query))
    return _Answer(
        offers=tuple(answer for answer in answers if isinstance(answer, Offer)),
        skips=tuple(answer for answer in answers if isinstance(answer, Skip)),
        limits=tuple(_limits(provider)),
    )


def _limits(provider: Provider) -> Iterator[PowerLimit]:
    powered = capability(provider, Powered)
    return powered.power_limits() if powered else iter(())


def _merge(named: NamedContext, asked: dict[str, Future[_Answer]], limit: float) -> Market:
    answers: list[_Answer] = []
    errors: dict[str, AmpacityError] = {}
    for name, future in asked.items():
        if not future.done():
            errors[name] = _late(name, limit)
            continue
        problem = future.exception()
        if problem is None:
            answers.append(future.result())
        else:
            errors[name] = _as_error(name, problem)
    refuse_mistakes(named, errors)
    offers = sorted((offer for answer in answers for offer in answer.offers), key=_cheapest_first)
    return Market(
        offers=tuple(offers),
        skips=tuple(skip for answer in answers for skip in answer.skips),
        limits=tuple(limit for answer in answers for limit in answer.limits),
        errors=tuple(errors.values()),
        unasked=tuple(errors),
    )


def _late(name: str, limit: float) -> AmpacityError:
    return ResourceError(
        f"{name} did not answer in time",
        why=f"no answer within {limit + GRACE_SECONDS:.0f} s",
        fix=f"raise timeout_seconds of the provider {name} in the configuration",
        code="AMP-PROVIDER-SLOW",
    )


def _as_error(name: str, problem: BaseException) -> AmpacityError:
    if isinstance(problem, AmpacityError):
        return problem
    what = f"{name} failed in a way its adapter does not know"
    return ResourceError(what, why=f"{type(problem).__name__}: {problem}"[:300], code="AMP-PROVIDER-BUG")


def _cheapest_first(offer: Offer) -> tuple[bool, object, str]:
    price = offer.usd_per_gpu_hour
    return (price is None, 0 if price is None else price, offer.key)
