"""What the chain says of one account: shapes as recorded, and nothing believed that cannot be so."""

import base64
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ampacity.core.errors import UsageError
from ampacity.providers.akash.chain.failures import OtherVersionError
from ampacity.providers.akash.chain.reader import ChainReader
from ampacity.providers.akash.values import Address, Dseq, GpuOffered, LeaseState
from ampacity.providers.base import Failure, ProviderError

DEPLOYMENT = "/akash/deployment/v1beta4/deployments/info"
DEPLOYMENTS = "/akash/deployment/v1beta4/deployments/list"
BIDS = "/akash/market/v1beta5/bids/list"
LEASES = "/akash/market/v1beta5/leases/list"
BLOCKS = "/cosmos/base/tendermint/v1beta1/blocks"
PROVIDER = "akash13va9yxc8a7wlc882g72uj4g2fscj93hdk0uycp"
AUDITOR = "akash1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnwduagr"

# As the network's nodes said them in July 2026.
MISSING = {"code": 5, "message": "codespace deployment code 4: Deployment not found", "details": []}
OTHER_VERSION = {"code": 12, "message": "Not Implemented", "details": []}


def deployment(owner: str, dseq: int, state: str = "active") -> dict[str, Any]:
    return {
        "deployment": {
            "id": {"owner": owner, "dseq": str(dseq)},
            "state": state,
            "hash": base64.b64encode(bytes(range(32))).decode(),
            "created_at": "27652334",
        },
        "groups": [{"id": {"gseq": 1}, "state": "open", "group_spec": {"name": "ours", "resources": []}}],
        "escrow_account": {
            "id": {"scope": "deployment", "xid": f"{owner}/{dseq}"},
            "state": {
                "owner": owner,
                "state": "open",
                "transferred": [
                    {"denom": "uact", "amount": "1234.500000000000000000"},
                    {"denom": "uakt", "amount": "9.000000000000000000"},
                ],
                "settled_at": "27652340",
                "funds": [
                    {"denom": "uact", "amount": "500000.000000000000000000"},
                    {"denom": "uakt", "amount": "7.000000000000000000"},
                ],
            },
        },
    }


def bid(owner: str, **changes: Any) -> dict[str, Any]:
    key = "vendor/nvidia/model/h100/ram/80Gi"
    gpu = {"units": {"val": "2"}, "attributes": [{"key": key, "value": "true"}, {"key": "x", "value": "false"}]}
    return {
        "bid": {
            "id": {"owner": owner, "dseq": "7", "gseq": 1, "oseq": 1, "provider": PROVIDER, "bseq": 0},
            "state": "open",
            "price": {"denom": "uact", "amount": "4268.500000000000000000"},
            "created_at": "27652336",
            "resources_offer": [{"resources": {"id": 1, "gpu": gpu}, "count": 3, "prices": None}],
            **changes,
        }
    }


def lease(owner: str, **changes: Any) -> dict[str, Any]:
    return {
        "lease": {
            "id": {"owner": owner, "dseq": "7", "gseq": 1, "oseq": 1, "provider": PROVIDER, "bseq": 0},
            "state": "active",
            "price": {"denom": "uact", "amount": "4268.000000000000000000"},
            "created_at": "27652340",
            "closed_on": "0",
            "reason": "lease_closed_invalid",
            "reclamation": None,
            **changes,
        }
    }


def block(height: int, time: str) -> dict[str, Any]:
    return {"block": {"header": {"chain_id": "akashnet-2", "height": str(height), "time": time}}}


def test_a_deployment_is_read_with_its_money_in_our_denomination_alone(
    node: Any, reader: ChainReader, owner: Address
) -> None:
    node.says(DEPLOYMENT, deployment(owner, 7))
    found = reader.deployment(Dseq(7))
    assert found is not None
    assert (found.active, found.group_name, found.manifest_hash) == (True, "ours", bytes(range(32)))
    assert (found.escrow.funds_uact, found.escrow.settled_height) == (Decimal(500_000), 27_652_340)
    assert found.escrow.transferred_uact == Decimal("1234.5")


def test_only_the_module_itself_can_say_that_there_never_was_one(node: Any, reader: ChainReader) -> None:
    node.says(DEPLOYMENT, MISSING, status=404)
    assert reader.deployment(Dseq(7)) is None


def test_the_refusals_here_are_those_that_were_recorded(recorded: Any) -> None:
    errors = recorded("lcd_errors.json")
    assert errors["missing_deployment"] == {"http_status": 404, "body": MISSING}
    assert errors["wrong_module_version"] == {"http_status": 501, "body": OTHER_VERSION}


