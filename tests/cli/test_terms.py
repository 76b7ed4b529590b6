"""What a plan binds to beside its prices is said alike in the plan, the text that is signed and the question."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from ampacity.access.statement import statement
from ampacity.cli.apply_view import question
from ampacity.cli.facts import plan_facts
from ampacity.cli.plan_view import show_plan
from ampacity.cli.terms import ending
from ampacity.core.digests import digest_bytes
from ampacity.planning.plan import Action, Plan, RunningMachine
from ampacity.planning.prepaid import Quote, with_prepaid
from ampacity.providers.base import Bidders, Market, Offer

Plans = Callable[..., Plan]
Offers = Callable[..., Offer]
Said = Callable[[Plan], tuple[str, str, str]]
DIGEST = digest_bytes(b"plan")
AUDITOR = "akash1365yvmc4s7awdyj3n2sav7xfx76adc6dnmlx63"


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Said:
    """The plan's view on a terminal of 80 columns without its folds, the question, and what is signed."""

    def say(plan: Plan) -> tuple[str, str, str]:
        monkeypatch.setenv("COLUMNS", "80")
        show_plan(plan, DIGEST)
        shown = capsys.readouterr().out
        assert all(len(line) <= 80 for line in shown.splitlines() if not line.startswith("warning: "))
        asked = question(plan, approval="nobody", live_usd_per_hour=Decimal(1))
        return " ".join(shown.split()), asked, statement(plan_facts(plan, DIGEST))

    return say


@pytest.fixture
def auctioned(plan_for: Plans, offer: Offers) -> Callable[[Bidders | None], Plan]:
    """Two machines that an auction of the hall brings, by its rule."""

    def make(bidders: Bidders | None) -> Plan:
        bid = offer(market=Market.AUCTION, indication=True, bidders=bidders)
        return plan_for({"market": {"allow": ["auction"]}}, offers=(bid,))

    return make


def paying(plan: Plan, *usd: str | None) -> Plan:
    quotes = [
        Quote(machine=machine.name, provider="hall", usd=None if each is None else Decimal(each), why="it is closed")
        for machine, each in zip(plan.machines, usd, strict=True)
    ]
    return with_prepaid(plan, quotes, budget_usd=None)


def test_what_is_locked_is_in_the_plan_in_the_question_and_in_what_is_signed(plan_for: Plans, said: Said) -> None:
    shown, asked, signed = said(paying(plan_for(), "39.96", "39.96"))
    line = "locks $79.92 as deposit at hall for 2 machines; what is not used comes back"
    assert line in shown
    assert f"  {line}" in asked.splitlines()
    assert "; locks $79.92 as deposit; " in signed


def test_a_sum_of_which_a_part_is_not_known_is_not_known(plan_for: Plans, said: Said) -> None:
    shown, asked, signed = said(paying(plan_for(), "39.96", None))
    assert "locks an unknown sum as deposit at hall for 2 machines" in shown
    assert "locks an unknown sum as deposit at hall for 2 machines" in asked
    assert "; locks an unknown deposit; " in signed
    assert "is not known, and apply refuses that: it is closed" in shown


def test_where_nothing_is_paid_ahead_and_nothing_auctioned_no_line_says_so(plan_for: Plans, said: Said) -> None:
    for text in said(plan_for()):
        assert "lock" not in text
        assert "takes" not in text


@pytest.mark.parametrize(
    ("bidders", "rule"),
    [
        (Bidders(), "cheapest allowed bid, audited or not, in any region"),
        (
            Bidders(audited_by=(AUDITOR,), regions=("us-*", "ca-*")),
            f"cheapest allowed bid, audited by {AUDITOR}, in us-* or ca-*",
        ),
        (
            Bidders(audited_by_all=(AUDITOR,), regions=("us-west",), attributes=("host=akash",)),
            f"cheapest allowed bid, audited by {AUDITOR}, in us-west, with host=akash",
        ),
        (None, "cheapest allowed bid, by whatever the context allows when it is taken"),
    ],
)
def test_the_rule_of_choice_is_said_wherever_one_agrees(
    auctioned: Callable[[Bidders | None], Plan], said: Said, bidders: Bidders | None, rule: str
) -> None:
    shown, asked, signed = said(auctioned(bidders))
    assert f"takes {rule}" in shown
    assert f"  takes the {rule}" in asked.splitlines()
    assert f"; takes: {rule}; " in signed


