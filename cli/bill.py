"""What is left standing costs an hour, in words: the sum of what is known, and whose machines are not in it."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ..core.money import show_usd, total
from ..core.words import count
from ..provisioning.reports import ApplyReport, MachineOutcome, Outcome


def bill(report: ApplyReport) -> str:
    """`$5.86 per hour`, and where something is not known `… and what aws's 2 machines cost (not asked)`."""
    prices = [each.usd_per_hour for each in report.standing if each.outcome is not Outcome.UNKNOWN]
    known = [price for price in prices if price is not None]
    unasked = [each for each in report.standing if each.outcome is Outcome.UNKNOWN]
    unpriced = [each for each in report.standing if each.outcome is not Outcome.UNKNOWN and each.usd_per_hour is None]
    rest = [*_rest(unasked, "not asked"), *_rest(unpriced, "not known")]
    sums = [f"{show_usd(total(known))} per hour"] if known or not rest else []
    return " and ".join([*sums, *rest])


def _rest(machines: Sequence[MachineOutcome], why: str) -> Iterator[str]:
    numbers = sorted(Counter(machine.provider for machine in machines).items())
    if numbers:
        whose = " and ".join(f"{name}'s {count(number, 'machine')}" for name, number in numbers)
        yield f"what {whose} {'costs' if len(machines) == 1 else 'cost'} ({why})"
