"""The stand-in for Lambda keeps to OpenAPI 1.10.0: what it cannot show is said in its docstring."""

import csv
import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from ampacity.sandbox.faults import FaultKind, Faults
from ampacity.sandbox.lambda_cloud import create_app
from ampacity.sandbox.lambda_cloud.limits import RateLimit
from ampacity.sandbox.lambda_cloud.stock import CATALOG, load_stock

KEY = {"name": "laptop", "public_key": "ssh-ed25519 AAAA laptop"}
LAUNCH = {"region_name": "us-west-1", "instance_type_name": "gpu_8x_a100", "ssh_key_names": ["laptop"]}


class Caller:
    """A client of the stand-in with its key."""

    def __init__(self, folder: Path) -> None:
        self.faults = Faults(folder)
        self._client = Client(create_app(self.faults, folder))
        self.headers = {"Authorization": f"Bearer {(folder / 'api_key').read_text().strip()}"}

    def get(self, path: str) -> TestResponse:
        return self._client.get(f"/api/v1{path}", headers=self.headers)

    def post(self, path: str, body: object) -> TestResponse:
        return self._client.post(f"/api/v1{path}", json=body, headers=self.headers)

    def launch(self, **change: object) -> TestResponse:
        return self.post("/instance-operations/launch", LAUNCH | change)

    def launched(self) -> str:
        answer = self.launch()
        assert answer.status_code == 200
        (instance_id,) = answer.get_json()["data"]["instance_ids"]
        return str(instance_id)


@pytest.fixture
def caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Caller:
    monkeypatch.setenv("AMPACITY_SANDBOX_READY_SECONDS", "0")
    made = Caller(tmp_path)
    assert made.post("/ssh-keys", KEY).status_code == 200
    return made


def code(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["error"]["code"]


def test_a_wrong_key_and_none_are_refused_alike(caller: Caller) -> None:
    caller.headers = {"Authorization": "Bearer wrong"}
    assert code(caller.get("/instances")) == (401, "global/invalid-api-key")
    caller.headers = {}
    assert code(caller.get("/instances")) == (401, "global/invalid-api-key")


def test_the_key_is_private_to_its_owner(caller: Caller, tmp_path: Path) -> None:
    assert (tmp_path / "api_key").stat().st_mode & 0o077 == 0


def test_prices_are_whole_cents_and_regions_have_capacity(caller: Caller) -> None:
    row = caller.get("/instance-types").get_json()["data"]["gpu_8x_a100"]
    assert row["instance_type"]["price_cents_per_hour"] == 1592
    assert row["instance_type"]["description"] == "8x A100 (40 GB SXM4)"
    assert row["regions_with_capacity_available"] == [{"name": "us-west-1", "description": "California, USA"}]


def test_a_region_leaves_the_list_when_its_last_machine_is_taken_and_comes_back(caller: Caller) -> None:
    first, _ = caller.launched(), caller.launched()
    assert caller.get("/instance-types").get_json()["data"]["gpu_8x_a100"]["regions_with_capacity_available"] == []
    assert code(caller.launch()) == (400, "instance-operations/launch/insufficient-capacity")
    caller.post("/instance-operations/terminate", {"instance_ids": [first]})
    assert caller.launch().status_code == 200


def test_an_instance_has_the_documented_fields(caller: Caller) -> None:
    instance_id = caller.launched()
    row = caller.get(f"/instances/{instance_id}").get_json()["data"]
    required = {"id", "status", "ssh_key_names", "file_system_names", "region", "instance_type", "actions"}
    assert required <= row.keys()
    assert row["status"] == "active"
    assert row["ip"].startswith("198.51.100.")
    assert set(row["actions"]) == {"migrate", "rebuild", "restart", "cold_reboot", "terminate"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"ssh_key_names": []}, (400, "global/invalid-parameters")),
        ({"ssh_key_names": ["laptop", "laptop"]}, (400, "global/invalid-parameters")),
        ({"ssh_key_names": ["nobody"]}, (404, "global/object-does-not-exist")),
        ({"instance_type_name": "gpu_9x"}, (404, "global/object-does-not-exist")),
        ({"region_name": "mars"}, (404, "global/object-does-not-exist")),
        ({"hostname": "Not A Host"}, (400, "global/invalid-parameters")),
        ({"name": "x" * 65}, (400, "global/invalid-parameters")),
        ({"tags": [{"key": "Upper", "value": "x"}]}, (400, "global/invalid-parameters")),
        ({"tags": [{"key": "ok", "value": "x" * 129}]}, (400, "global/invalid-parameters")),
        ({"image": {"family": "windows"}}, (404, "global/object-does-not-exist")),
        ({"image": {}}, (400, "global/invalid-parameters")),
        ({"user_data": "x" * 1_000_001}, (400, "global/invalid-parameters")),
    ],
)
def test_a_launch_that_breaks_a_rule_is_refused_and_makes_nothing(
    caller: Caller, change: dict[str, object], told: tuple[int, str]
) -> None:
    assert code(caller.launch(**change)) == told
    assert caller.get("/instances").get_json()["data"] == []


