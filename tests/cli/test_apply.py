"""Before money is spent: what the question shows, and that prices are asked again once it was answered."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ampacity.access.policy import Policy, Wallet, encode_policy
from ampacity.access.statement import statement
from ampacity.cli import confirm as asking
from ampacity.cli import live_prices
from ampacity.cli.apply_view import question
from ampacity.cli.facts import plan_facts
from ampacity.cli.gate import SiweGate
from ampacity.cli.gather import Market
from ampacity.cli.live_prices import live_usd_per_hour
from ampacity.cli.main import run
from ampacity.cli.planfiles import SavedPlan
from ampacity.core.contexts import ApprovalSettings, Context
from ampacity.core.digests import digest_bytes
from ampacity.core.errors import PolicyError
from ampacity.planning.plan import Action, Plan
from ampacity.planning.planfile import decode_plan, encode_plan
from ampacity.planning.prepaid import Quote, with_prepaid
from ampacity.providers.base import Offer
from ampacity.provisioning import control
from ampacity.provisioning.gate import Approved
from ampacity.provisioning.reports import Checked

Plans = Callable[..., Plan]
Offers = Callable[..., Offer]
Lives = list[Mapping[str, Offer]]
FREE = "no approval is required in this context"
UNSEEN = "hall: what the account holds could not be seen"
UNVOUCHED = "no plan of this digest was made here"


class ToldError(Exception):
    """The question that a person would have been asked."""


@pytest.fixture
def bought_at(monkeypatch: pytest.MonkeyPatch) -> Lives:
    """The offers that `Control.apply` was handed; it then refuses."""
    lives: Lives = []

    class Control:
        def __init__(self, *_: Any, **__: Any) -> None: ...

        def check(self, *_: Any, **__: Any) -> Checked:
            return Checked(approval=FREE, doubts=(UNSEEN,), warnings=(UNVOUCHED,))

        def apply(self, *_: Any, live: Mapping[str, Offer], **__: Any) -> None:
            lives.append(live)
            raise PolicyError("too dear")

    monkeypatch.setattr(control, "Control", Control)
    return lives


@pytest.fixture
def plan_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plan_for: Plans) -> str:
    """A saved plan, in a context that names no policy."""
    config = tmp_path / "config.toml"
    config.write_text('current = "test"\n[contexts.test.providers.hall]\n')
    monkeypatch.setenv("AMPACITY_CONFIG", str(config))
    path = tmp_path / "train.plan.json"
    path.write_bytes(encode_plan(plan_for()))
    return str(path)


def asked_prices(monkeypatch: pytest.MonkeyPatch, *offers: Offer) -> None:
    """Each time that sellers are asked, the next of `offers` is what there is."""
    answers = iter(offers)

    def gather(*_: Any, **__: Any) -> Market:
        return Market(offers=(next(answers),), skips=(), limits=(), errors=())

    monkeypatch.setattr(live_prices, "gather", gather)


def test_prices_are_asked_again_after_the_answer_and_these_are_bought_at(
    plan_file: str, bought_at: Lives, offer: Offers, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = offer("20"), offer("90")
    asked_prices(monkeypatch, before, after)
    monkeypatch.setattr(asking, "confirm", lambda *_terms, **_more: None)

    assert run(["apply", plan_file]) == 5

    assert [live[after.key].usd_per_hour for live in bought_at] == [Decimal(90)]


def test_the_question_shows_what_it_costs_now_and_that_nobody_has_to_approve(
    plan_file: str, bought_at: Lives, offer: Offers, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_prices(monkeypatch, offer("20.5"))

    def ask(text: str, **_: Any) -> None:
        raise ToldError(text)

    monkeypatch.setattr(asking, "confirm", ask)
    with pytest.raises(ToldError) as told:
        _apply(plan_file)
    # Two machines: planned at 2 x $20, now 2 x $20.50.
    assert "costs $41.00 per hour now (planned: $40.00), at most $" in str(told.value)
    assert "recover may make again what is lost, at no more than that per hour, until its end" in str(told.value)
    assert FREE in str(told.value)
    assert bought_at == []


def _apply(plan_file: str) -> None:
    from ampacity.cli.apply import apply

    apply(Path(plan_file))


def test_with_yes_it_is_said_that_nobody_has_to_approve_what_could_not_be_seen_and_that_nobody_vouches_for_it(
    plan_file: str,
    bought_at: Lives,
    offer: Offers,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked_prices(monkeypatch, offer())
    assert run(["apply", plan_file, "--yes"]) == 5
    assert len(bought_at) == 1
    said = capsys.readouterr().err.splitlines()
    assert said[:3] == [f"note: {UNSEEN}", f"warning: {UNVOUCHED}", FREE]


def test_with_yes_what_is_locked_is_said_too(
    plan_file: str,
    bought_at: Lives,
    offer: Offers,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked_prices(monkeypatch, offer())
    plan = decode_plan(Path(plan_file).read_bytes(), name="plan")
    quotes = [Quote(machine=each.name, provider="hall", usd=Decimal(5)) for each in plan.machines]
    Path(plan_file).write_bytes(encode_plan(with_prepaid(plan, quotes, budget_usd=None)))
    assert run(["apply", plan_file, "--yes"]) == 5
    said = "locks $10.00 as deposit at hall for 2 machines; what is not used comes back"
    assert said in capsys.readouterr().err.splitlines()


def test_what_stays_counts_as_planned_and_what_is_made_at_its_live_price(plan_for: Plans, offer: Offers) -> None:
    plan = plan_for()
    first, second = plan.machines
    mixed = msgspec.structs.replace(plan, machines=(msgspec.structs.replace(first, action=Action.KEEP), second))
    live = {offer().key: offer("31")}
    assert live_usd_per_hour(mixed, live) == 51
    assert live_usd_per_hour(mixed, {}) == 40


def test_a_replacement_is_said_to_end_the_old_machine_first_wherever_one_agrees(plan_for: Plans) -> None:
    plan = plan_for()
    replaced = tuple(msgspec.structs.replace(each, action=Action.REPLACE) for each in plan.machines)
    said = "2 machines are replaced: ends the old machine first, then makes the new, which may fail"
    plan = msgspec.structs.replace(plan, machines=replaced, warnings=(said,))

    text = question(plan, approval=FREE, live_usd_per_hour=Decimal(40))
    signed = statement(plan_facts(plan, digest_bytes(b"plan")))

    assert f"  warning: {said}" in text.splitlines()
    assert f"; caution: {said}; changes: replace by 2 x box from hall here" in signed


def test_a_plan_that_replaces_nothing_asks_for_no_caution(plan_for: Plans) -> None:
    assert "caution" not in statement(plan_facts(plan_for(), digest_bytes(b"plan")))


def test_what_is_not_approved_names_a_command_that_can_be_pasted(tmp_path: Path, plan_for: Plans) -> None:
    settings = ApprovalSettings(policy=tmp_path / "policy.json", domain="a.example", uri="https://a.example")
    wallet = Wallet(name="one", address="0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
    policy = Policy(schema_="ampacity.policy/1", required=1, chain_id=1, max_age_hours=24, wallets=(wallet,))
    settings.policy.write_bytes(encode_policy(policy))
    plan, digest = plan_for(), digest_bytes(b"plan")
    saved = SavedPlan(path=Path("we ird/plan.json"), plan=plan, digest=digest)

    with pytest.raises(PolicyError) as refused:
        SiweGate(Context(approval=settings), saved).check(plan, digest)

    approve = "ampacity approve 'we ird/plan.json'"
    assert refused.value.fix.startswith(f"{approve} --address {wallet.address} --message-out one.txt, signed where")
    assert refused.value.fix.endswith(f"then {approve} --message one.txt --signature 0x…")


def test_where_the_context_names_no_policy_nobody_has_to_approve(plan_for: Plans) -> None:
    plan, digest = plan_for(), digest_bytes(b"plan")
    saved = SavedPlan(path=Path("plan.json"), plan=plan, digest=digest)
    assert SiweGate(Context(), saved).check(plan, digest) == Approved(sentence=FREE, by=())
