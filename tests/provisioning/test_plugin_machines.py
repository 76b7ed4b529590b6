"""Create, read, update and delete on a toy cloud with faults, without engine or wire."""

import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from ampacity.core.errors import CancelledError, ResourceError, TimedOutError
from ampacity.providers.base import Failure, MachineState, ProviderError
from ampacity.provisioning.journal import EntryState, Journal
from ampacity.provisioning.machines import MachineInputs
from ampacity.provisioning.plugin.bench import Bench, order_of
from ampacity.provisioning.plugin.create import Made, create
from ampacity.provisioning.plugin.delete import delete
from ampacity.provisioning.plugin.outcomes import NotReadyError
from ampacity.provisioning.plugin.outputs import outputs_of
from ampacity.provisioning.plugin.read import read
from ampacity.provisioning.plugin.subject import Subject
from ampacity.provisioning.plugin.update import update
from ampacity.provisioning.tokens import placeholder_token

URN = "urn:pulumi:train::ampacity::ampacity:index:Machine::node-0"
Build = Callable[..., MachineInputs]


def state_of(journal: Journal) -> list[str]:
    return [entry.state.value for entry in journal.entries()]


def subject(made: Made, inputs: MachineInputs) -> Subject:
    return Subject(urn=URN, id=made.machine.ref.id, inputs=inputs, outputs=outputs_of(made.machine, made.token))


def unsure(inputs: MachineInputs, error: NotReadyError) -> Subject:
    return Subject(urn=URN, id=error.resource_id, inputs=inputs, outputs=error.outputs)


