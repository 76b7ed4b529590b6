"""The policy file: which wallets, and how many of them, must approve a plan.

```toml
schema = "ampacity.policy/1"
required = 2
chain_id = 1
max_age_hours = 24

[[wallets]]
name = "alice"
address = "0x…"   # in its EIP-55 case
```

A policy that cannot be read, or that does not make sense, denies: there is no way to read one as "no rule".
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from ..core.errors import PolicyError
from ..core.fitting import Lines, MisfitError, fit
from ..core.tomllines import toml_lines
from .addresses import Address, parse_address
from .bounded import read_bounded
from .siwe.denied import DeniedError, Reason
from .siwe.parser import MAX_CHAIN_ID

MAX_POLICY_BYTES = 64 * 1024
MAX_WALLETS = 100
MAX_LISTED = 5
"""Wallets that one error names."""

WalletName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]


class Wallet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One account that may approve, under the name that people know it by."""

    name: WalletName
    address: str

    def __post_init__(self) -> None:
        parse_address(self.address)

    @property
    def account(self) -> Address:
        """The address, as the type that it was checked to be."""
        return Address(self.address)


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"schema_": "schema"}):
    """`ampacity.policy/1`: `required` of the `wallets`, by signatures that are at most `max_age_hours` old."""

    schema_: Literal["ampacity.policy/1"]
    required: Annotated[int, msgspec.Meta(ge=1, le=MAX_WALLETS)]
    chain_id: Annotated[int, msgspec.Meta(ge=1)]
    max_age_hours: Annotated[int, msgspec.Meta(ge=1, le=24 * 365)]
    wallets: Annotated[tuple[Wallet, ...], msgspec.Meta(min_length=1, max_length=MAX_WALLETS)]

    def __post_init__(self) -> None:
        if self.chain_id > MAX_CHAIN_ID:
            raise ValueError(f"chain_id is above EIP-2294's {MAX_CHAIN_ID}")
        if len({wallet.address for wallet in self.wallets}) < len(self.wallets):
            raise ValueError("an address is listed twice")
        if len({wallet.name for wallet in self.wallets}) < len(self.wallets):
            raise ValueError("a name is listed twice")
        if self.required > len(self.wallets):
            raise ValueError(f"{self.required} approvals are required of {len(self.wallets)} wallets")

    def wallet(self, address: Address) -> Wallet | None:
        """The wallet with this address, if the policy has it."""
        return next((wallet for wallet in self.wallets if wallet.address == address), None)


def load_policy(path: Path) -> Policy:
    """The policy in `path`; raises `PolicyError`, which denies, for anything but a sound one."""
    try:
        text = read_bounded(path, MAX_POLICY_BYTES).decode("utf-8")
        return _fitted(path, tomllib.loads(text), toml_lines(text))
    except FileNotFoundError as error:
        raise _unusable(f"there is no {path}", "ampacity context show: approval.policy must name the file") from error
    except OSError as error:
        raise _unusable(f"{path}: {error.strerror}", f"check who may read {path}") from error
    except (ValueError, RecursionError) as error:
        raise _unusable(f"{path}: {error}", f"edit {path}") from error


def _fitted(path: Path, data: Any, lines: Lines) -> Policy:
    """`data` as a policy, or a `PolicyError` with every mistake in it, each on its line."""
    try:
        return fit(data, lines, Policy, _no_other)
    except MisfitError as error:
        told = sorted(set(error.mistakes))
        lines_told = [f"line {line}: {problem}" for line, problem in told]
        why = f"{path}, {lines_told[0]}" if len(told) == 1 else "\n".join([f"{path}:", *lines_told])
        raise _unusable(why, f"edit {path}:{told[0][0]}") from None


def _no_other(kind: type, _value: object) -> object:
    raise ValueError(f"a policy has no {kind.__name__}")


def check_signer(policy: Policy, address: Address) -> Wallet:
    """The wallet of `policy` that `address` is; raises `DeniedError` NOT_IN_POLICY for a stranger.

    To be asked before a key is opened or a text is written for somebody whose signature cannot count.
    """
    wallet = policy.wallet(address)
    if wallet is None:
        raise DeniedError(
            Reason.NOT_IN_POLICY,
            f"{address} is not a wallet of the policy",
            what="This wallet may not approve",
            fix=f"ampacity approve PLAN --wallet NAME, with the key of {_listed(policy.wallets)}",
        )
    return wallet


def _unusable(why: str, fix: str) -> PolicyError:
    what = "The approval policy cannot be used, so nothing is approved"
    return PolicyError(what, why=why, fix=fix, code="AMP-POLICY-FILE")


def _listed(wallets: tuple[Wallet, ...]) -> str:
    named = [f"{wallet.name} ({wallet.address})" for wallet in wallets[:MAX_LISTED]]
    more = len(wallets) - len(named)
    return " or ".join([*named, *([f"{more} more"] if more else [])])


def encode_policy(policy: Policy) -> bytes:
    """The file form of `policy`; `load_policy` reads it back as the same value."""
    head = (
        f'schema = "{policy.schema_}"\nrequired = {policy.required}\n'
        f"chain_id = {policy.chain_id}\nmax_age_hours = {policy.max_age_hours}\n"
    )
    wallets = (f'\n[[wallets]]\nname = "{one.name}"\naddress = "{one.address}"\n' for one in policy.wallets)
    return (head + "".join(wallets)).encode("ascii")
