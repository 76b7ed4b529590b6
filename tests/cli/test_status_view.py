"""What `status` prints: figures that add up, whole words at 80 columns, and names in few words."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ampacity.cli.naming import span
from ampacity.cli.status import _exit, _row, _table, status_data
from ampacity.providers.base import Gpu, Market
from ampacity.provisioning.reports import DeploymentStatus, FormerMachine, MachineStatus

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
Shown = Callable[..., list[str]]


def machine(number: int, state: str = "running", **fields: Any) -> MachineStatus:
    plain = MachineStatus(
        name=f"llama-train-{number}",
        provider="aws",
        region="us-east-1",
        zone="us-east-1a",
        sku="p5.48xlarge",
        market=Market.ON_DEMAND,
        gpu=Gpu(model="H100", count=8, memory_gib=80),
        state=state,
        id=f"i-{number}",
        usd_per_hour=Decimal("55.04"),
        usd_so_far=Decimal("1.25"),
        ends_at=NOW + timedelta(hours=5),
    )
    return msgspec.structs.replace(plain, **fields)


def status(*machines: MachineStatus, **fields: Any) -> DeploymentStatus:
    plain = DeploymentStatus(
        name="llama-train", deployment="d" * 32, asked_at=NOW, machines=machines, ends_at=None, overdue=False
    )
    return msgspec.structs.replace(plain, **{"ends_at": NOW + timedelta(hours=5), **fields})


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shown:
    """The lines that a terminal of 80 columns gets."""

    def show(found: DeploymentStatus) -> list[str]:
        monkeypatch.setenv("COLUMNS", "80")
        _table(found)
        return [line.rstrip() for line in capsys.readouterr().out.splitlines()]

    return show


def test_while_an_apply_has_made_nothing_yet_there_is_no_empty_table_and_the_sums_are_so_far(shown: Shown) -> None:
    said = shown(status(changing="apply PLAN, process 7 on here", missing=("llama-train-1",)))
    assert said[0] == "So far: 0 machines, $0.00 per hour, $0.00 spent; that moves while a command is at work."
    assert said[1].startswith("UNDER WAY: apply PLAN, process 7 on here; 1 machine not done yet")


def test_a_call_that_cannot_be_read_is_said_and_no_sum_is_called_sure_then(shown: Shown) -> None:
    found = status(machine(1), problems=("UNREADABLE: FILE is of a create call",))
    said = shown(found)
    assert "1 machine, $55.04 per hour, about $1.25 so far." in said
    assert "UNREADABLE: FILE is of a create call" in said
    assert _exit(found) == 4


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([3], "train-3"),
        ([1, 2], "train-1..2"),
        ([1, 2, *range(7, 21)], "train-1..2, 7..20"),
        ([10, 9, 2], "train-2, 9..10"),
        ([1, 3], "train-1, 3"),
    ],
)
def test_many_names_are_said_in_few_words(numbers: list[int], said: str) -> None:
    assert span([f"train-{number}" for number in numbers]) == said


def test_names_of_other_stems_and_without_a_number_stand_for_themselves() -> None:
    assert span(["train-1", "train-2", "serve-1", "host", "node-007"]) == "train-1..2, serve-1, host, node-007"


def test_former_machines_have_a_line_so_that_the_figures_add_up(shown: Shown) -> None:
    former = FormerMachine(
        name="llama-train-9", provider="aws", id="i-9", usd_per_hour=None, since=None, until=NOW, usd=Decimal("1.47")
    )
    lines = shown(status(machine(1), machine(2), former=(former,)))
    assert "2 machines, $110.08 per hour, $3.97 so far." in lines  # 1.25 + 1.25 + 1.47
    assert "$1.47 of it by 1 former machine, removed, replaced or lost." in lines


def test_what_is_gone_or_cannot_be_asked_is_counted_apart(shown: Shown) -> None:
    lines = shown(status(machine(1), machine(2), machine(3, "gone")))
    assert "2 running, 1 gone, $110.08 per hour, at most $3.75 so far." in lines
    unasked = machine(2, "unknown", usd_so_far=None)
    assert "1 running, 1 could not be asked, $110.08 per hour, an unknown amount so far." in shown(
        status(machine(1), unasked)
    )


def test_at_80_columns_a_cost_that_is_not_known_leaves_the_type_whole_and_the_zone_is_the_plan_s(shown: Shown) -> None:
    lines = shown(status(machine(1, "unknown", usd_so_far=None)))
    (row,) = (line for line in lines if line.startswith("llama-train-1 unknown"))
    assert row.split() == ["llama-train-1", "unknown", "aws", "us-east-1a", "p5.48xlarge", "$55.04", "?", "5", "h", "+"]


def test_overdue_is_said_since_the_end_that_is_past_and_never_since_one_to_come(shown: Shown) -> None:
    late = machine(1, ends_at=NOW - timedelta(hours=1), overdue=True)
    lines = shown(status(late, overdue=True))
    assert "OVERDUE since 2026-11-21T11:00:00Z: ampacity destroy llama-train" in lines


def test_data_has_region_and_zone() -> None:
    assert (_row(machine(1))["region"], _row(machine(1))["zone"]) == ("us-east-1", "us-east-1a")
    assert status_data(status(machine(1)))["machines"][0]["zone"] == "us-east-1a"


def test_every_way_to_a_machine_has_a_line_and_an_address_is_promised_only_where_one_may_come(shown: Shown) -> None:
    web = machine(1, ssh="ssh -p 31022 root@h100.example", urls=("http://shop.example", "tcp h100.example:30777"))
    lines = shown(status(web, machine(2, "pending"), machine(3, "failed"), machine(4, "unknown"), machine(5)))
    start = lines.index("llama-train-1  ssh -p 31022 root@h100.example")
    assert lines[start + 1 : start + 7] == [
        "               http://shop.example",
        "               tcp h100.example:30777",
        "llama-train-2  no address yet",
        "llama-train-3  no address",
        "llama-train-4  no address known",
        "llama-train-5  no address",
    ]
    assert list(status_data(status(web))["machines"][0]["urls"]) == ["http://shop.example", "tcp h100.example:30777"]
    assert _row(web)["urls"] == "http://shop.example tcp h100.example:30777"


def test_while_a_command_is_at_it_what_is_not_done_yet_is_no_fault(shown: Shown) -> None:
    at_it = "apply PLAN, process 7 on host, since 2026-11-21T11:58:00Z"
    fields: dict[str, Any] = {"missing": ("train-2", "train-3"), "destroying_since": NOW}
    said = " ".join(shown(status(machine(1), changing=at_it, **fields)))
    assert f"UNDER WAY: {at_it}; 2 machines not done yet." in said
    assert "recover" not in said
    assert "destroy" not in said
    assert "MISSING" in " ".join(shown(status(machine(1), **fields)))


@pytest.mark.parametrize(
    ("self_ending", "said"),
    [
        ((True, True), "Ends 2026-11-21T17:00:00Z."),
        ((True, False), "Ends 2026-11-21T17:00:00Z; llama-train-2 (+) ends only by `ampacity destroy llama-train`."),
        ((False, False), "Ends 2026-11-21T17:00:00Z; llama-train-1..2 (+) end only by `ampacity destroy llama-train`."),
    ],
)
def test_beside_the_end_stands_who_does_not_end_by_itself(
    shown: Shown, self_ending: tuple[bool, bool], said: str
) -> None:
    assert said in shown(status(*(machine(at, self_ending=itself) for at, itself in enumerate(self_ending, 1))))


def test_in_the_column_of_ends_too_one_can_see_what_nothing_ends_then(shown: Shown) -> None:
    lines = shown(status(machine(1), machine(2, self_ending=True), machine(3, "gone")))
    rows = [next(line for line in lines if line.startswith(f"llama-train-{at} ")) for at in (1, 2, 3)]
    assert [row.partition("$1.25 ")[2] for row in rows] == ["5 h +", "5 h, itself", "-"]


def test_no_way_in_is_shown_of_what_is_gone(shown: Shown) -> None:
    lines = shown(status(machine(1, ssh="ssh ubuntu@192.0.2.1"), machine(2, "gone", urls=("http://shop.example",))))
    assert "llama-train-1  ssh ubuntu@192.0.2.1" in lines
    assert not [line for line in lines if line.startswith("llama-train-2  ") or "shop.example" in line]


def test_what_is_gone_costs_nothing_an_hour_and_has_no_end_and_what_it_cost_stands(shown: Shown) -> None:
    (row,) = (line for line in shown(status(machine(1), machine(2, "gone"))) if line.startswith("llama-train-2 gone"))
    assert row.split() == ["llama-train-2", "gone", "aws", "us-east-1a", "p5.48xlarge", "-", "$1.25", "-"]


def test_where_machines_end_before_the_deployment_does_the_foot_says_when_the_first_of_them_does(shown: Shown) -> None:
    early = machine(1, self_ending=True, ends_at=NOW + timedelta(hours=2))
    gone = machine(3, "gone", ends_at=NOW + timedelta(hours=1))
    lines = shown(status(early, machine(2, self_ending=True), gone))
    assert "Ends 2026-11-21T17:00:00Z, the first machine 2026-11-21T14:00:00Z." in lines


def test_a_notice_has_a_line_of_its_own_and_the_machine_says_so(shown: Shown) -> None:
    back = NOW + timedelta(minutes=59)
    given = machine(2, taken_back_at=back, note="provider akash1x gives notice")
    found = status(machine(1), given)
    lines = shown(found)
    assert (
        "TAKEN BACK: llama-train-2, the first at 2026-11-21T12:59:00Z: save what it holds; "
        "once it is gone: ampacity recover llama-train"
    ) in lines
    (row,) = (line for line in lines if line.startswith("llama-train-2 notice "))
    assert row.endswith(" 59 min, taken")
    assert status_data(found)["taken_back_at"] == "2026-11-21T12:59:00Z"
    assert status_data(found)["machines"][1]["taken_back_at"] == "2026-11-21T12:59:00Z"
    assert "TAKEN BACK" not in " ".join(shown(status(machine(1))))


def test_a_machine_that_ends_before_it_would_be_taken_back_shows_its_end(shown: Shown) -> None:
    lines = shown(status(machine(1, taken_back_at=NOW + timedelta(hours=9))))
    (row,) = (line for line in lines if line.startswith("llama-train-1 notice "))
    assert row.endswith("5 h +")


def test_what_cannot_be_seen_is_counted_apart_with_the_reason(shown: Shown) -> None:
    dark = machine(2, "unseen", ssh="ssh root@h100.example", note="provider akash1x does not answer")
    lines = shown(status(machine(1), dark))
    assert "1 running, 1 cannot be seen, $110.08 per hour, $2.50 so far." in lines
    assert "llama-train-2: provider akash1x does not answer" in lines
    assert (
        "CANNOT BE SEEN: llama-train-2 may run as before, and bills on; look again, and only if it stays so: "
        "ampacity recover llama-train, or ampacity destroy llama-train"
    ) in lines
    assert "llama-train-2  ssh root@h100.example" in lines
    both = " ".join(shown(status(machine(1, "unseen"), machine(2, "unseen"))))
    assert "CANNOT BE SEEN: llama-train-1..2 may run as before, and bill on; look again" in both


def test_where_there_is_no_machine_no_end_is_told(shown: Shown) -> None:
    lines = shown(msgspec.structs.replace(status(), ends_at=NOW + timedelta(hours=5)))
    assert lines[0] == "0 machines, $0.00 per hour, $0.00 so far."
    assert not any("Ends" in line for line in lines)


def test_an_interrupted_destroy_leads_to_destroy_alone(shown: Shown) -> None:
    soon = NOW + timedelta(hours=1)
    one = machine(1, paid_until=soon, held_usd=Decimal(3), taken_back_at=soon)
    said = " ".join(shown(status(one, destroying_since=NOW - timedelta(minutes=5))))
    assert "ampacity destroy llama-train" in said
    assert "Sellers hold $3.00" in said
    assert "topup" not in said
    assert "recover" not in said
    before = " ".join(shown(status(one)))
    assert "RUNS DRY: llama-train-1, the first at 2026-11-21T13:00:00Z: ampacity topup llama-train" in before


def test_what_is_gone_needs_nobody_to_end_it(shown: Shown) -> None:
    lines = shown(status(machine(1, self_ending=True), machine(2, "gone")))
    assert "Ends 2026-11-21T17:00:00Z." in lines


def test_an_interrupted_create_leads_to_recover_unless_a_command_is_at_it_or_a_destroy_comes_first(
    shown: Shown,
) -> None:
    cut = status(machine(1, "pending", problems=("interrupted create",)))
    way = "ampacity recover llama-train"
    assert way in " ".join(shown(cut))
    for more in ({"changing": "apply PLAN, process 7"}, {"destroying_since": NOW}):
        assert way not in " ".join(shown(msgspec.structs.replace(cut, **more)))


def test_what_runs_on_money_paid_ahead_ends_without_destroy_once_that_is_spent(shown: Shown) -> None:
    dry: dict[str, Any] = {"self_ending": False, "paid_until": NOW + timedelta(hours=5)}
    way = "or when what is paid ahead is spent (about 2026-11-21T17:00:00Z)."
    assert way in " ".join(shown(status(machine(1, **dry), machine(2, self_ending=True))))
    assert way not in " ".join(shown(status(machine(1, **dry), machine(2, self_ending=False))))


def test_what_a_seller_pays_on_for_by_itself_ends_at_that_limit_and_not_as_money_is_spent(shown: Shown) -> None:
    limited = machine(
        1, self_ending=False, paid_until=NOW + timedelta(hours=5), limit_hours=Decimal(5), held_usd=Decimal(3)
    )
    text = " ".join(shown(status(limited)))
    assert "or by its seller, which pays on until then (about 2026-11-21T17:00:00Z)." in text
    assert "is spent" not in text
    assert "good until" not in text
