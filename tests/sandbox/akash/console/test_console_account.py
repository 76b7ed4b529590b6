"""Who may call the Console, and what it says of the account behind the key."""

from pathlib import Path
from typing import Any

import pytest


def told(answer: Any) -> tuple[int, str, str]:
    body = answer.get_json()
    return answer.status_code, body["error"], body["message"]


def test_a_wrong_key_is_refused_everywhere(caller: Any) -> None:
    caller.headers = {"x-api-key": "wrong"}
    for path in ("/v1/deployments", "/v1/gpu-prices"):
        assert told(caller.get(path)) == (401, "UnauthorizedError", "Invalid API key")


def test_no_key_is_enough_for_what_is_public(caller: Any) -> None:
    caller.headers = {}
    assert caller.get("/v1/gpu-prices").status_code == 200
    assert told(caller.get("/v1/deployments")) == (401, "UnauthorizedError", "Unauthorized")
    assert told(caller.create()) == (401, "UnauthorizedError", "Unauthorized")
    assert told(caller.get("/v1/balances")) == (401, "UnauthorizedError", "Unauthorized")


def test_a_key_and_a_bearer_token_at_once_are_refused(caller: Any) -> None:
    caller.headers |= {"Authorization": "Bearer x"}
    assert told(caller.get("/v1/user/me"))[0] == 400


def test_the_key_and_the_wallet_are_private_and_outlive_a_restart(caller: Any, tmp_path: Path) -> None:
    from ampacity.sandbox.akash.console.wallet import load_wallet

    for name in ("api_key", "managed_wallet"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
    assert load_wallet(tmp_path) == caller.console.wallet


def test_the_wallet_is_found_by_the_users_id(caller: Any) -> None:
    user = caller.get("/v1/user/me").get_json()["data"]
    (wallet,) = caller.get("/v1/wallets", userId=user["id"]).get_json()["data"]
    assert (wallet["userId"], wallet["denom"], wallet["creditAmount"]) == (user["id"], "uact", 1000)
    assert wallet["address"] == caller.console.wallet.address
    assert caller.get("/v1/wallets", userId="00000000-0000-4000-8000-000000000000").get_json() == {"data": []}
    assert caller.get("/v1/wallets").status_code == 400


def test_balances_are_told_in_dollars(caller: Any) -> None:
    assert caller.get("/v1/balances").get_json()["data"] == {
        "balance": 1000,
        "deployments": 0,
        "total": 1000,
    }
    caller.created()
    assert caller.get("/v1/balances").get_json()["data"] == {
        "balance": 995,
        "deployments": 5,
        "total": 1000,
    }
    address = caller.console.wallet.address
    caller.headers = {}
    assert caller.get("/v1/balances", address=address).get_json()["data"]["balance"] == 995


def test_a_token_opens_a_gateway(caller: Any, bidder: Any) -> None:
    from werkzeug.test import Client

    from ampacity.sandbox.akash.gateway.app import Gateway

    dseq, manifest = caller.created()
    assert caller.lease(dseq, bidder).status_code == 200
    rule = {"dseq": int(dseq), "scope": ["send-manifest", "status"], "services": ["gpu"]}
    leases = {
        "access": "granular",
        "permissions": [{"provider": bidder.address, "access": "granular", "deployments": [rule]}],
    }
    made = caller.post("/v1/create-jwt-token", {"data": {"ttl": 60, "leases": leases}})
    assert made.status_code == 201
    headers = {"Authorization": f"Bearer {made.get_json()['data']['token']}"}
    gateway = Client(Gateway(caller.market, bidder, ready_seconds=0))
    assert gateway.put(f"/deployment/{dseq}/manifest", data=manifest, headers=headers).status_code == 200
    assert gateway.get(f"/lease/{dseq}/1/1/status", headers=headers).status_code == 200
    assert gateway.get(f"/lease/{dseq}/1/1/manifest", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "data",
    [
        {"ttl": 0, "leases": {"access": "full"}},
        {"ttl": 60},
        {"ttl": 60, "leases": {"access": "all"}},
        {"ttl": 60, "leases": {"access": "scoped", "scope": ["fly"]}},
    ],
)
def test_a_token_with_nonsense_in_it_is_not_made(caller: Any, data: dict[str, Any]) -> None:
    assert told(caller.post("/v1/create-jwt-token", {"data": data}))[:2] == (400, "BadRequestError")


def test_certificates_are_not_made_any_more(caller: Any) -> None:
    answer = caller.post("/v1/certificates", {})
    assert (answer.status_code, list(answer.get_json())) == (400, ["error"])


def test_another_path_is_not_found(caller: Any) -> None:
    assert caller.get("/v1/nothing").status_code == 404