@pytest.mark.parametrize(("owner", "dseq"), [(PROVIDER, 7), (None, 8)])
def test_an_answer_about_another_deployment_is_not_taken(
    node: Any, reader: ChainReader, owner: str | None, dseq: int
) -> None:
    node.says(DEPLOYMENT, deployment(owner or reader.owner(), dseq))
    with pytest.raises(ProviderError, match="the chain tells about") as caught:
        reader.deployment(Dseq(7))
    assert caught.value.kind is Failure.NONSENSE


@pytest.mark.parametrize("path", [BIDS, LEASES])
def test_a_bid_or_a_lease_of_another_deployment_is_not_taken(
    node: Any, reader: ChainReader, owner: Address, path: str
) -> None:
    node.says(path, {"bids": [bid(owner)], "leases": [lease(owner)], "pagination": None})
    with pytest.raises(ProviderError, match="the chain tells about"):
        (reader.bids if path == BIDS else reader.leases)(Dseq(8))


def test_a_wrong_address_does_not_look_like_a_deployment_that_never_was(reader: ChainReader) -> None:
    with pytest.raises(ProviderError, match="Not Found"):
        reader.deployment(Dseq(7))


def test_another_version_of_a_module_is_a_named_error(node: Any, reader: ChainReader) -> None:
    node.says(DEPLOYMENT, OTHER_VERSION, status=501)
    with pytest.raises(OtherVersionError) as caught:
        reader.deployment(Dseq(7))
    assert caught.value.code == "AMP-AKASH-VERSION"
    assert DEPLOYMENT in caught.value.why
    assert node.count(DEPLOYMENT) == 1


def test_every_page_is_read_and_its_key_survives_the_url(node: Any, reader: ChainReader, owner: Address) -> None:
    key = "a+b/c=="
    pages = {
        None: {"deployments": [deployment(owner, 7)], "pagination": {"next_key": key, "total": "0"}},
        key: {"deployments": [deployment(owner, 8)], "pagination": {"next_key": None, "total": "0"}},
    }
    node.routes[f"GET {DEPLOYMENTS}"] = lambda query, sent: (200, pages[query.get("pagination.key")])
    assert [row.dseq for row in reader.active_deployments()] == [7, 8]
    assert "filters.state=active" in node.asked[0]


def test_a_list_that_never_ends_is_not_read_for_ever(node: Any, reader: ChainReader, owner: Address) -> None:
    node.says(DEPLOYMENTS, {"deployments": [deployment(owner, 7)], "pagination": {"next_key": "same"}})
    with pytest.raises(ProviderError, match="does not end") as caught:
        list(reader.active_deployments())
    assert caught.value.kind is Failure.NONSENSE
    assert node.count(DEPLOYMENTS) == 2


def test_a_stranger_s_deployment_is_never_taken_for_ours(node: Any, reader: ChainReader) -> None:
    node.says(DEPLOYMENTS, {"deployments": [deployment(PROVIDER, 7)], "pagination": {"next_key": None}})
    with pytest.raises(ProviderError) as caught:
        list(reader.active_deployments())
    assert caught.value.kind is Failure.NONSENSE


def test_a_bid_tells_its_price_and_the_gpus_that_it_brings(node: Any, reader: ChainReader, owner: Address) -> None:
    old = bid(owner, resources_offer=None)
    del old["bid"]["id"]["bseq"]
    node.says(BIDS, {"bids": [bid(owner), old], "pagination": None})
    told, silent = reader.bids(Dseq(7))
    assert told.uact_per_block == Decimal("4268.5")
    assert told.gpus == GpuOffered(units=6, attributes=("vendor/nvidia/model/h100/ram/80Gi",))
    assert (silent.gpus, silent.id.bseq) == (None, 0)
    assert "filters.dseq=7" in node.asked[0]


def test_a_recorded_bid_in_a_stale_denomination_is_read_and_keeps_it(node: Any, recorded: Any) -> None:
    page = recorded("lcd_bids_list.json")
    ids = page["bids"][0]["bid"]["id"]
    page["pagination"]["next_key"] = None  # the recording is of its first page alone
    node.says(BIDS, page)
    reader = ChainReader(node.url, Address(ids["owner"]), timeout_seconds=5.0, loopback=True)
    (found,) = reader.bids(Dseq(int(ids["dseq"])))
    assert found.denom.startswith("ibc/170C")
    assert (found.uact_per_block, found.gpus) == (Decimal("2.526488"), GpuOffered(units=0))


def test_a_recorded_lease_is_read(node: Any, recorded: Any) -> None:
    page = recorded("lcd_leases_list.json")
    ids = page["leases"][0]["lease"]["id"]
    node.says(LEASES, page)
    reader = ChainReader(node.url, Address(ids["owner"]), timeout_seconds=5.0, loopback=True)
    (found,) = reader.leases(Dseq(int(ids["dseq"])))
    assert (found.state, found.uact_per_block, found.reason) == (LeaseState.ACTIVE, Decimal("4.826603"), "")


