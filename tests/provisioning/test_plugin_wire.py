"""The plugin over gRPC, as the engine speaks to it, and as a process with a parent that may die."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import grpc
import msgspec
import pytest

from ampacity.providers.base import Offer
from ampacity.provisioning.machines import MachineInputs
from ampacity.provisioning.plugin.bench import Bench
from ampacity.provisioning.plugin.busy import Busy
from ampacity.provisioning.plugin.codec import Secret, decode, encode
from ampacity.provisioning.plugin.serve import finish, start
from ampacity.provisioning.plugin.settings import PluginSettings
from ampacity.provisioning.protocol import empty_pb2, provider_pb2, provider_pb2_grpc, status_pb2

URN = "urn:pulumi:train::ampacity::ampacity:index:Machine::node-0"
Build = Callable[..., MachineInputs]


def properties(machine: MachineInputs) -> Any:
    plain = msgspec.to_builtins(machine)
    return encode(plain | {"user_data": Secret(plain["user_data"])})


def init_failure(error: grpc.RpcError) -> Any:
    """The detail that keeps a machine in the engine's state."""
    pairs: Any = error.trailing_metadata()
    metadata = dict(pairs)
    status = status_pb2.Status.FromString(metadata["grpc-status-details-bin"])
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    return detail


@pytest.fixture
def plugin(bench: Bench) -> Iterator[Any]:
    server, port = start(bench, Busy())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield provider_pb2_grpc.ResourceProviderStub(channel)
    server.stop(grace=None).wait()


def created(plugin: Any, machine: MachineInputs, **fields: Any) -> Any:
    return plugin.Create(provider_pb2.CreateRequest(urn=URN, properties=properties(machine), **fields))


def test_a_machine_is_created_read_and_deleted(plugin: Any, cloud: Any, machine: Build) -> None:
    made = created(plugin, machine())
    assert list(cloud.living()) == [made.id]
    seen = plugin.Read(
        provider_pb2.ReadRequest(id=made.id, urn=URN, inputs=properties(machine()), properties=made.properties)
    )
    assert (seen.id, decode(seen.properties)["state"]) == (made.id, "running")
    assert decode(seen.inputs)["user_data"] == Secret(machine().user_data)
    plugin.Delete(
        provider_pb2.DeleteRequest(id=made.id, urn=URN, old_inputs=properties(machine()), properties=made.properties)
    )
    assert cloud.living() == {}


def test_outputs_hold_no_user_data(plugin: Any, machine: Build) -> None:
    made = created(plugin, machine(user_data="hunter2"))
    assert b"hunter2" not in made.SerializeToString()


def test_a_preview_creates_nothing(plugin: Any, cloud: Any, machine: Build) -> None:
    created(plugin, machine(), preview=True)
    assert cloud.living() == {}


def test_a_machine_that_is_late_keeps_its_id_in_the_failure(plugin: Any, cloud: Any, machine: Build) -> None:
    cloud.option("boot_looks", 10_000)
    with pytest.raises(grpc.RpcError) as late:
        created(plugin, machine(), timeout=0.3)
    detail = init_failure(late.value)
    assert [detail.id] == list(cloud.living())
    assert detail.refresh_before_update
    assert "as pending" in detail.reasons[0]


def test_a_refusal_has_no_detail_so_that_nothing_is_recorded(plugin: Any, cloud: Any, machine: Build) -> None:
    cloud.fault("refuse")
    with pytest.raises(grpc.RpcError) as refused:
        created(plugin, machine())
    assert "no capacity left" in str(refused.value.details())
    assert "grpc-status-details-bin" not in str(refused.value.trailing_metadata())


def test_reading_a_vanished_machine_answers_with_no_id(plugin: Any, cloud: Any, machine: Build) -> None:
    made = created(plugin, machine())
    cloud.run("update machines set state = 'gone'")
    seen = plugin.Read(
        provider_pb2.ReadRequest(id=made.id, urn=URN, inputs=properties(machine()), properties=made.properties)
    )
    assert seen.id == ""


def test_cancel_ends_waits_and_configure_allows_them_again(plugin: Any, cloud: Any, machine: Build) -> None:
    cloud.option("boot_looks", 3)
    plugin.Cancel(empty_pb2.Empty())
    with pytest.raises(grpc.RpcError) as stopped:
        created(plugin, machine())
    assert "stopped waiting" in init_failure(stopped.value).reasons[-1]
    plugin.Configure(provider_pb2.ConfigureRequest())
    assert created(plugin, machine(replace="sha256:" + "c" * 64)).id


def test_wrong_inputs_are_named_at_check_and_never_quoted(plugin: Any, machine: Build) -> None:
    wrong = properties(machine())
    wrong.fields["disk_gib"].string_value = "hunter2"
    answer = plugin.Check(provider_pb2.CheckRequest(urn=URN, news=wrong))
    assert [failure.property for failure in answer.failures] == ["disk_gib"]
    assert "hunter2" not in str(answer.failures)
    assert not plugin.Check(provider_pb2.CheckRequest(urn=URN, news=properties(machine()))).failures


def test_check_keeps_secrets_secret(plugin: Any, machine: Build) -> None:
    answer = plugin.Check(provider_pb2.CheckRequest(urn=URN, news=properties(machine())))
    assert isinstance(decode(answer.inputs)["user_data"], Secret)


