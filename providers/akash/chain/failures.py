"""What the chain refuses, in neutral terms.

An answer of 400 or more is `{code, message, details}` with a gRPC code (recorded 2026-07-17); a
refused transaction has the module's own `codespace` and `code` (chain-sdk `go/node/*/errors.go`,
cosmos-sdk `types/errors`). A refused simulation has only the words.
"""

import re
from typing import ClassVar

import msgspec

from ....core.shapes import ready
from ...base import Failure, ProviderAuthError, ProviderError
from ...text import clean
from ..names import PROVIDER

Code = tuple[str, int]
"""A codespace and a code in it."""

EXISTS: Code = ("deployment", 3)
NO_DEPLOYMENT: Code = ("deployment", 4)
DEPLOYMENT_CLOSED: Code = ("deployment", 5)
WRONG_SEQUENCE: Code = ("sdk", 32)
IN_MEMPOOL: Code = ("sdk", 19)

KINDS: dict[Code, Failure] = {
    ("market", 6): Failure.CAPACITY_GLOBAL,
    ("market", 12): Failure.CAPACITY_GLOBAL,
    ("market", 13): Failure.CAPACITY_GLOBAL,
    ("market", 15): Failure.CAPACITY_GLOBAL,
    ("market", 18): Failure.CAPACITY_GLOBAL,
    ("market", 28): Failure.BILLING,
    ("escrow", 4): Failure.BILLING,
    ("sdk", 4): Failure.AUTH,
    ("sdk", 5): Failure.BILLING,
    ("sdk", 13): Failure.BILLING,
    ("sdk", 20): Failure.THROTTLED,
    ("sdk", 30): Failure.UNREACHABLE,
    WRONG_SEQUENCE: Failure.UNREACHABLE,
}
"""What is not here is `INVALID`."""

PHRASES: dict[str, Code] = {
    "account sequence mismatch": WRONG_SEQUENCE,
    "insufficient funds": ("sdk", 5),
    "insufficient balance": ("market", 28),
    "insufficient fee": ("sdk", 13),
    "signature verification failed": ("sdk", 4),
    "deployment exists": EXISTS,
    "deployment not found": NO_DEPLOYMENT,
    "deployment closed": DEPLOYMENT_CLOSED,
    "deposit invalid": ("deployment", 20),
    "invalid price": ("deployment", 24),
    "bid not open": ("market", 12),
    "order not open": ("market", 13),
    "order not found": ("market", 15),
    "unknown bid": ("market", 6),
    "bid not found": ("market", 18),
    "account overdrawn": ("escrow", 4),
}
"""By words, for a simulation, which leaves the codes out; the first that fits counts."""

FIXES = {
    Failure.AUTH: f"set the key of the account under [contexts.NAME.providers.{PROVIDER}]",
    Failure.BILLING: "put uact (deposits) and uakt (fees) into the account, then run it again",
}
"""What goes on after a kind, where more is known of it than everywhere."""
_GRPC = {2: Failure.INVALID, 3: Failure.INVALID, 8: Failure.THROTTLED}
"""By gRPC's code: a simulation that fails is `UNKNOWN`, 2, and HTTP's 500 beside it says nothing."""
_CODED = re.compile(r"codespace ([a-z0-9_-]{1,32}) code (\d{1,6})")


class Trouble(msgspec.Struct, frozen=True):
    """The body of a refusal; `code` is gRPC's."""

    code: int = 0
    message: str = ""


class ChainError(ProviderError):
    """A clear refusal of the chain. `status` is HTTP's, `coded` the module's own code where it gave one."""

    def __init__(self, kind: Failure, why: str, *, status: int = 200, coded: Code | None = None) -> None:
        super().__init__(PROVIDER, kind, why, fix=FIXES.get(kind, ""))
        self.status = status
        self.coded = coded


class RefusedKeyError(ChainError, ProviderAuthError):
    """The chain does not take the account's signature."""

    def __init__(self, kind: Failure, why: str, *, status: int = 200, coded: Code | None = None) -> None:
        ProviderAuthError.__init__(self, PROVIDER, why, fix=FIXES[kind])
        self.status = status
        self.coded = coded


class OtherVersionError(ProviderError):
    """The chain speaks another version of a module than we do."""

    default_code: ClassVar[str] = "AMP-AKASH-VERSION"

    def __init__(self, why: str) -> None:
        super().__init__(
            PROVIDER,
            Failure.INVALID,
            why,
            what="The chain speaks another module version",
            fix="take a newer ampacity, or an endpoint of the network that this one was made for (docs/akash.md)",
        )
        self.code = self.default_code


def refusal(status: int, body: bytes, path: str) -> ProviderError:
    """The error that a query's answer with `status` of 400 or more means."""
    trouble = _trouble(body)
    if status == 501:
        return OtherVersionError(f"{path} is answered 501 {clean(trouble.message)}".rstrip())
    why = clean(trouble.message) or f"HTTP status {status}"
    coded = code_in(trouble.message)
    if coded is not None:
        return refused(coded, why, status=status)
    kind = _GRPC.get(trouble.code) or (Failure.THROTTLED if status == 429 else None)
    if kind is None:
        kind = Failure.UNREACHABLE if status >= 500 else Failure.INVALID
    return ChainError(kind, f"{path}: {why}", status=status)


def refused(coded: Code, why: str, *, status: int = 200) -> ChainError:
    """The error that a module's own code means."""
    kind = kind_of(coded)
    error = RefusedKeyError if kind is Failure.AUTH else ChainError
    return error(kind, f"{clean(why)} (codespace {coded[0]} code {coded[1]})", status=status, coded=coded)


def kind_of(coded: Code) -> Failure:
    """What a module's own code means in neutral terms."""
    return KINDS.get(coded, Failure.INVALID)


def code_in(message: str) -> Code | None:
    """The module's code that a message tells or describes."""
    if found := _CODED.search(message):
        return found[1], int(found[2])
    low = message.lower()
    return next((code for phrase, code in PHRASES.items() if phrase in low), None)


def nonsense(why: str) -> ProviderError:
    """The answer is none that the chain gives."""
    return ProviderError(PROVIDER, Failure.NONSENSE, clean(why))


def _trouble(body: bytes) -> Trouble:
    try:
        return msgspec.json.decode(body, type=ready(Trouble))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Trouble()
