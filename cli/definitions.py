"""What is put on machines, by their sellers' rules: refused by file before a plan is saved or anything is bought."""

from collections.abc import Iterator
from pathlib import Path

from ..core.contexts import NamedContext
from ..core.errors import UsageError
from ..planning.plan import MADE, Definition, Plan
from ..providers.base import Advises, Defines, Gpu, NeedsKey, ProviderError, ReadsSites
from ..providers.table import is_able, open_able
from .gather import sellers
from .planfiles import SpecFiles, SpecText


def check_definition(named: NamedContext, only: tuple[str, ...], files: SpecFiles) -> Definition | None:
    """The spec's definition and who takes it, `None` where it has none.

    Raises `UsageError`: AMP-DEFINITION where no seller takes one, the seller's own for a text that it refuses.
    """
    if files.definition is None:
        return None
    takers = tuple(_able(named, only, Defines))
    if not takers:
        raise UsageError(
            "No seller here takes a definition of what runs",
            why=f"`node.definition` names {files.definition.path}",
            fix="ampacity providers list; or leave `node.definition` out",
            code="AMP-DEFINITION",
        )
    for name in takers:
        _check(named, name, files.definition)
    return Definition(file=files.definition.ref, providers=takers)


def check_sites(named: NamedContext, only: tuple[str, ...], sites: Path | None) -> None:
    """Raises `UsageError` for a racks file of the spec that cannot be used: its writer's mistake, and no seller's."""
    readers = _able(named, only, ReadsSites)
    for name in readers if sites is not None else ():
        seller = open_able(name, named.context, ReadsSites, sites=sites)
        if seller is not None:
            seller.check_sites()


def _able(named: NamedContext, only: tuple[str, ...], ability: type[object]) -> list[str]:
    """Those of `only` that have it. A seller that does not exist is refused when all are asked, with its line."""
    return [name for name in sellers(named, only) if is_able(name, ability)]


def check_order(named: NamedContext, plan: Plan, files: SpecFiles) -> None:
    """Raises `UsageError` where the definition asks for other GPUs than the plan buys from who takes it."""
    if files.definition is None or plan.definition is None:
        return
    bought = {(offer.provider, offer.gpu) for offer in plan.offers if offer.provider in plan.definition.providers}
    for name, gpu in sorted(bought, key=str):
        _check(named, name, files.definition, gpu)


def advice(named: NamedContext, plan: Plan, files: SpecFiles) -> tuple[str, ...]:
    """What the sellers of what is new would have a person know of what is to run there."""
    return tuple(line for name in _makers(plan) for line in _advice(named, name, plan, files))


def check_key(named: NamedContext, plan: Plan, spec: Path) -> None:
    """Raises `UsageError` where a seller of what is new makes no machine with the SSH key of `spec`, or without one."""
    for name in _makers(plan):
        seller = open_able(name, named.context, NeedsKey)
        try:
            if seller is not None:
                seller.check_key(plan.ssh_public_key)
        except ProviderError as error:
            what = f"{spec}: `ssh.public_key`: {name} cannot make these machines"
            raise UsageError(what, why=error.why, fix=error.fix, code="AMP-ORDER") from error


def _makers(plan: Plan) -> list[str]:
    """The sellers of what is new."""
    new = {machine.offer for machine in plan.machines if machine.action in MADE}
    return sorted({offer.provider for offer in plan.offers if offer.id in new})


def _advice(named: NamedContext, name: str, plan: Plan, files: SpecFiles) -> Iterator[str]:
    seller = open_able(name, named.context, Advises)
    if seller is None:
        return
    takes = files.definition is not None and plan.definition is not None and name in plan.definition.providers
    definition = files.definition.text if files.definition is not None and takes else None
    image = plan.images.get(name, "default")
    way_in = plan.ssh_public_key is not None or plan.user_data is not None
    yield from (f"{name}: {said}" for said in seller.advice(image=image, definition=definition, way_in=way_in))


def _check(named: NamedContext, name: str, definition: SpecText, gpu: Gpu | None = None) -> None:
    seller = open_able(name, named.context, Defines)
    if seller is not None:
        seller.check_definition(definition.text, where=str(definition.path), gpu=gpu)
