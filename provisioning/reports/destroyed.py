"""What `destroy` hands back."""

from decimal import Decimal

import msgspec


class DestroyReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was removed, what is left, and what it all cost as far as that is known.

    `left` has a line for each machine that is, or may be, still there, with its seller, its price
    and why; `left_usd_per_hour` is what they cost together, `None` where that is not known.
    `freed_usd` is what came back of money paid ahead for what was removed; `about` says that a seller's
    last word on these sums is not known, or that a create call cannot be read.
    """

    name: str
    removed: tuple[str, ...]
    left: tuple[str, ...] = ()
    left_usd_per_hour: Decimal | None = Decimal(0)
    notes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    usd_so_far: Decimal | None = None
    freed_usd: Decimal = Decimal(0)
    about: bool = False
    cancelled: bool = False

    @property
    def complete(self) -> bool:
        """Whether nothing of the deployment is left."""
        return not self.left and not self.problems
