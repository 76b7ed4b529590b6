"""Where there is no plan, who could not be asked may be why: it is told with the rules, and looked into first."""

from collections.abc import Iterator
from contextlib import contextmanager

from ..core.errors import AmpacityError
from ..planning.infeasible import InfeasibleError
from .gather import Market
from .notices import warn_about


def refuse_silence(found: Market) -> None:
    """Raises the first failure where nobody offered anything and somebody failed; the others are warned of."""
    if found.errors and not found.offers:
        warn_about(found.errors[1:])
        raise found.errors[0]


@contextmanager
def told_without(found: Market) -> Iterator[None]:
    """An `InfeasibleError` of the block with each seller that `found` is without, and its reason."""
    try:
        yield
    except InfeasibleError as error:
        if not found.errors:
            raise
        told = [_told(name, reason) for name, reason in zip(found.unasked, found.errors, strict=True)]
        fix = f"ampacity doctor, and plan again once they answer; or without them: {error.fix}"
        raise InfeasibleError(
            error.what, why="\n".join((error.why, *told)), fix=fix, excluded=error.excluded
        ) from error


def _told(name: str, reason: AmpacityError) -> str:
    return f"{name} could not be asked: {'; '.join(str(reason).splitlines()).removeprefix(f'{name}: ')}"