def test_other_bidders_are_another_plan(auctioned: Callable[[Bidders | None], Plan]) -> None:
    anybody, audited = auctioned(Bidders()), auctioned(Bidders(audited_by=(AUDITOR,)))
    assert plan_facts(anybody, DIGEST) != plan_facts(audited, DIGEST)


@pytest.mark.parametrize(
    ("self_ending", "ends"),
    [
        ((True, True), ", by itself"),
        ((False, False), ", but not by itself: it bills until destroyed"),
        ((True, False), "; 1 of 2 machines not by themselves: they bill until destroyed"),
    ],
)
def test_that_a_machine_does_not_end_by_itself_is_said_by_what_its_offer_says(
    plan_for: Plans, offer: Offers, said: Said, self_ending: tuple[bool, bool], ends: str
) -> None:
    offers = tuple(offer(sku=f"box-{at}", max_nodes=1, self_ending=itself) for at, itself in enumerate(self_ending))
    shown, asked, signed = said(plan_for(offers=offers))
    assert f"96 h after apply{ends} solver" in shown
    assert f"  ends 96 h from now{ends}" in asked.splitlines()
    assert f"ends: 96 hours after it is applied{ends.replace(';', ',')}; " in signed


def test_what_is_paid_ahead_bills_until_that_is_spent(plan_for: Plans, said: Said) -> None:
    for text in said(paying(plan_for(), "5", "5")):
        assert "it bills until destroyed, or until what is paid ahead is spent" in text


def test_what_a_seller_pays_on_for_by_itself_ends_by_that_seller(plan_for: Plans, said: Said) -> None:
    plan = plan_for()
    quotes = [
        Quote(machine=machine.name, provider="hall", usd=Decimal(5), limit_hours=Decimal(97))
        for machine in plan.machines
    ]
    paid = with_prepaid(plan, quotes, budget_usd=None)
    for text in said(paid):
        assert "it bills until destroyed, or until its seller, which pays on, ends it 97 h after" in text
        assert "is spent" not in text
    mixed = with_prepaid(plan, [quotes[0], msgspec.structs.replace(quotes[1], limit_hours=None)], budget_usd=None)
    assert "or until what is paid ahead is spent, or its seller, which pays on, ends it 97 h" in ending(mixed)


def test_a_machine_that_stays_ends_as_its_seller_says(plan_for: Plans, offer: Offers, said: Said) -> None:
    plan = plan_for()
    there = tuple(
        RunningMachine(
            name=machine.name,
            offer=offer(),
            inputs=DIGEST,
            alive=True,
            ends_at=plan.created_at + timedelta(hours=9),
            self_ending=True,
        )
        for machine in plan.machines
    )
    kept = tuple(msgspec.structs.replace(machine, action=Action.KEEP) for machine in plan.machines)
    base = msgspec.structs.replace(plan.base, machines=there)
    for text in said(msgspec.structs.replace(plan, machines=kept, base=base)):
        assert "2026-11-21T13:00:00Z, as before, by itself" in text
        assert "96 h" not in text


def test_without_an_end_only_that_is_said(plan_for: Plans, said: Said) -> None:
    shown, asked, signed = said(plan_for({"ttl_hours": "none"}))
    assert "ends never: bills until `ampacity destroy` solver" in shown
    assert "  ends never, until `ampacity destroy`" in asked.splitlines()
    assert "ends: never, it bills until destroyed; " in signed