def test_a_lease_that_is_taken_back_says_by_when(node: Any, reader: ChainReader, owner: Address) -> None:
    reclamation = {"window": "3600s", "started_at": "1795161600", "deadline": "1795165200", "reason": "x"}
    taken = lease(owner, state="reclaiming", reason="lease_closed_reason_decommission", reclamation=reclamation)
    node.says(LEASES, {"leases": [taken], "pagination": {"next_key": ""}})
    (found,) = reader.leases(Dseq(7))
    assert (found.state, found.reason) == (LeaseState.RECLAIMING, "decommission")
    assert found.reclaim_at == datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "invalid"},
        {"price": {"denom": "uakt", "amount": "1.0"}},
        {"price": {"denom": "uact", "amount": "NaN"}},
        {"price": {"denom": "uact", "amount": "1e9"}},
        {"created_at": "-1"},
    ],
)
def test_a_lease_that_cannot_be_is_nonsense(
    node: Any, reader: ChainReader, owner: Address, changes: dict[str, Any]
) -> None:
    node.says(LEASES, {"leases": [lease(owner, **changes)], "pagination": {"next_key": None}})
    with pytest.raises(ProviderError) as caught:
        reader.leases(Dseq(7))
    assert caught.value.kind is Failure.NONSENSE


def test_a_provider_is_read_with_those_who_vouch_for_it(node: Any, reader: ChainReader) -> None:
    said = [{"key": "host", "value": "akash"}]
    row = {"owner": PROVIDER, "host_uri": "https://gpu.example:8443", "attributes": said, "info": {"email": ""}}
    node.says(f"/akash/provider/v1beta4/providers/{PROVIDER}", {"provider": row})
    audits = [{"owner": PROVIDER, "auditor": AUDITOR, "attributes": []}] * 2
    node.says(f"/akash/audit/v1/audit/attributes/{PROVIDER}/list", {"providers": audits, "pagination": None})
    facts = reader.seller(Address(PROVIDER))
    assert (facts.host_uri, facts.attributes) == ("https://gpu.example:8443", {"host": "akash"})
    assert facts.audited_by == (AUDITOR,)


def test_a_recorded_provider_is_read(node: Any, reader: ChainReader, recorded: Any) -> None:
    row = recorded("lcd_provider.json")
    address = row["provider"]["owner"]
    node.says(f"/akash/provider/v1beta4/providers/{address}", row)
    assert reader.seller(Address(address)).attributes == {"host": "akash"}


def test_what_is_told_of_another_provider_is_not_taken(node: Any, reader: ChainReader) -> None:
    row = {"owner": AUDITOR, "host_uri": "https://gpu.example:8443", "attributes": []}
    node.says(f"/akash/provider/v1beta4/providers/{PROVIDER}", {"provider": row})
    with pytest.raises(ProviderError, match="another provider"):
        reader.seller(Address(PROVIDER))


def test_a_provider_whom_nobody_audited_is_one_without_auditors(node: Any, reader: ChainReader) -> None:
    row = {"owner": PROVIDER, "host_uri": "https://gpu.example:8443", "attributes": None}
    node.says(f"/akash/provider/v1beta4/providers/{PROVIDER}", {"provider": row})
    assert reader.seller(Address(PROVIDER)).audited_by == ()


def test_only_valid_certificates_vouch_and_broken_ones_are_left_out(node: Any, reader: ChainReader) -> None:
    def row(state: str, text: str) -> dict[str, Any]:
        return {"certificate": {"state": state, "cert": base64.b64encode(text.encode()).decode()}, "serial": "1"}

    pem = "-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n"
    rows = [row("valid", pem), row("revoked", pem), row("valid", "no certificate")]
    node.says("/akash/cert/v1/certificates/list", {"certificates": rows, "pagination": {"next_key": None}})
    assert reader.certificates(Address(PROVIDER)) == [b"\x00\x01\x02"]
    assert f"filter.owner={PROVIDER}" in node.asked[0]


def test_the_least_deposit_is_the_chain_s_own_parameter(node: Any, reader: ChainReader) -> None:
    coins = [{"denom": "uakt", "amount": "9"}, {"denom": "uact", "amount": "500000"}]
    node.says("/akash/deployment/v1beta4/params", {"params": {"min_deposits": coins}})
    assert reader.min_deposit_uact() == 500_000


def test_a_chain_that_takes_no_deposit_of_ours_is_not_one_that_takes_none(node: Any, reader: ChainReader) -> None:
    node.says("/akash/deployment/v1beta4/params", {"params": {"min_deposits": [{"denom": "uakt", "amount": "9"}]}})
    with pytest.raises(ProviderError, match="no deposit in uact"):
        reader.min_deposit_uact()


