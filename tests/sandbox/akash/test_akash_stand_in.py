"""The whole stand-in as one process serves it: both faces, the gateways, faults, and an end that leaves nothing."""

import base64
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import coincurve
import pytest
from werkzeug.test import Client

from ampacity.sandbox.akash import create_app
from ampacity.sandbox.akash.app import Application
from ampacity.sandbox.akash.bech32 import address_of_key
from ampacity.sandbox.faults import FaultKind, Faults

SDL = """
version: "2.0"
services:
  m:
    image: example/cuda:1
    expose: [{port: 22, as: 22, to: [{global: true}]}]
profiles:
  compute:
    m:
      resources:
        cpu: {units: 16}
        memory: {size: 64Gi}
        storage: {size: 100Gi}
        gpu: {units: 1, attributes: {vendor: {nvidia: [{model: h100}]}}}
  placement:
    p:
      pricing:
        m: {denom: uact, amount: 900}
deployment:
  m:
    p: {profile: m, count: 1}
"""
LATEST = "/cosmos/base/tendermint/v1beta1/blocks/latest"


class StandIn:
    """One process's worth of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults = Faults(folder)
        self.app: Application = create_app(self.faults, folder)
        self.client = Client(self.app)

    def reopen(self) -> None:
        self.app.close()
        self.app = create_app(self.faults, self.folder)
        self.client = Client(self.app)


@pytest.fixture
def akash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setenv("AMPACITY_SANDBOX_SLOW_SECONDS", "0")
    made = StandIn(tmp_path)
    yield made
    made.app.close()


def test_the_chain_and_the_console_answer_on_one_port(akash: StandIn) -> None:
    assert akash.client.get(LATEST).status_code == 200
    assert akash.client.get("/v1/gpu-prices").status_code == 200
    assert akash.client.get("/akash/nothing/of/that").get_json()["code"] == 12


def test_every_provider_has_a_gateway_with_the_certificate_that_is_on_the_chain(akash: StandIn) -> None:
    providers = akash.client.get("/akash/provider/v1beta4/providers").get_json()["providers"]
    assert len(providers) == 6
    assert len({row["host_uri"] for row in providers}) == 6
    for row in providers:
        assert row["host_uri"].startswith("https://127.0.0.1:")
        query = {"filter.owner": row["owner"], "filter.state": "valid"}
        found = akash.client.get("/akash/cert/v1/certificates/list", query_string=query).get_json()["certificates"]
        assert len(found) == 1
        assert base64.b64decode(found[0]["certificate"]["cert"]).startswith(b"-----BEGIN CERTIFICATE-----")


def test_a_restart_keeps_key_and_certificates_and_registers_the_new_ports(akash: StandIn) -> None:
    def known() -> tuple[str, list[Any]]:
        found = akash.client.get("/akash/cert/v1/certificates/list").get_json()["certificates"]
        return (akash.folder / "api_key").read_text(), found

    before = known()
    akash.reopen()
    assert known() == before


def test_twelve_callers_at_once_open_twelve_deployments(akash: StandIn) -> None:
    headers = {"x-api-key": (akash.folder / "api_key").read_text().strip()}
    together = threading.Barrier(12)

    def open_one(_: int) -> tuple[int, str]:
        together.wait()
        answer = Client(akash.app).post("/v1/deployments", json={"data": {"sdl": SDL, "deposit": 5}}, headers=headers)
        return answer.status_code, answer.get_json()["data"]["dseq"]

    with ThreadPoolExecutor(12) as pool:
        told = list(pool.map(open_one, range(12)))
    assert {status for status, _ in told} == {201}
    assert len({dseq for _, dseq in told}) == 12
    assert len(akash.client.get("/akash/market/v1beta5/orders/list").get_json()["orders"]) == 12


def test_closing_leaves_no_thread(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    made = StandIn(tmp_path)
    assert len(set(threading.enumerate()) - before) == 6
    made.app.close()
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=5)
    assert set(threading.enumerate()) <= before


def test_accounts_that_are_listed_have_money_once(akash: StandIn) -> None:
    address = address_of_key(coincurve.PrivateKey.from_int(11).public_key.format())
    (akash.folder / "funded").write_text(f"{address}\n")
    for _ in range(2):
        akash.reopen()
        rows = akash.client.get(f"/cosmos/bank/v1beta1/balances/{address}").get_json()["balances"]
        assert {row["denom"]: row["amount"] for row in rows} == {"uact": "1000000000", "uakt": "100000000"}


def test_what_is_kept_is_private_to_its_owner(akash: StandIn) -> None:
    kept = [path for path in akash.folder.rglob("*") if path.is_file() and path.name != "faults.lock"]
    assert {"market.json", "api_key"} <= {path.name for path in kept}
    assert [path.name for path in kept if path.stat().st_mode & 0o077] == []


def test_a_throttled_call_says_when_to_come_back(akash: StandIn) -> None:
    akash.faults.inject(FaultKind.THROTTLE)
    answer = akash.client.get(LATEST)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert akash.client.get(LATEST).status_code == 200


@pytest.mark.parametrize("path", [LATEST, "/v1/gpu-prices"])
def test_an_answer_may_be_nonsense_or_end_in_the_middle(akash: StandIn, path: str) -> None:
    whole = len(akash.client.get(path).get_data())
    akash.faults.inject(FaultKind.BAD_JSON)
    broken = akash.client.get(path)
    assert broken.content_type.startswith("application/json")
    assert broken.get_data().startswith(b"<html>")
    akash.faults.inject(FaultKind.HALF_ANSWER)
    half = akash.client.get(path)
    assert abs(int(half.headers["Content-Length"]) - whole) <= 2
    assert len(half.get_data()) == int(half.headers["Content-Length"]) // 2


def test_a_lost_answer_still_opened_the_deployment(chain: Any, wallet: Any, make_group: Any) -> None:
    """And only a call that opens one loses its answer."""
    chain.faults.inject(FaultKind.TIMEOUT_AFTER_CREATE)
    assert chain.get(LATEST).status_code == 200
    wallet.create(dseq=1)
    body = {"tx_bytes": base64.b64encode(wallet.raw(wallet.close_message(1))).decode(), "mode": "BROADCAST_MODE_SYNC"}
    assert chain.post("/cosmos/tx/v1beta1/txs", **body).status_code == 200
    chain.wait(1)
    raw = wallet.raw(wallet.create_message(dseq=2))
    body = {"tx_bytes": base64.b64encode(raw).decode(), "mode": "BROADCAST_MODE_SYNC"}
    assert chain.post("/cosmos/tx/v1beta1/txs", **body).status_code == 504
    chain.wait(1)
    assert [row.dseq for row in chain.market.read().deployments.values() if row.state == "active"] == [2]