def test_a_seller_that_ends_what_has_no_end_is_said_wherever_one_agrees(
    plan_for: Plans, offer: Offers, said: Said
) -> None:
    plan = plan_for({"ttl_hours": "none"}, offers=(offer(limit_hours=Decimal(24)),))
    shown, asked, signed = said(plan)
    ends = "24 h after the start, by the seller, though no end is asked (topup moves that)"
    assert f"ends {ends} solver" in shown
    assert f"  ends {ends}" in asked.splitlines()
    assert f"ends: {ends}; " in signed
    assert "unbounded" not in shown
    assert "and hall ends 2 machines 24 h after the start all the same" in shown
    assert plan.totals.worst_case_usd == plan.totals.ceiling_usd_per_hour * 24


def test_what_runs_on_a_deposit_and_has_no_end_ends_with_it_and_costs_no_more(plan_for: Plans, said: Said) -> None:
    plan = paying(plan_for({"ttl_hours": "none"}), "5", "5.50")
    assert plan.totals.worst_case_usd == Decimal("10.5")
    for text in said(plan):
        assert "when what is paid ahead is spent (topup pays on), or when it is destroyed" in text
        assert "never" not in text


def test_a_machine_without_any_limit_among_limited_ones_leaves_it_without_bound(
    plan_for: Plans, offer: Offers, said: Said
) -> None:
    offers = (offer(sku="box-0", max_nodes=1, limit_hours=Decimal(24)), offer(sku="box-1", max_nodes=1))
    plan = plan_for({"ttl_hours": "none"}, offers=offers)
    assert plan.totals.worst_case_usd is None
    for text in said(plan):
        assert "never, but 1 of 2 machines 24 h after the start, by the seller" in text


def kept(plan: Plan, offer: Offer, *ends_in_hours: int) -> Plan:
    """`plan` where its first machines run already, each to end in so many hours by itself."""
    names = [machine.name for machine in plan.machines]
    there = tuple(
        RunningMachine(
            name=name,
            offer=offer,
            inputs=DIGEST,
            alive=True,
            ends_at=plan.created_at + timedelta(hours=hours),
            self_ending=True,
        )
        for name, hours in zip(names, ends_in_hours, strict=False)
    )
    machines = tuple(
        msgspec.structs.replace(machine, action=Action.KEEP) if at < len(there) else machine
        for at, machine in enumerate(plan.machines)
    )
    return msgspec.structs.replace(plan, machines=machines, base=msgspec.structs.replace(plan.base, machines=there))


@pytest.mark.parametrize(
    ("hours", "others"),
    [
        (2, "1 of 2 earlier, the first at 2026-11-21T06:00:00Z"),
        (200, "1 of 2 later, the last at 2026-11-29T12:00:00Z"),
    ],
)
def test_an_end_that_the_plan_does_not_move_is_said_beside_the_plan_s(
    plan_for: Plans, offer: Offers, said: Said, hours: int, others: str
) -> None:
    timed = offer(self_ending=True)
    shown, asked, signed = said(kept(plan_for(offers=(timed,)), timed, hours))
    assert f"96 h after apply, by itself; {others}" in shown
    assert f"  ends 96 h from now, by itself; {others}" in asked.splitlines()
    assert f"ends: 96 hours after it is applied, by itself, {others}; " in signed


def test_a_plan_that_changes_nothing_promises_no_other_end_than_there_is(
    plan_for: Plans, offer: Offers, said: Said
) -> None:
    timed = offer(self_ending=True)
    for text in said(kept(plan_for(offers=(timed,)), timed, 2, 9)):
        assert "2026-11-21T13:00:00Z, as before, by itself" in text
        assert "1 of 2 earlier, the first at 2026-11-21T06:00:00Z" in text
        assert "96 h" not in text


def test_money_that_is_expected_says_where_a_machine_ends_before_the_hours_are_over(
    plan_for: Plans, offer: Offers, said: Said
) -> None:
    assert "in 72 h from now, of kept machines until they end" in said(kept(plan_for(), offer(), 2))[0]
    assert "in 72 h ceiling" in said(kept(plan_for(), offer(), 73))[0]
