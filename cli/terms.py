"""What a plan binds a person to beside its prices: money locked ahead, whose bids are taken, what ends by itself.

The same words in the plan, in the text that is signed and in the question before it is applied.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal

from ..core.money import greatest, show_most_usd, show_usd, total
from ..core.words import count
from ..planning.plan import STAYS, Plan, PlannedMachine
from ..providers.base import Bidders


def locked(plan: Plan) -> Iterator[str]:
    """What is locked at first, one for each seller that is paid ahead."""
    sellers = {machine.name: plan.offer_of(machine).provider for machine in plan.machines}
    return deposits((sellers[each.machine], each.deposit_usd) for each in plan.prepaid)


def deposits(machines: Iterable[tuple[str, Decimal | None]]) -> Iterator[str]:
    """`$4.00 as deposit at SELLER for 2 machines`, one for each seller: of each machine its seller and the sum."""
    paid = list(machines)
    for seller, number in sorted(Counter(seller for seller, _ in paid).items()):
        sums = [usd for name, usd in paid if name == seller]
        known = [usd for usd in sums if usd is not None]
        usd = show_most_usd(total(known)) if len(known) == len(sums) else "an unknown sum"
        yield f"{usd} as deposit at {seller} for {count(number, 'machine')}; what is not used comes back"


def choice(plan: Plan) -> Iterator[str]:
    """`cheapest allowed bid, audited by akash1…, in us-*`: the rule of each auction, once."""
    by_name = {machine.name: machine for machine in plan.machines}
    rules = [(each.rule, plan.offer_of(by_name[each.machine]).bidders) for each in plan.auctions]
    for rule, bidders in dict.fromkeys(rules):
        yield f"{rule.value.replace('-', ' ')} bid, {_whose(bidders)}"


def _whose(bidders: Bidders | None) -> str:
    if bidders is None:
        return "by whatever the context allows when it is taken"
    audited = f"audited by {bidders.auditors}" if bidders.auditors else "audited or not"
    stated = f", with {' and '.join(bidders.attributes)}" if bidders.attributes else ""
    return f"{audited}, in {' or '.join(bidders.regions) if bidders.regions else 'any region'}{stated}"


def ending(plan: Plan) -> str:
    """Whether the machines end by themselves at the plan's end: what follows on that end, in a sentence."""
    if plan.ttl_hours is None or not plan.machines:
        return ""
    lasting = [machine.name for machine in plan.machines if not _ends_itself(plan, machine)]
    if not lasting:
        return ", by itself"
    dry = _dry(plan, lasting)
    if len(lasting) == len(plan.machines):
        return f", but not by itself: it bills until destroyed{dry}"
    return f"; {len(lasting)} of {len(plan.machines)} machines not by themselves: they bill until destroyed{dry}"


def _dry(plan: Plan, lasting: list[str]) -> str:
    """What ends `lasting` beside `destroy`; nothing where money paid ahead ends not all of them."""
    limits = {each.machine: each.limit_hours for each in plan.prepaid}
    if not set(lasting) <= limits.keys():
        return ""
    hours = greatest(*(limits[name] for name in lasting))
    if hours is None:
        return ", or until what is paid ahead is spent"
    some = "what is paid ahead is spent, or " if any(limits[name] is None for name in lasting) else ""
    return f", or until {some}its seller, which pays on, ends it {hours} h after its start"


def worst_case(plan: Plan) -> str | None:
    """`$24.00 if destroyed in time; $26.87 with the $2.87 so far`, up to cents; `None` where nothing bounds it."""
    money = plan.totals
    if money.worst_case_usd is None:
        return None
    rests = " if destroyed in time" if money.bill_until_destroyed else ""
    return f"{show_most_usd(money.worst_case_usd)}{rests}{with_so_far(plan, money.worst_case_usd)}"


def with_so_far(plan: Plan, usd: Decimal) -> str:
    """What the deployment cost already, and `usd` beside it; nothing where it is new."""
    if plan.base.deployment is None:
        return ""
    spent = plan.base.usd_so_far
    if spent is None:
        return "; what it cost so far is unknown"
    return f"; {show_most_usd(usd + spent)} with the {show_usd(spent)} so far" if spent else ""


def endless(plan: Plan) -> str:
    """How a plan without an end ends all the same; nothing where only `destroy` ends it."""
    if plan.ttl_hours is not None or not plan.machines:
        return ""
    paid = {each.machine: each.limit_hours for each in plan.prepaid}
    most = (greatest(plan.offer_of(machine).limit_hours, paid.get(machine.name)) for machine in plan.machines)
    limits = [hours for hours in most if hours is not None]
    if len(limits) == len(plan.machines):
        return f"{min(limits)} h after the start, by the seller, though no end is asked (topup moves that)"
    if paid.keys() >= {machine.name for machine in plan.machines}:
        return "when what is paid ahead is spent (topup pays on), or when it is destroyed"
    if limits:
        return (
            f"never, but {len(limits)} of {len(plan.machines)} machines {min(limits)} h after the start, by the seller"
        )
    return ""


def _ends_itself(plan: Plan, machine: PlannedMachine) -> bool:
    """A machine that stays does as its seller says of it; a new one as its offer does."""
    there = {each.name: each for each in plan.base.machines}
    if machine.action in STAYS and machine.name in there:
        return there[machine.name].self_ending
    return plan.offer_of(machine).self_ending