def test_a_restart_keeps_machines_and_the_key(caller: Caller, tmp_path: Path) -> None:
    instance_id = caller.launched()
    again = Caller(tmp_path)
    assert again.headers == caller.headers
    assert [row["id"] for row in again.get("/instances").get_json()["data"]] == [instance_id]


def test_a_lost_answer_still_made_the_machine(caller: Caller) -> None:
    caller.faults.inject(FaultKind.TIMEOUT_AFTER_CREATE)
    assert caller.launch().status_code == 504
    assert len(caller.get("/instances").get_json()["data"]) == 1


def test_only_the_named_machine_is_preempted(caller: Caller) -> None:
    first, second = caller.launched(), caller.launched()
    caller.faults.inject(FaultKind.PREEMPT, machine=second)
    assert [row["id"] for row in caller.get("/instances").get_json()["data"]] == [first]
    assert caller.get(f"/instances/{second}").get_json()["data"]["status"] == "preempted"


def test_a_preemption_of_a_machine_that_is_not_there_waits_for_nobody(caller: Caller) -> None:
    kept = caller.launched()
    caller.faults.inject(FaultKind.PREEMPT, machine="typo")
    assert [row["id"] for row in caller.get("/instances").get_json()["data"]] == [kept]
    assert caller.faults.list() == []


def test_prices_stay_risen_until_the_fault_is_cleared(caller: Caller) -> None:
    def cents() -> int:
        rows: dict[str, Any] = caller.get("/instance-types").get_json()["data"]
        return int(rows["gpu_8x_a100"]["instance_type"]["price_cents_per_hour"])

    caller.faults.inject(FaultKind.PRICE_MOVED)
    assert (cents(), cents()) == (1910, 1910)  # 1592 x 1.2 = 1910.4
    caller.faults.clear()
    assert cents() == 1592


def test_a_throttled_call_says_when_to_come_back(caller: Caller) -> None:
    caller.faults.inject(FaultKind.THROTTLE)
    answer = caller.get("/instances")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert caller.get("/instances").status_code == 200


def test_the_documented_limits_are_one_call_a_second_and_one_launch_in_twelve() -> None:
    now = [0.0]
    limit = RateLimit(lambda: now[0])
    assert [limit.wait_seconds(launch=False) for _ in range(2)] == [0.0, 1.0]
    assert [limit.wait_seconds(launch=True) for _ in range(2)] == [0.0, 12.0]
    now[0] = 12.0
    assert (limit.wait_seconds(launch=False), limit.wait_seconds(launch=True)) == (0.0, 0.0)


def test_what_is_sold_has_a_source_and_a_date() -> None:
    stock = load_stock()
    assert stock.source
    assert stock.observed == "2026-10-10"
    assert all(set(kind.capacity) <= set(stock.regions) for kind in stock.types.values())


def test_the_catalogue_agrees_with_the_price_list_that_it_was_keyed_from(
    vector: Callable[..., Path],
) -> None:
    with vector("catalog", "list_prices_2026-10-10.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["provider"] == "lambda"]
    listed = {(row["gpu_model"], int(row["gpu_count"])): Decimal(row["usd_per_hour"]) for row in rows}
    for name, kind in tomllib.loads(CATALOG.read_text(encoding="utf-8"))["types"].items():
        model, form = kind["gpu_description"].split()[0], kind["gpu_description"]
        model += "-PCIe" if "PCIe" in form and model == "H100" else ""
        model += f"-{form.split('(')[1].split()[0]}GB" if model == "A100" else ""
        assert listed[model, kind["specs"]["gpus"]] == Decimal(kind["price_cents_per_hour"]) / 100, name
