"""Who still may approve a plan, and the command by which each does: with a key that is here, or elsewhere."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from shlex import quote

from ..access.approvals import Verdict
from ..access.keystore import Keystore, list_keystores
from ..access.policy import MAX_LISTED, Wallet


def ways_to_approve(verdict: Verdict, plan: Path, keystores: Path | None) -> str:
    """A line for each wallet that is still to ask, or where one is all there is its command alone."""
    here = list_keystores(keystores) if keystores else []
    listed = verdict.missing[:MAX_LISTED]
    ways = [_way(wallet, plan, here) for wallet in listed]
    if len(ways) == 1 and verdict.missing == listed:
        return ways[0]
    named = [f"{wallet.name}: {way}" for wallet, way in zip(listed, ways, strict=True)]
    return "\n".join([*_heading(verdict), *named])


def _heading(verdict: Verdict) -> Iterator[str]:
    """How many of them must, where that is not all, and whether there are more than are listed."""
    more = verdict.need - verdict.have
    if more < len(verdict.missing):
        yield f"{more} of {len(verdict.missing)} wallets must, such as"


def _way(wallet: Wallet, plan: Path, here: Sequence[Keystore]) -> str:
    """`approve` with its key where that is here; else the text that it signs elsewhere, and its way back."""
    command, own = f"ampacity approve {quote(str(plan))}", _keystore(wallet, here)
    if own is not None:
        return command if len(here) == 1 else f"{command} --wallet {quote(own.name)}"
    text = f"{wallet.name}.txt"
    return (
        f"{command} --address {wallet.address} --message-out {text}, signed where that key is (personal_sign), "
        f"then {command} --message {text} --signature 0x…"
    )


def _keystore(wallet: Wallet, here: Sequence[Keystore]) -> Keystore | None:
    """Its key file; one that does not say whose it is goes by its name."""
    return next((each for each in here if wallet.address == each.address or _is_named(each, wallet)), None)


def _is_named(keystore: Keystore, wallet: Wallet) -> bool:
    return keystore.address is None and not keystore.problem and keystore.name == wallet.name
