"""The Console's answers have the members that its OpenAPI of August 2026 requires.

Re-keyed by hand from apps/api/swagger/openapi.json of akash-network/console at d84c9e93d (2026-08-22).
"""

from typing import Any

import pytest

DEPLOYMENT = {"id", "state", "hash", "created_at"}
LEASE = {"id", "state", "price", "created_at", "closed_on"}
LEASE_ID = {"owner", "dseq", "gseq", "oseq", "provider", "bseq"}
ESCROW = {"owner", "state", "transferred", "settled_at", "funds", "deposits"}
STATUS = {"forwarded_ports", "ips", "services"}
SERVICE = {
    "name",
    "available",
    "total",
    "uris",
    "observed_generation",
    "replicas",
    "updated_replicas",
    "ready_replicas",
    "available_replicas",
}
PAGINATION = {"total", "skip", "limit", "hasMore"}
WALLET = {"id", "userId", "creditAmount", "address", "denom", "isTrialing", "topUpMinAmountUsd", "createdAt"}
USER = {"id", "userId", "username", "email", "emailVerified", "subscribedToNewsletter"}
SCREENED = {"owner", "hostUri", "isAudited", "createdAt", "location", "organization", "incidents"}
INCIDENT = {"date", "hasOpenIncident", "incidentCount", "downtimeSeconds"}
_PROVIDER = """
owner name hostUri createdHeight cosmosSdkVersion akashVersion ipRegion ipRegionCode ipCountry ipCountryCode ipLat ipLon
uptime1d uptime7d uptime30d isValidVersion isOnline lastOnlineDate isAudited gpuModels attributes host organization
statusPage locationRegion country city timezone locationType hostingProvider hardwareCpu hardwareCpuArch
hardwareGpuVendor hardwareGpuModels hardwareDisk featPersistentStorage featPersistentStorageType hardwareMemory
networkProvider networkSpeedDown networkSpeedUp tier featEndpointCustomDomain workloadSupportChia
workloadSupportChiaCapabilities featEndpointIp
"""
PROVIDER = set(_PROVIDER.split())


@pytest.fixture
def running(caller: Any, bidder: Any) -> dict[str, Any]:
    """A deployment with a lease and its manifest, as the Console shows it."""
    dseq, manifest = caller.created()
    found: dict[str, Any] = caller.lease(dseq, bidder, manifest).get_json()["data"]
    return found


def test_a_deployment_with_its_leases_and_its_money(running: dict[str, Any]) -> None:
    assert set(running) == {"deployment", "leases", "escrow_account"}
    assert set(running["deployment"]) >= DEPLOYMENT
    (lease,) = running["leases"]
    assert set(lease) >= LEASE | {"status"}
    assert set(lease["id"]) == LEASE_ID
    assert set(lease["price"]) == {"denom", "amount"}
    assert set(running["escrow_account"]) == {"id", "state"}
    assert set(running["escrow_account"]["state"]) == ESCROW
    assert set(running["escrow_account"]["state"]["deposits"][0]) == {"owner", "height", "source", "balance"}


def test_a_leases_status(running: dict[str, Any]) -> None:
    (lease,) = running["leases"]
    assert set(lease["status"]) == STATUS
    assert set(lease["status"]["services"]["gpu"]) == SERVICE
    assert set(lease["status"]["forwarded_ports"]["gpu"][0]) >= {"host", "port", "externalPort"}


def test_numbers_of_deployments_are_text_and_small_numbers_are_not(running: dict[str, Any]) -> None:
    (lease,) = running["leases"]
    texts = [lease["id"]["dseq"], lease["created_at"], lease["closed_on"], running["deployment"]["created_at"]]
    assert all(isinstance(value, str) for value in texts)
    assert (lease["id"]["gseq"], lease["id"]["oseq"], lease["id"]["bseq"]) == (1, 1, 0)


def test_the_list_of_deployments(caller: Any, running: dict[str, Any]) -> None:
    listed = caller.get("/v1/deployments").get_json()["data"]
    assert set(listed["pagination"]) == PAGINATION
    (row,) = listed["deployments"]
    assert row["deployment"] == running["deployment"]
    assert "status" not in row["leases"][0]


def test_what_a_create_answers(caller: Any) -> None:
    made = caller.create().get_json()["data"]
    assert set(made) == {"dseq", "manifest", "signTx"}
    assert set(made["signTx"]) == {"code", "transactionHash", "rawLog"}


def test_user_wallet_and_token(caller: Any) -> None:
    user = caller.get("/v1/user/me").get_json()["data"]
    assert set(user) >= USER
    (wallet,) = caller.get("/v1/wallets", userId=user["id"]).get_json()["data"]
    assert set(wallet) == WALLET
    token = caller.post("/v1/create-jwt-token", {"data": {"ttl": 60, "leases": {"access": "full"}}})
    assert set(token.get_json()["data"]) == {"token"}


def test_screening_and_providers(caller: Any) -> None:
    unit = {"val": "1"}
    resource = {
        "id": 1,
        "cpu": {"units": unit},
        "memory": {"quantity": unit},
        "gpu": {"units": unit},
        "storage": [{"name": "default", "quantity": unit}],
    }
    body = {
        "resources": [{"resource": resource, "count": 1, "price": {"denom": "uact", "amount": "1"}}],
        "timezone": "Europe/Berlin",
    }
    row = caller.post("/v1/bid-screening", body).get_json()["providers"][0]
    assert set(row) == SCREENED
    assert set(row["incidents"][0]) == INCIDENT
    provider = caller.get("/v1/providers").get_json()[0]
    assert set(provider) >= PROVIDER
    assert set(provider["gpuModels"][0]) == {"vendor", "model", "ram", "interface"}
    assert set(provider["attributes"][0]) == {"key", "value", "auditedBy"}


def test_models_and_auditors(caller: Any) -> None:
    (vendor,) = caller.get("/v1/gpu-models").get_json()
    assert set(vendor) == {"name", "displayName", "models"}
    assert set(vendor["models"][0]) == {"name", "displayName", "memory", "interface"}
    assert set(caller.get("/v1/auditors").get_json()[0]) == {"id", "name", "address", "website"}


def test_bids_are_those_that_were_recorded_from_the_chain_member_by_member(caller: Any, recorded: Any) -> None:
    theirs = recorded("lcd_bids_list.json")["bids"][0]
    dseq, _ = caller.created()
    ours = caller.get("/v1/bids", dseq=dseq).get_json()["data"][0]
    assert members(ours) == members(theirs)


def members(value: Any, path: str = "") -> set[str]:
    """Every path to a member, lists by their first item; empty and missing lists say nothing below themselves."""
    if isinstance(value, dict):
        return {path} | {found for key, below in value.items() for found in members(below, f"{path}/{key}")}
    if isinstance(value, list):
        inside = value[0] if value and not path.endswith("attributes") else None
        return {path} | (members(inside, f"{path}/0") if inside is not None else set())
    return {path}
