"""What is left standing costs an hour, in words: the sum of what is known, and whose machines are not in it."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ..core.money import show_usd, total
from ..core.words import count
from ..provisioning.reports import ApplyReport, MachineOutcome, Outcome


def bill(report: ApplyReport) -> str:
    """`$5.86 per hour`, and where something is not known `… and what aws's 2 machines cost (not asked)`."""
    sure = [each for each in report.standing if not each.doubtful]
    doubtful = [each for each in report.standing if each.doubtful]
    known = [each.usd_per_hour for each in sure if each.usd_per_hour is not None]
    rest = [
        *_rest([each for each in doubtful if each.outcome is Outcome.UNKNOWN], "not asked"),
        *_rest([each for each in sure if each.usd_per_hour is None], "not known"),
        *_perhaps([each for each in doubtful if each.outcome is Outcome.PENDING]),
    ]
    sums = [f"{show_usd(total(known))} per hour"] if known or not rest else []
    return " and ".join([*sums, *rest])


def _rest(machines: Sequence[MachineOutcome], why: str) -> Iterator[str]:
    if machines:
        yield f"what {_whose(machines)} {'costs' if len(machines) == 1 else 'cost'} ({why})"


def _perhaps(machines: Sequence[MachineOutcome]) -> Iterator[str]:
    """Of a create call that was cut short only the price is known."""
    prices = [machine.usd_per_hour for machine in machines if machine.usd_per_hour is not None]
    if prices and len(prices) == len(machines):
        were = "it was" if len(machines) == 1 else "they were"
        yield f"up to {show_usd(total(prices))} per hour for {_whose(machines)} (not known whether {were} made)"
    else:
        yield from _rest(machines, "not known whether made, nor at what price")


def _whose(machines: Sequence[MachineOutcome]) -> str:
    numbers = sorted(Counter(machine.provider for machine in machines).items())
    return " and ".join(f"{name}'s {count(number, 'machine')}" for name, number in numbers)
