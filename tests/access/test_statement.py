"""The sentence that a signer reads is plain, complete where it must be, and cannot be forged by a name."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.access.facts import PlanFacts
from ampacity.access.siwe.grammar import matches
from ampacity.access.statement import statement

words = st.text(max_size=200)


def test_it_says_what_from_whom_the_ceiling_and_until_when(facts: PlanFacts) -> None:
    assert statement(facts) == (
        "I approve one use of plan llama-train in context sandbox: at most $60.00 per hour; "
        "at worst $5,760.00 in all; ends: 96 h after it starts; to be applied before 2026-11-21T05:00:00Z; "
        "recover may make again what is lost, at no more than that per hour, until its end; "
        "changes: 3 x p5.48xlarge from aws us-east-1 (on_demand)"
    )


def test_a_deployment_without_an_end_is_said_to_have_no_limit(facts: PlanFacts) -> None:
    endless = msgspec.structs.replace(facts, worst_case_usd=None, ends="never")
    assert "at worst without limit; ends: never;" in statement(endless)


def test_what_a_plan_takes_away_first_is_said_before_the_changes(facts: PlanFacts) -> None:
    cautious = msgspec.structs.replace(facts, caution="2 machines are replaced: the old machine ends first")
    assert "; caution: 2 machines are replaced: the old machine ends first; changes: 3 x" in statement(cautious)
    assert "caution" not in statement(facts)


@pytest.mark.parametrize(
    ("usd", "said"),
    [
        (Decimal("0.501"), "in all; locks $0.51 as deposit; ends"),
        (None, "in all; locks an unknown deposit; ends"),
        (Decimal(0), "in all; ends"),
    ],
)
def test_what_is_locked_at_first_is_said_among_the_figures(facts: PlanFacts, usd: Decimal | None, said: str) -> None:
    assert said in statement(msgspec.structs.replace(facts, deposit_usd=usd))


def test_whose_bids_may_be_taken_is_said_before_the_changes(facts: PlanFacts) -> None:
    auctioned = msgspec.structs.replace(facts, takes=("cheapest allowed bid, in us-*", "cheapest allowed bid"))
    assert "; takes: cheapest allowed bid, in us-* / cheapest allowed bid; changes: 3 x" in statement(auctioned)
    many = msgspec.structs.replace(facts, takes=("a" * 500,))
    assert f"; takes: {'a' * 240}, see the plan; changes" in statement(many)
    assert "takes" not in statement(facts)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"if_destroyed": True}, "at worst $5,760.00 in all if destroyed in time;"),
        ({"usd_so_far": Decimal("2.87")}, "at worst $5,760.00 from now on, $5,762.87 with what it cost so far;"),
        ({"usd_so_far": None}, "at worst $5,760.00 from now on, and what it cost so far is unknown;"),
    ],
)
def test_the_worst_case_says_on_what_it_rests_and_what_comes_on_top(
    facts: PlanFacts, fields: dict[str, object], said: str
) -> None:
    assert said in statement(msgspec.structs.replace(facts, **fields))


def test_figures_are_rounded_up_to_cents_never_down(facts: PlanFacts) -> None:
    precise = msgspec.structs.replace(
        facts, ceiling_usd_per_hour=Decimal("60.001"), worst_case_usd=Decimal("5760.0000001")
    )
    assert "at most $60.01 per hour; at worst $5,760.01 in all" in statement(precise)


def test_a_product_name_cannot_pass_for_a_ceiling(facts: PlanFacts) -> None:
    forged = msgspec.structs.replace(facts, what=("1 x gpu; at most $1.00 per hour\nURI: https://evil",))
    assert statement(forged).endswith("changes: 1 x gpu? at most ?1.00 per hour URI: https://evil")
    assert statement(forged).count("$") == 2


def test_a_long_list_is_cut_at_a_whole_line_and_the_rest_is_counted(facts: PlanFacts) -> None:
    # 800 characters hold 8 lines of 98 and their separators
    many = msgspec.structs.replace(facts, what=tuple(f"{number:02} {'x' * 95}" for number in range(40)))
    text = statement(many)
    assert text.endswith("; and 32 more kinds, see the plan")
    assert "; 07 xx" in text
    assert "; 08 xx" not in text


@pytest.mark.parametrize("what", [(), ("",)])
def test_a_plan_without_changes_says_none(facts: PlanFacts, what: tuple[str, ...]) -> None:
    assert statement(msgspec.structs.replace(facts, what=what)).endswith("changes: none")


@given(st.tuples(words, words, words, words, words), st.lists(words, max_size=30), st.decimals(0, 10**12, places=4))
def test_whatever_the_plan_holds_it_is_a_statement_of_bounded_length(
    said: tuple[str, str, str, str, str], what: list[str], usd: Decimal
) -> None:
    name, context, ends, caution, takes = said
    facts = PlanFacts(
        digest="sha256:" + "00" * 32,  # type: ignore[arg-type]
        name=name,
        context=context,
        what=tuple(what),
        ceiling_usd_per_hour=usd,
        worst_case_usd=usd,
        ends=ends,
        expires_at=datetime(2026, 11, 21, tzinfo=UTC),
        caution=caution,
        deposit_usd=usd,
        takes=(takes, takes),
        if_destroyed=True,
        usd_so_far=usd,
    )
    text = statement(facts)
    assert matches("statement", text)
    assert len(text) <= 2048