class TestCreate:
    def test_gives_a_running_machine_and_journals_its_id(
        self, bench: Bench, cloud: Any, journal: Journal, machine: Build
    ) -> None:
        made = create(bench, URN, machine(), 5)
        assert cloud.living() == {made.machine.ref.id: made.token}
        (entry,) = journal.entries()
        assert (entry.state, entry.id) == (EntryState.MADE, made.machine.ref.id)

    def test_passes_the_whole_order_to_the_seller(self, bench: Bench, cloud: Any, machine: Build) -> None:
        create(bench, URN, machine(user_data="boot me"), 5)
        assert cloud.run("select user_data from machines") == [("boot me",)]

    def test_asks_for_nothing_when_the_journal_cannot_be_written(
        self, bench: Bench, cloud: Any, journal: Journal, machine: Build
    ) -> None:
        journal._folder.parent.mkdir(exist_ok=True)
        journal._folder.write_text("a file in the way", encoding="utf-8")
        with pytest.raises(ResourceError):
            create(bench, URN, machine(), 5)
        assert cloud.living() == {}

    def test_a_refusal_is_a_plain_error_and_leaves_nothing(
        self, bench: Bench, cloud: Any, journal: Journal, machine: Build
    ) -> None:
        cloud.fault("refuse")
        with pytest.raises(ProviderError) as refused:
            create(bench, URN, machine(), 5)
        assert refused.value.kind is Failure.CAPACITY_REGION
        assert cloud.living() == {}
        assert state_of(journal) == ["refused"]

    def test_a_refused_machine_can_be_had_later(self, bench: Bench, cloud: Any, machine: Build) -> None:
        cloud.fault("refuse")
        with pytest.raises(ProviderError):
            create(bench, URN, machine(), 5)
        create(bench, URN, machine(), 5)
        assert len(cloud.living()) == 1

    def test_is_tried_again_while_the_seller_throttles(self, bench: Bench, cloud: Any, machine: Build) -> None:
        cloud.fault("throttle", 1)
        create(bench, URN, machine(), 5)
        assert len(cloud.living()) == 1

    @pytest.mark.parametrize("fault", ["lost-answer", "crash"])
    def test_a_machine_whose_answer_was_lost_is_adopted(
        self, bench: Bench, cloud: Any, machine: Build, fault: str
    ) -> None:
        cloud.fault(fault)
        made = create(bench, URN, machine(), 5)
        assert list(cloud.living()) == [made.machine.ref.id]

    def test_an_unclear_outcome_is_a_placeholder_never_a_plain_error(
        self, bench: Bench, cloud: Any, journal: Journal, machine: Build
    ) -> None:
        cloud.fault("lost-request")
        with pytest.raises(NotReadyError) as unclear:
            create(bench, URN, machine(), 5)
        (entry,) = journal.entries()
        assert placeholder_token(unclear.value.resource_id) == entry.token
        assert entry.state is EntryState.INTENDED

    def test_a_fault_of_ours_after_the_call_is_a_placeholder_and_quotes_no_secret(
        self, bench: Bench, cloud: Any, machine: Build
    ) -> None:
        cloud.fault("crash")
        cloud.fault("find-down", 50)
        with pytest.raises(NotReadyError) as unclear:
            create(bench, URN, machine(user_data="hunter2"), 5)
        assert placeholder_token(unclear.value.resource_id)
        assert "hunter2" not in str(unclear.value)

    def test_a_machine_that_an_interrupted_run_made_is_taken_over_not_bought_again(
        self, bench: Bench, cloud: Any, journal: Journal, machine: Build
    ) -> None:
        token = journal.token_for(URN, machine())
        journal.intend(token, URN, machine())
        lost = cloud.insert(order_of(machine(), token))
        made = create(bench, URN, machine(), 5)
        assert made.machine.ref.id == lost
        assert list(cloud.living()) == [lost]

    def test_a_seller_that_lists_late_is_asked_until_its_list_has_settled(
        self, bench: Bench, cloud: Any, journal: Journal, machine: Build
    ) -> None:
        patient = msgspec.structs.replace(bench, settle_seconds=5.0)
        token = journal.token_for(URN, machine())
        journal.intend(token, URN, machine())
        lost = cloud.insert(order_of(machine(), token))
        cloud.fault("find-blind", 2)
        assert create(patient, URN, machine(), 5).machine.ref.id == lost

    def test_after_a_machine_is_gone_the_next_has_a_token_that_its_seller_never_saw(
        self, bench: Bench, cloud: Any, machine: Build
    ) -> None:
        first = create(bench, URN, machine(), 5)
        delete(bench, subject(first, machine()), 5)
        second = create(bench, URN, machine(), 5)
        assert cloud.living() == {second.machine.ref.id: second.token}
        assert first.token != second.token

    def test_a_machine_that_ended_between_two_runs_does_not_block_its_successor(
        self, bench: Bench, cloud: Any, journal: Journal, machine: Build
    ) -> None:
        create(bench, URN, machine(), 5)
        cloud.run("update machines set state = 'gone'")  # and the engine lost its answer
        assert create(bench, URN, machine(), 5).machine.ref.id in cloud.living()
        assert sorted(state_of(journal)) == ["gone", "made"]


class TestWaiting:
    def test_goes_on_until_the_machine_runs(self, bench: Bench, cloud: Any, machine: Build) -> None:
        cloud.option("boot_looks", 3)
        assert create(bench, URN, machine(), 10).machine.state == "running"

    def test_tells_what_it_waits_for_and_tells_it_once(self, bench: Bench, cloud: Any, machine: Build) -> None:
        told: list[tuple[str, str]] = []
        cloud.option("boot_looks", 3)
        create(msgspec.structs.replace(bench, tell=lambda urn, text: told.append((urn, text))), URN, machine(), 10)
        (machine_id,) = cloud.living()
        assert told == [(URN, f"pending: {machine_id}")]

    def test_that_takes_too_long_keeps_the_id_and_says_why(self, bench: Bench, cloud: Any, machine: Build) -> None:
        cloud.option("boot_looks", 10_000)
        with pytest.raises(NotReadyError) as late:
            create(bench, URN, machine(), 0.3)
        assert [late.value.resource_id] == list(cloud.living())
        assert "still so after 0 s" in str(late.value)

    def test_ends_at_once_when_told_to_stop_and_keeps_the_id(self, bench: Bench, cloud: Any, machine: Build) -> None:
        cloud.option("boot_looks", 10_000)
        threading.Timer(0.3, bench.stop.set).start()
        began = time.monotonic()
        with pytest.raises(NotReadyError) as stopped:
            create(bench, URN, machine(), 600)
        assert time.monotonic() - began < 30
        assert [stopped.value.resource_id] == list(cloud.living())

    def test_for_broken_hardware_ends_with_the_sellers_word(self, bench: Bench, cloud: Any, machine: Build) -> None:
        cloud.option("boot_looks", 10_000)
        breaker = threading.Timer(0.2, cloud.run, ["update machines set state = 'failed'"])
        breaker.start()
        with pytest.raises(NotReadyError, match="as failed"):
            create(bench, URN, machine(), 30)
        breaker.join()