class TestANewMachine:
    """Its create call follows at once, so what its seller must load is loaded while the engine goes on."""

    @pytest.fixture
    def warmed(self, toy: Any, monkeypatch: pytest.MonkeyPatch) -> Queue[str]:
        asked: Queue[str] = Queue()
        monkeypatch.setattr(toy.Toy, "warm_up", lambda _self, region: asked.put(region), raising=False)
        return asked

    def check(self, plugin: Any, machine: MachineInputs, olds: Any = None) -> None:
        assert not plugin.Check(provider_pb2.CheckRequest(urn=URN, news=properties(machine), olds=olds)).failures

    def test_has_its_seller_get_ready_once_for_each_region(
        self, plugin: Any, warmed: Queue[str], machine: Build, offer: Offer
    ) -> None:
        elsewhere = msgspec.structs.replace(offer, region="toy-2")
        self.check(plugin, machine("node-0"))
        self.check(plugin, machine("node-1"))
        assert warmed.get(timeout=5) == "toy-1"
        self.check(plugin, machine("node-2", offer=elsewhere))
        assert warmed.get(timeout=5) == "toy-2"
        assert warmed.empty()

    def test_that_is_kept_takes_nothing(self, plugin: Any, warmed: Queue[str], machine: Build, offer: Offer) -> None:
        kept = machine("node-0", offer=msgspec.structs.replace(offer, region="toy-2"))
        self.check(plugin, kept, olds=properties(kept))
        self.check(plugin, machine("node-1"))
        assert (warmed.get(timeout=5), warmed.qsize()) == ("toy-1", 0)

    def test_is_checked_all_the_same_where_its_seller_cannot_get_ready(
        self, plugin: Any, toy: Any, machine: Build, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = threading.Event()

        def fail(_self: object, _region: str) -> None:
            asked.set()
            raise RuntimeError

        monkeypatch.setattr(toy.Toy, "warm_up", fail, raising=False)
        self.check(plugin, machine())
        assert asked.wait(5)
        assert created(plugin, machine()).id


def test_a_replacement_ends_the_old_machine_first(plugin: Any, machine: Build) -> None:
    before, after = properties(machine()), properties(machine(replace="sha256:" + "c" * 64))
    answer = plugin.Diff(provider_pb2.DiffRequest(id="x", urn=URN, old_inputs=before, news=after))
    assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert (list(answer.replaces), answer.deleteBeforeReplace) == (["replace"], True)


def test_the_schema_marks_user_data_as_a_secret(plugin: Any) -> None:
    schema = msgspec.json.decode(plugin.GetSchema(provider_pb2.GetSchemaRequest()).schema)
    resource = schema["resources"]["ampacity:index:Machine"]
    assert resource["inputProperties"]["user_data"]["secret"]
    assert "user_data" not in resource["requiredInputs"]
    assert "offer" in resource["requiredInputs"]


class TestProcess:
    """The plugin as a program of its own."""

    @pytest.fixture
    def environment(self, tmp_path: Path) -> dict[str, str]:
        settings = PluginSettings(
            context_file=tmp_path / "config.toml", context_name="none", journal=tmp_path / "journal"
        )
        return os.environ | settings.environment() | {"PULUMI_CONFIG_PASSPHRASE": "correct horse"}

    def test_its_first_line_is_the_port_that_it_serves_on_loopback(self, environment: dict[str, str]) -> None:
        command = [sys.executable, "-P", "-m", "ampacity.provisioning.plugin"]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                info = provider_pb2_grpc.ResourceProviderStub(channel).GetPluginInfo(empty_pb2.Empty())
            assert info.version == "0.1.0"
        finally:
            process.kill()
            process.communicate()

    def test_it_leaves_when_the_process_that_started_it_is_killed(self, environment: dict[str, str]) -> None:
        plugin = f"{sys.executable} -P -m ampacity.provisioning.plugin"
        parent = subprocess.Popen(
            ["/bin/sh", "-c", f"{plugin} & echo $!; wait"], env=environment, stdout=subprocess.PIPE
        )
        assert parent.stdout is not None
        child, port = int(parent.stdout.readline()), int(parent.stdout.readline())
        assert port
        os.kill(parent.pid, signal.SIGKILL)
        parent.stdout.read()  # ends when the last holder of the pipe has left
        parent.communicate()
        deadline = time.monotonic() + 10
        while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not Path(f"/proc/{child}").exists()

    def test_it_leaves_at_once_and_without_a_word_when_the_engine_ends_it(self, environment: dict[str, str]) -> None:
        command = [sys.executable, "-P", "-m", "ampacity.provisioning.plugin"]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None
        assert int(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=10) == (b"", b"")
        assert process.returncode == 0

    def test_it_does_not_leave_a_call_behind(self) -> None:
        stop, busy, left = threading.Event(), Busy(), threading.Event()

        def leave() -> None:
            finish(stop, busy)
            left.set()

        with busy.one():
            leaving = threading.Thread(target=leave)
            leaving.start()
            assert stop.wait(5)  # its waits are cut short
            assert not left.wait(0.2)
        leaving.join(5)
        assert left.is_set()