def test_the_block_time_is_measured_over_a_thousand_blocks_and_only_once(node: Any, reader: ChainReader) -> None:
    # 1000 blocks in 5876 s, as the network made them in July 2026.
    node.says(f"{BLOCKS}/latest", block(27_653_334, "2026-07-10T11:29:33.500000123Z"))
    node.says(f"{BLOCKS}/27652334", block(27_652_334, "2026-07-10T09:51:37.500000123Z"))
    time = reader.block_time()
    assert (time.seconds, time.first_height, time.last_height) == (Decimal("5.876"), 27_652_334, 27_653_334)
    assert reader.block_time() is time
    assert node.count(f"{BLOCKS}/latest") == 1


def test_where_old_headers_are_pruned_a_shorter_span_is_measured(node: Any, reader: ChainReader) -> None:
    node.says(f"{BLOCKS}/latest", block(27_653_334, "2026-07-10T00:10:00Z"))
    pruned = {"code": 3, "message": "height 27652334 is not available, lowest height is 27653000", "details": []}
    node.says(f"{BLOCKS}/27652334", pruned, status=400)
    node.says(f"{BLOCKS}/27653234", block(27_653_234, "2026-07-10T00:00:00Z"))
    assert reader.block_time().seconds == 6


def test_a_young_chain_is_measured_from_its_first_block(node: Any, reader: ChainReader) -> None:
    node.says(f"{BLOCKS}/latest", block(21, "2026-07-10T00:00:10Z"))
    node.says(f"{BLOCKS}/1", block(1, "2026-07-10T00:00:00Z"))
    assert reader.block_time().seconds == Decimal("0.5")


def test_clocks_that_run_backwards_make_no_block_time(node: Any, reader: ChainReader) -> None:
    node.says(f"{BLOCKS}/latest", block(21, "2026-07-10T00:00:00Z"))
    node.says(f"{BLOCKS}/1", block(1, "2026-07-10T00:00:10Z"))
    with pytest.raises(ProviderError, match="a block takes"):
        reader.block_time()


def test_a_node_that_names_another_version_is_refused_before_anything_is_spent(node: Any, reader: ChainReader) -> None:
    modules = [{"module": "deployment", "version": "v1beta5"}, {"module": "market", "version": "v1beta5"}]
    info = {"chain_id": "akashnet-2", "node_version": "v3.0.0", "supported_versions": [{"modules": modules}]}
    node.says("/akash/discovery/v1/info", {"info": info})
    with pytest.raises(OtherVersionError, match=r"v3\.0\.0 serves deployment v1beta5 \(not v1beta4\)"):
        reader.check_versions()


def test_a_node_that_serves_ours_beside_others_is_taken(node: Any, reader: ChainReader) -> None:
    versions = [{"modules": [{"module": "deployment", "version": version}]} for version in ("v1beta3", "v1beta4")]
    node.says("/akash/discovery/v1/info", {"info": {"chain_id": "akashnet-2", "supported_versions": versions}})
    reader.check_versions()


@pytest.mark.parametrize("status", [404, 501])
def test_a_node_that_does_not_say_what_it_serves_is_asked_all_the_same(
    node: Any, reader: ChainReader, status: int
) -> None:
    node.says("/akash/discovery/v1/info", {"code": 12, "message": "Not Implemented"}, status=status)
    reader.check_versions()


def test_a_busy_node_is_asked_again(node: Any, reader: ChainReader) -> None:
    page = {"balances": [{"denom": "uact", "amount": "12"}, {"denom": "uakt", "amount": "5"}], "pagination": None}
    path = f"/cosmos/bank/v1beta1/balances/{reader.owner()}"
    node.each(path, (429, {"code": 8, "message": "slow down"}), (503, b"<html>"), (200, page))
    assert reader.balance_uact() == 12


def test_an_answer_that_is_too_long_is_not_read_to_its_end(node: Any, reader: ChainReader) -> None:
    node.says(BIDS, b"[" + b" " * (9 << 20))
    with pytest.raises(ProviderError, match="more than"):
        reader.bids(Dseq(7))


def test_text_of_the_node_is_shown_without_control_characters(node: Any, reader: ChainReader) -> None:
    node.says(BIDS, {"code": 3, "message": "\x1b[2Jgone\n" + "x" * 999}, status=400)
    with pytest.raises(ProviderError) as caught:
        reader.bids(Dseq(7))
    assert "\x1b" not in str(caught.value)
    assert len(caught.value.why) < 400


@pytest.mark.parametrize("endpoint", ["http://api.example", "https://10.0.0.1", "https://u:p@api.example"])
def test_an_endpoint_must_be_public_and_https(endpoint: str, owner: Address) -> None:
    with pytest.raises(UsageError):
        ChainReader(endpoint, owner, timeout_seconds=1.0, loopback=False)