class TestRead:
    def test_reports_a_running_machine_without_problems(self, bench: Bench, machine: Build) -> None:
        made = create(bench, URN, machine(), 5)
        reading = read(bench, subject(made, machine()))
        assert reading is not None
        assert (reading.id, reading.problems) == (made.machine.ref.id, [])
        assert reading.outputs["address"] == "127.0.0.1"

    def test_of_a_vanished_machine_is_none_and_spends_its_token(
        self, bench: Bench, cloud: Any, journal: Journal, machine: Build
    ) -> None:
        made = create(bench, URN, machine(), 5)
        cloud.run("update machines set state = 'gone'")
        assert read(bench, subject(made, machine())) is None
        assert state_of(journal) == ["gone"]

    def test_says_again_what_keeps_a_machine_from_being_ready(self, bench: Bench, cloud: Any, machine: Build) -> None:
        made = create(bench, URN, machine(), 5)
        cloud.run("update machines set state = 'failed'")
        reading = read(bench, subject(made, machine()))
        assert reading is not None
        assert reading.problems == [f"toy reports {made.machine.ref.id} as failed"]

    def test_keeps_a_machine_that_ran_and_only_cannot_be_seen_as_it_was(
        self, bench: Bench, cloud: Any, machine: Build, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = create(bench, URN, machine(), 5)
        seller = bench.sellers.get("toy")
        dark = msgspec.structs.replace(
            made.machine, state=MachineState.FAILED, address=None, note="no answer", unseen="HTTP status 503"
        )
        monkeypatch.setattr(type(seller), "read", lambda *_: dark)
        reading = read(bench, subject(made, machine()))
        assert reading is not None
        assert (reading.outputs["state"], reading.outputs["address"]) == ("running", made.machine.address)
        assert (reading.outputs["note"], reading.problems) == ("no answer", [])

    def test_resolves_a_placeholder_to_the_machine_that_was_made_after_all(
        self, bench: Bench, cloud: Any, journal: Journal, machine: Build
    ) -> None:
        cloud.fault("lost-answer")
        cloud.fault("find-down")
        with pytest.raises(NotReadyError) as unclear:
            create(bench, URN, machine(), 5)
        reading = read(bench, unsure(machine(), unclear.value))
        assert reading is not None
        assert [reading.id] == list(cloud.living())
        assert state_of(journal) == ["made"]

    def test_drops_a_placeholder_that_nothing_stands_behind_and_keeps_its_token_usable(
        self, bench: Bench, cloud: Any, journal: Journal, machine: Build
    ) -> None:
        cloud.fault("lost-request")
        with pytest.raises(NotReadyError) as unclear:
            create(bench, URN, machine(), 5)
        assert read(bench, unsure(machine(), unclear.value)) is None
        assert state_of(journal) == ["refused"]
        assert create(bench, URN, machine(), 5).token == placeholder_token(unclear.value.resource_id)

    def test_that_is_stopped_too_early_never_calls_a_placeholder_gone(
        self, bench: Bench, cloud: Any, journal: Journal, machine: Build
    ) -> None:
        patient = msgspec.structs.replace(bench, settle_seconds=600.0)
        journal.intend(journal.token_for(URN, machine()), URN, machine())
        (entry,) = journal.entries()
        lost = Subject(urn=URN, id=f"pending:{entry.token}", inputs=machine(), outputs={})
        bench.stop.set()
        with pytest.raises(CancelledError):
            read(patient, lost)
        assert state_of(journal) == ["intended"]

    def test_raises_where_the_seller_cannot_be_asked(self, bench: Bench, cloud: Any, machine: Build) -> None:
        made = create(bench, URN, machine(), 5)
        cloud.fault("read-down")
        with pytest.raises(ProviderError):
            read(bench, subject(made, machine()))


class TestUpdate:
    def test_of_a_running_machine_asks_nobody(self, bench: Bench, cloud: Any, machine: Build) -> None:
        made = create(bench, URN, machine(), 5)
        cloud.fault("read-down")
        before = subject(made, machine())
        assert update(bench, before, 5) == before.outputs

    def test_goes_on_waiting_for_one_that_does_not_run_yet(self, bench: Bench, cloud: Any, machine: Build) -> None:
        cloud.option("boot_looks", 5)
        with pytest.raises(NotReadyError) as late:
            create(bench, URN, machine(), 0.1)
        assert update(bench, unsure(machine(), late.value), 30)["state"] == "running"

    def test_of_a_placeholder_keeps_it_unknown(self, bench: Bench, cloud: Any, machine: Build) -> None:
        cloud.fault("lost-request")
        with pytest.raises(NotReadyError) as unclear:
            create(bench, URN, machine(), 5)
        with pytest.raises(NotReadyError) as still:
            update(bench, unsure(machine(), unclear.value), 5)
        assert still.value.resource_id == unclear.value.resource_id


class TestDelete:
    def test_asks_until_the_seller_says_it_is_gone(
        self, bench: Bench, cloud: Any, journal: Journal, machine: Build
    ) -> None:
        made = create(bench, URN, machine(), 5)
        cloud.fault("still-there", 3)
        delete(bench, subject(made, machine()), 30)
        assert cloud.living() == {}
        assert state_of(journal) == ["gone"]

    def test_is_quiet_where_there_is_nothing(self, bench: Bench, machine: Build) -> None:
        made = create(bench, URN, machine(), 5)
        delete(bench, subject(made, machine()), 5)
        delete(bench, subject(made, machine()), 5)

    def test_that_never_ends_is_an_error_and_the_machine_stays_known(
        self, bench: Bench, cloud: Any, journal: Journal, machine: Build
    ) -> None:
        made = create(bench, URN, machine(), 5)
        cloud.fault("still-there", 1000)
        with pytest.raises(TimedOutError):
            delete(bench, subject(made, machine()), 0.3)
        assert state_of(journal) == ["made"]

    def test_stops_when_told_and_says_so(self, bench: Bench, cloud: Any, machine: Build) -> None:
        made = create(bench, URN, machine(), 5)
        cloud.fault("still-there", 1000)
        bench.stop.set()
        with pytest.raises(CancelledError):
            delete(bench, subject(made, machine()), 600)

    def test_of_a_placeholder_removes_the_machine_behind_it(self, bench: Bench, cloud: Any, machine: Build) -> None:
        cloud.fault("lost-answer")
        cloud.fault("find-down")
        with pytest.raises(NotReadyError) as unclear:
            create(bench, URN, machine(), 5)
        delete(bench, unsure(machine(), unclear.value), 5)
        assert cloud.living() == {}

    def test_of_a_placeholder_with_nothing_behind_it_is_quiet(self, bench: Bench, cloud: Any, machine: Build) -> None:
        cloud.fault("lost-request")
        with pytest.raises(NotReadyError) as unclear:
            create(bench, URN, machine(), 5)
        delete(bench, unsure(machine(), unclear.value), 5)
