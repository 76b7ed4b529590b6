"""The stand-in's gateways take a manifest as a provider does: from the owner, and only the one that was hashed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from ampacity.sandbox.akash.gateway.app import Gateway
from ampacity.sandbox.akash.market import Market
from ampacity.sandbox.akash.stock import Bidder, Manner, Stock
from ampacity.sandbox.faults import FaultKind

GatewayOf = Callable[[Bidder], Gateway]


class Caller:
    """A client of one gateway, with the owner's token."""

    def __init__(self, gateway: Gateway, token: str) -> None:
        self._client = Client(gateway)
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> TestResponse:
        return self._client.get(path, headers=self.headers)

    def put(self, body: object, dseq: int = 7) -> TestResponse:
        return self._client.put(f"/deployment/{dseq}/manifest", data=json.dumps(body), headers=self.headers)


@pytest.fixture
def caller(gateway_of: GatewayOf, bidder: Bidder, owner: Any) -> Caller:
    return Caller(gateway_of(bidder), owner.token())


def told(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_data(as_text=True).strip()


def test_a_manifest_is_known_by_what_it_says_and_not_by_its_spaces(
    caller: Caller, owner: Any, bidder: Bidder, manifest: Any
) -> None:
    owner.lease(bidder)
    pretty = Client.put(
        caller._client, "/deployment/7/manifest", data=json.dumps(manifest, indent=3), headers=caller.headers
    )
    assert told(pretty) == (200, "")


def test_another_manifest_than_the_hashed_one_is_refused(
    caller: Caller, owner: Any, bidder: Bidder, manifest: Any
) -> None:
    owner.lease(bidder)
    manifest[0]["services"][0]["image"] = "example/miner:1"
    assert told(caller.put(manifest)) == (422, "manifest version validation failed")
    assert caller.get("/lease/7/1/1/status").status_code == 404


@pytest.mark.parametrize("body", ["no list", [{"name": "dc"}], 7])
def test_what_is_no_manifest_is_refused(caller: Caller, owner: Any, bidder: Bidder, body: object) -> None:
    owner.lease(bidder)
    status, text = told(caller.put(body))
    assert status == 422
    assert text.startswith("invalid manifest: ")


def test_broken_json_is_refused(caller: Caller, owner: Any, bidder: Bidder) -> None:
    owner.lease(bidder)
    answer = Client.put(caller._client, "/deployment/7/manifest", data="[", headers=caller.headers)
    assert answer.status_code == 422


def test_a_manifest_needs_a_lease(caller: Caller, manifest: Any) -> None:
    assert told(caller.put(manifest)) == (404, "no lease for deployment")


def test_a_manifest_needs_a_lease_with_this_very_provider(
    gateway_of: GatewayOf, owner: Any, stock: Stock, manifest: Any
) -> None:
    owner.lease(stock.bidders[0])
    other = Caller(gateway_of(stock.bidders[1]), owner.token())
    assert told(other.put(manifest)) == (404, "no lease for deployment")


def test_a_closed_deployment_has_no_lease_any_more(caller: Caller, owner: Any, bidder: Bidder, manifest: Any) -> None:
    owner.lease(bidder)
    owner.market.close_deployment(owner.address, 7)
    assert told(caller.put(manifest)) == (404, "no lease for deployment")


def test_one_provider_never_takes_a_manifest(gateway_of: GatewayOf, owner: Any, stock: Stock, manifest: Any) -> None:
    (deaf,) = [row for row in stock.bidders if row.manner is Manner.REFUSES_MANIFEST]
    owner.lease(deaf)
    assert told(Caller(gateway_of(deaf), owner.token()).put(manifest)) == (422, "manifest rejected")


def test_resources_that_are_not_the_leased_ones_are_refused(owner: Any, market: Market, manifest: Any) -> None:
    from ampacity.sandbox.akash.gateway.crosscheck import misfit

    deployment = owner.lease(market.stock.bidders[0]).id.dseq
    specs = [group.spec for group in market.read().deployment(owner.address, deployment).groups]
    assert misfit(manifest, specs) is None
    manifest[0]["services"][0]["resources"]["gpu"]["units"]["val"] = "8"
    assert "manifest cross-validation error" in (misfit(manifest, specs) or "")
    manifest[0]["name"] = "elsewhere"
    assert misfit(manifest, specs) == "invalid manifest: unknown deployment group ('elsewhere')"
    manifest[0]["services"][0]["expose"] = None
    assert misfit(manifest, specs) == "invalid manifest: zero global services"


def test_a_lease_has_a_status_once_its_manifest_came_and_is_ready_later(
    caller: Caller, owner: Any, bidder: Bidder, manifest: Any, now: list[float]
) -> None:
    owner.lease(bidder)
    assert told(caller.get("/lease/7/1/1/status")) == (404, "")
    assert caller.put(manifest).status_code == 200
    before = caller.get("/lease/7/1/1/status").get_json()
    assert (before["services"]["gpu"]["available"], before["services"]["gpu"]["total"]) == (0, 1)
    now[0] += 10
    after = caller.get("/lease/7/1/1/status").get_json()
    assert (after["services"]["gpu"]["available"], after["services"]["gpu"]["ready_replicas"]) == (1, 1)


def test_a_forwarded_port_stays_the_same(caller: Caller, owner: Any, bidder: Bidder, manifest: Any) -> None:
    owner.lease(bidder)
    caller.put(manifest)
    first, second = (caller.get("/lease/7/1/1/status").get_json()["forwarded_ports"] for _ in range(2))
    assert first == second
    (row,) = first["gpu"]
    assert {key: row[key] for key in ("host", "port", "proto", "name")} == {
        "host": "provider.plain.invalid",
        "port": 22,
        "proto": "TCP",
        "name": "gpu",
    }
    assert 30_000 <= row["externalPort"] <= 32_767


def test_an_ended_lease_is_not_found(caller: Caller, owner: Any, bidder: Bidder, manifest: Any) -> None:
    lease = owner.lease(bidder)
    caller.put(manifest)
    owner.market.close_bid(lease.id)
    assert told(caller.get("/lease/7/1/1/status")) == (404, "")


def test_the_manifest_can_be_read_again(caller: Caller, owner: Any, bidder: Bidder, manifest: Any) -> None:
    owner.lease(bidder)
    caller.put(manifest)
    assert caller.get("/lease/7/1/1/manifest").get_json() == manifest


def test_a_service_has_a_status_of_its_own(caller: Caller, owner: Any, bidder: Bidder, manifest: Any) -> None:
    owner.lease(bidder)
    caller.put(manifest)
    assert caller.get("/lease/7/1/1/service/gpu/status").get_json()["name"] == "gpu"
    assert told(caller.get("/lease/7/1/1/service/web/status")) == (404, "kube: no service for that lease")


def test_logs_want_a_websocket(caller: Caller, owner: Any, bidder: Bidder) -> None:
    owner.lease(bidder)
    assert told(caller.get("/lease/7/1/1/logs")) == (400, "Bad Request")


def test_a_gateway_shows_the_faults_that_were_asked_for(
    caller: Caller, owner: Any, bidder: Bidder, manifest: Any
) -> None:
    owner.lease(bidder)
    caller.put(manifest)
    owner.market.faults.inject(FaultKind.BAD_JSON)
    assert caller.get("/lease/7/1/1/status").get_data() == b"<html>upstream error</html>"
    assert "services" in caller.get("/lease/7/1/1/status").get_json()
