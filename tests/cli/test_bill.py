"""What the last line of `apply` and `recover` says that it costs: the sum that is known, and what is not in it."""

from decimal import Decimal
from typing import Any

from ampacity.cli.bill import bill
from ampacity.provisioning.reports import ApplyReport, MachineOutcome, Outcome


def made(number: int, seller: str = "toy", usd: str | None = "2.93", **fields: Any) -> MachineOutcome:
    price = None if usd is None else Decimal(usd)
    whole: dict[str, Any] = {"outcome": Outcome.OK, "exists": True, "usd_per_hour": price}
    return MachineOutcome(name=f"a-{number}", provider=seller, region="r", sku="s", **(whole | fields))


def unasked(number: int, seller: str) -> MachineOutcome:
    """One that was last seen at a price, and that may be gone by now."""
    return made(number, seller, outcome=Outcome.UNKNOWN, exists=False)


def told(*machines: MachineOutcome) -> str:
    return bill(ApplyReport(name="a", machines=machines))


def test_what_is_known_is_summed() -> None:
    assert told(made(1), made(2)) == "$5.86 per hour"
    assert told(made(1), made(2, outcome=Outcome.FAILED, exists=False)) == "$2.93 per hour"
    assert told() == "$0.00 per hour"


def test_a_dead_seller_s_machines_are_named_beside_the_sum_and_never_counted_as_nothing() -> None:
    rest = (unasked(3, "aws"), unasked(4, "aws"))
    assert told(made(1), made(2), *rest) == "$5.86 per hour and what aws's 2 machines cost (not asked)"
    several = told(made(1), *rest, unasked(5, "lambda"))
    assert several == "$2.93 per hour and what aws's 2 machines and lambda's 1 machine cost (not asked)"


def test_what_a_killed_apply_may_have_made_is_told_at_its_price_and_never_counted_as_nothing() -> None:
    perhaps = [made(number, "aws", outcome=Outcome.PENDING, exists=False) for number in (2, 3)]
    assert told(*perhaps) == "up to $5.86 per hour for aws's 2 machines (not known whether they were made)"
    surely = "$2.93 per hour and up to $2.93 per hour for aws's 1 machine (not known whether it was made)"
    assert told(made(1), perhaps[0]) == surely
    unpriced = made(2, "aws", usd=None, outcome=Outcome.PENDING, exists=False)
    assert told(unpriced) == "what aws's 1 machine costs (not known whether made, nor at what price)"


def test_a_price_that_nobody_tells_is_said_to_be_that() -> None:
    assert told(made(1), made(2, usd=None)) == "$2.93 per hour and what toy's 1 machine costs (not known)"


def test_where_nothing_is_known_there_is_no_sum() -> None:
    assert told(unasked(1, "aws")) == "what aws's 1 machine costs (not asked)"
