"""`ampacity doctor`: is everything here that a plan needs, and what to do about what is not."""

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from .lazy import new_app
from .options import AsJson, ConfigFile, ContextName, Format, Output, Verbose, chosen
from .spoken import typed

if TYPE_CHECKING:
    from ..core.contexts import NamedContext
    from ..core.secrets import SecretRef
    from ..providers.base import Holding

app = new_app()
Row = dict[str, Any]


@app.command()
def doctor(
    context: ContextName = None,
    config: ConfigFile = None,
    output: Output = Format.TABLE,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> int:
    """Check that everything a plan needs is here. Exit 0 when it is, 2 when something is missing."""
    from ..core.errors import Exit
    from .output import Result, emit

    rows = [*_computer(), *_context(context, config)]
    result = Result(schema="ampacity.doctor/1", data={"checks": rows}, rows=rows)
    emit(result, chosen(output, as_json), lambda: _table(rows))
    return int(Exit.OK if all(row["ok"] for row in rows) else Exit.USAGE)


def _computer() -> Iterator[Row]:
    from ..engines import Engine, survey

    version = ".".join(map(str, sys.version_info[:3]))
    yield _row("python", sys.version_info >= (3, 11), version, "install Python 3.11 or later")
    for engine in survey():
        said = f"{engine.version} at {engine.path}" if isinstance(engine, Engine) else engine.why
        yield _row(f"engine {engine.name}", isinstance(engine, Engine), said, f"ampacity engines install {engine.name}")


def _context(name: str | None, config: Any) -> Iterator[Row]:
    from ..core.contexts import choose_context
    from ..core.errors import AmpacityError

    try:
        named = choose_context(name, config_path=config)
    except AmpacityError as error:
        yield _row("context", False, str(error), error.fix)
        return
    yield _row("context", True, f"{named.name} from {named.file}", "")
    for key, ref in named.context.secrets():
        yield _attempt(f"secret {key}", partial(_secret, ref))
    if named.context.state.passphrase is None:
        yield _attempt("state passphrase", partial(_passphrase, named))
    yield _attempt("approval policy", partial(_policy, named))
    yield _onward(_attempt("ipfs node", partial(_ipfs, named)), named, "ipfs")
    for seller in sorted(named.context.providers):
        row = _attempt(f"provider {seller}", partial(_seller, named, seller))
        yield _onward(row, named, f"providers.{seller}")
    for seller in sorted(_paid_from_accounts(named)):
        yield _onward(_account(named, seller), named, f"providers.{seller}")


def _secret(ref: "SecretRef") -> str:
    """Where it was read, never what it is."""
    from ..core.secrets import read_secret

    read_secret(ref, os.environ)
    return ref.origin


def _passphrase(named: "NamedContext") -> str:
    from ..provisioning.passphrase import find_passphrase

    return "found" if find_passphrase(named, os.environ) else "made by the first apply"


def _policy(named: "NamedContext") -> str:
    from ..access.approvals import not_required
    from ..access.policy import load_policy

    settings = named.context.approval
    if settings is None:
        return not_required().sentence
    policy = load_policy(settings.policy)
    return f"{policy.required} of {len(policy.wallets)} wallets"


def _ipfs(named: "NamedContext") -> str:
    from ..artifacts import KuboNode

    if named.context.ipfs is None:
        return "none named; artifacts can be addressed and verified, not pinned"
    node = KuboNode(named.context.ipfs.api)
    return f"Kubo {node.version()} at {named.context.ipfs.api}"


def _seller(named: "NamedContext", seller: str) -> str:
    from ..providers.base import OfferQuery
    from .gather import gather

    found = gather(named, OfferQuery(), only=(seller,))
    if found.errors:
        raise found.errors[0]
    return f"{len(found.offers)} offers, {len(found.skips)} skipped"


def _paid_from_accounts(named: "NamedContext") -> Iterator[str]:
    from ..providers.base import Pays
    from ..providers.table import is_able

    return (seller for seller in named.context.providers if is_able(seller, Pays))


def _account(named: "NamedContext", seller: str) -> Row:
    """The account that pays, and what is in it; one that is not named is no fault, and the way to name one is shown."""
    from ..core.errors import AmpacityError
    from ..providers.base import Pays
    from ..providers.table import open_able

    title = f"account {seller}"
    try:
        payer = open_able(seller, named.context, Pays)
        account = payer.account() if payer is not None else None
    except AmpacityError as error:
        return _row(title, False, str(error), error.fix)
    if account is None or not account.name:
        return {**_row(title, True, account.lack if account else "none", ""), "fix": account.fix if account else ""}
    holds = ", ".join(_holding(each) for each in account.holds)
    said = "; ".join(filter(None, (f"{account.name} has {holds}", account.lack)))
    return _row(title, not account.lack, said, account.fix)


def _holding(holding: "Holding") -> str:
    amount = "an unknown amount of" if holding.amount is None else f"{holding.amount:,}"
    return f"{amount} {holding.unit} ({holding.used_for})"


def _attempt(title: str, check: Callable[[], str]) -> Row:
    from ..core.errors import AmpacityError

    try:
        return _row(title, True, check(), "")
    except AmpacityError as error:
        return _row(title, False, str(error), error.fix)


def _onward(row: Row, named: "NamedContext", key: str) -> Row:
    """A row whose way on would be this very command leads to the settings that are asked about instead."""
    fix = row["fix"].replace(" (ampacity doctor)", "")
    if fix.startswith("ampacity doctor"):
        fix = f"check endpoint and credentials below [contexts.{named.name}.{key}] in {named.file}, and the network"
    return {**row, "fix": typed(fix)}


def _row(check: str, ok: bool, found: str, fix: str) -> Row:
    return {"check": check, "ok": ok, "found": found, "fix": "" if ok else typed(fix)}


def _table(rows: list[Row]) -> None:
    """A line a check, none folded: paths, addresses and ways on are there to be copied."""
    import typer

    from .ways import listed

    told = [
        (f"{'✓' if row['ok'] else '✗'} {row['check']}", row["found"] + (f"\nfix: {row['fix']}" if row["fix"] else ""))
        for row in rows
    ]
    for line in listed(told):
        typer.echo(line)
