"""Events of the engine, as it really sends them, boiled down to one line a machine."""

from typing import Any

import pytest

from ampacity.core.progress import Stage, Step
from ampacity.provisioning.engine.events import EventLog, clean, reasons_in
from ampacity.provisioning.engine.results import Change, Op

URN = "urn:pulumi:train::ampacity::ampacity:index:Machine::node-0"


def event(kind: str, op: str, **fields: Any) -> dict[str, Any]:
    return {kind: {"metadata": {"op": op, "urn": URN, "type": "ampacity:index:Machine", **fields}}}


def said(severity: str, message: str, **fields: Any) -> dict[str, Any]:
    return {"diagnosticEvent": {"urn": URN, "severity": severity, "message": message, **fields}}


@pytest.fixture
def steps() -> list[Step]:
    return []


@pytest.fixture
def log(steps: list[Step]) -> EventLog:
    return EventLog(steps.append)


def test_a_replacement_is_one_change_that_is_done_when_the_new_machine_is(log: EventLog, steps: list[Step]) -> None:
    for op in ("delete-replaced", "replace", "create-replacement"):
        log.take(event("resourcePreEvent", op, keys=["replace"]))
        log.take(event("resOutputsEvent", op))
    assert log.changes == (Change(machine="node-0", op=Op.REPLACE, keys=("replace",)),)
    assert [step.stage for step in steps].count(Stage.DONE) == 1
    assert steps[-1].stage is Stage.DONE


def test_a_failure_carries_the_reasons_that_came_before_it(log: EventLog, steps: list[Step]) -> None:
    log.take(event("resourcePreEvent", "create"))
    log.take(said("error", "1 error occurred:\n\t* toy reports x as pending\n\t* stopped waiting\n\n"))
    log.take(event("resOpFailedEvent", "create"))
    (change,) = log.changes
    assert (change.ok, change.reasons) == (False, ("toy reports x as pending", "stopped waiting"))
    assert (steps[-1].stage, steps[-1].text) == (Stage.FAILED, "toy reports x as pending; stopped waiting")


def test_a_long_reason_is_told_whole_by_the_report_alone(log: EventLog, steps: list[Step]) -> None:
    bids = "; ".join(f"1 x reason {at} (about that), the cheapest akash1{at}" for at in range(9))
    why = f"toy: 9 bids (of today), all refused ({bids})"
    log.take(event("resourcePreEvent", "create"))
    log.take(said("error", f"{why}; the order is closed [AMP-X]. Way on: ampacity plan SPEC"))
    log.take(event("resOpFailedEvent", "create"))
    assert steps[-1].text == "toy: 9 bids (of today), all refused; the order is closed [AMP-X]"
    (change,) = log.changes
    assert why in change.reasons[0]


def test_debug_messages_are_dropped_because_they_hold_secrets(log: EventLog, steps: list[Step]) -> None:
    log.take(said("debug", "output user_data=hunter2"))
    assert (log.diagnostics, log.changes, steps) == ((), (), [])


def test_status_lines_move_the_progress_and_are_not_kept(log: EventLog, steps: list[Step]) -> None:
    log.take(said("info", "pending: toy-1", ephemeral=True))
    assert steps == [Step(item="node-0", stage=Stage.RUNNING, text="pending: toy-1")]
    assert log.diagnostics == ()


def test_a_sick_machine_is_told_by_a_refresh_and_forgotten_once_it_is_replaced(log: EventLog) -> None:
    log.take(event("resourcePreEvent", "refresh"))
    log.take(said("warning", "Refreshed resource is in an unhealthy state:\n* toy reports x as failed\n"))
    assert log.changes[0].reasons == ("toy reports x as failed",)
    log.take(event("resourcePreEvent", "delete-replaced"))
    assert log.changes == (Change(machine="node-0", op=Op.REPLACE),)


def test_a_refresh_says_what_it_found(log: EventLog) -> None:
    log.take(event("resourcePreEvent", "refresh"))
    log.take(event("resOutputsEvent", "delete"))
    assert log.changes[0].op is Op.DELETE


def test_the_stack_and_the_plugin_are_no_machines(log: EventLog, steps: list[Step]) -> None:
    stack = {"op": "create", "urn": "urn:pulumi:train::ampacity::pulumi:pulumi:Stack::x", "type": "pulumi:pulumi:Stack"}
    log.take({"resourcePreEvent": {"metadata": stack}})
    log.take({"resOutputsEvent": {"metadata": stack}})
    assert (log.changes, steps) == ((), [])


def test_an_event_of_a_kind_that_is_not_known_is_passed_over(log: EventLog) -> None:
    log.take({"sequence": 7, "startDebuggingEvent": {}})
    log.take(event("resourcePreEvent", "extend-parameterize"))
    assert log.changes == ()


def test_colour_marks_are_taken_out() -> None:
    assert clean("<{%fg 1%}>error:<{%reset%}>  two\n lines") == "error: two lines"
    assert reasons_in("all of\nit") == ("all of it",)


@pytest.mark.parametrize(
    "engine_says", ["error reading from server: EOF", 'transport: Error while dialing: "…" refused']
)
def test_a_dead_plugin_is_told_in_words_and_not_as_the_engine_s_broken_pipe(engine_says: str) -> None:
    assert reasons_in(f"rpc error: {engine_says}") == ("the plugin that asks the seller died before it had the answer",)
    assert reasons_in("aws: unavailable: connection refused") == ("aws: unavailable: connection refused",)
