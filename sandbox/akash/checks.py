"""What a deployment must keep to before it is one (chain-sdk: deployment/v1beta4 msgs.go, validation_config.go)."""

from collections.abc import Sequence

from .refusals import deployment as refused
from .spec import Coin, GroupSpec, Resources, Unit

DENOM = "uact"
MIN_DEPOSIT = 500_000
MAX_UNIT_PRICE = 10_000_000
MAX_UNITS = 20
HASH_BYTES = 32
MIN_WINDOW_SECONDS = 3600
MAX_WINDOW_SECONDS = 720 * 3600

_MI = 1 << 20
_TI = 1 << 40


def check_basics(dseq: int, groups: Sequence[GroupSpec], hash_: bytes, deposit: Coin) -> None:
    """What a node looks at before it lets a transaction wait for a block."""
    if not 0 < dseq < 2**64:
        raise refused(8, "Invalid: deployment id")
    if not groups:
        raise refused(7, "Invalid groups")
    check_hash(hash_)
    for group in groups:
        _check_group(group)
        denoms = {unit.price.denom for unit in group.resources}
        if denoms != {deposit.denom}:
            raise refused(20, f"Mismatched denominations ({deposit.denom} != {denoms.pop()}): Deposit invalid")


def check_hash(value: bytes) -> None:
    """Thirty-two bytes."""
    if not value:
        raise refused(9, "Invalid: empty hash")
    if len(value) != HASH_BYTES:
        raise refused(10, "Invalid: deployment hash")


def check_deposit(coin: Coin) -> None:
    """Enough, and in the one denomination that is taken."""
    if coin.denom not in {DENOM, "uakt"}:
        raise refused(20, f"Deposit invalid: Invalid deposit denomination {coin.denom}")
    if coin.amount < MIN_DEPOSIT:
        raise refused(20, f"Deposit too low - {coin.amount} < {MIN_DEPOSIT}{coin.denom}: Deposit invalid")
    if coin.denom != DENOM:
        raise refused(20, "Deposit invalid")


def check_window(seconds: int | None) -> None:
    """The notice that a deployment wants: between an hour and thirty days."""
    if seconds is not None and not MIN_WINDOW_SECONDS <= seconds <= MAX_WINDOW_SECONDS:
        bound = "below governance minimum" if seconds < MIN_WINDOW_SECONDS else "above governance maximum"
        raise refused(26, f"min_window {bound}: invalid reclamation configuration")


def check_groups(groups: Sequence[GroupSpec]) -> None:
    """Names that differ, and the one denomination that prices have."""
    if len({group.name for group in groups}) != len(groups):
        raise refused(7, "duplicate deployment group name: Invalid groups")
    for unit in groups[0].resources:
        if unit.price.denom != DENOM:
            raise refused(24, f"unsupported denomination {unit.price.denom}: invalid price")


def _check_group(group: GroupSpec) -> None:
    if not group.name or not 1 <= len(group.resources) <= MAX_UNITS:
        raise refused(7, f"group {group.name!r}: {len(group.resources)} units: Invalid groups")
    for unit in group.resources:
        _check_unit(group.name, unit)


def _check_unit(group: str, unit: Unit) -> None:
    if not 0 < unit.price.amount <= MAX_UNIT_PRICE:
        raise refused(7, f"group {group}: unit price {unit.price.amount}: Invalid groups")
    wrong = [
        name for name, (low, value, high) in _limits(unit.resource, unit.count).items() if not low <= value <= high
    ]
    if wrong:
        raise refused(7, f"group {group}: invalid unit {', '.join(wrong)}: Invalid groups")


def _limits(resource: Resources, count: int) -> dict[str, tuple[int, int, int]]:
    sizes = [volume.quantity for volume in resource.storage] or [0]
    return {
        "id": (1, resource.id, 2**32 - 1),
        "CPU": (10, resource.cpu, 384_000),
        "GPU": (0, resource.gpu, 24),
        "memory": (_MI, resource.memory, 2 * _TI),
        "storage": (5 * _MI, min(sizes), 32 * _TI),
        "largest storage": (5 * _MI, max(sizes), 32 * _TI),
        "count": (1, count, 50),
    }
