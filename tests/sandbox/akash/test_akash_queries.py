"""The chain's queries: shapes as they were recorded, pages, filters, and the words for what is not there."""

import base64
from typing import Any

import pytest

MARKET = "/akash/market/v1beta5"
DEPLOYMENT = "/akash/deployment/v1beta4"


def shape(value: Any) -> Any:
    """The fields and kinds of a value; every row of a list has its first one's."""
    if isinstance(value, dict):
        return {key: shape(below) for key, below in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def alike(ours: Any, theirs: Any) -> None:
    """The same fields of the same kinds; where one side's list is empty or its value null, nothing is known."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        assert ours.keys() == theirs.keys()
        for key in theirs:
            alike(ours[key], theirs[key])
    elif isinstance(theirs, list) and isinstance(ours, list):
        if ours and theirs:
            alike(ours[0], theirs[0])
    elif "NoneType" not in {ours, theirs} and not isinstance(ours, dict | list):
        assert ours == theirs


def test_a_bid_has_the_recorded_fields(chain: Any, wallet: Any, recorded: Any) -> None:
    wallet.create()
    chain.wait(5)
    query = {"filters.owner": wallet.address, "filters.provider": chain.provider("plain")}
    ours = chain.ask(f"{MARKET}/bids/list", **query)
    alike(shape(ours), shape(recorded("lcd_bids_list.json")))
    assert ours["bids"][0]["bid"]["price"]["amount"].partition(".")[2] == "388889000000000000"  # 2.615 USD/h in 1 s


def test_a_lease_has_the_recorded_fields(chain: Any, wallet: Any, recorded: Any) -> None:
    wallet.lease()
    ours = chain.ask(f"{MARKET}/leases/list", **{"filters.owner": wallet.address})
    theirs = recorded("lcd_leases_list.json")
    alike(shape(ours), shape(theirs))
    assert ours["leases"][0]["lease"]["reason"] == theirs["leases"][0]["lease"]["reason"]


def test_a_provider_has_the_recorded_fields(chain: Any, recorded: Any) -> None:
    ours = chain.ask(f"/akash/provider/v1beta4/providers/{chain.provider('plain')}")
    alike(shape(ours), shape(recorded("lcd_provider.json")))


def test_what_is_not_there_and_what_is_not_spoken_are_answered_as_recorded(
    chain: Any, wallet: Any, recorded: Any
) -> None:
    theirs = recorded("lcd_errors.json")
    query = {"id.owner": wallet.address, "id.dseq": "1"}
    missing = chain.get(f"{DEPLOYMENT}/deployments/info", **query)
    other = chain.get("/akash/deployment/v1beta3/deployments/info", **query)
    told = [{"http_status": row.status_code, "body": row.get_json()} for row in (missing, other)]
    assert told == [theirs["missing_deployment"], theirs["wrong_module_version"]]


def test_a_deployment_shows_what_it_asked_for_and_what_it_holds(chain: Any, wallet: Any) -> None:
    wallet.create(dseq=11)
    row = chain.ask(f"{DEPLOYMENT}/deployments/info", **{"id.owner": wallet.address, "id.dseq": "11"})
    assert row["deployment"]["id"] == {"owner": wallet.address, "dseq": "11"}
    assert base64.b64decode(row["deployment"]["hash"]) == b"\x01" * 32
    spec = row["groups"][0]["group_spec"]
    assert spec["resources"][0]["price"] == {"denom": "uact", "amount": "1000.000000000000000000"}
    assert spec["resources"][0]["resource"]["memory"]["quantity"] == {"val": "68719476736"}
    state = row["escrow_account"]["state"]
    assert state["funds"] == [{"denom": "uact", "amount": "5000000.000000000000000000"}]
    assert state["deposits"][0]["owner"] == wallet.address


def test_pages_are_followed_by_key_and_each_row_comes_once(chain: Any, wallet: Any) -> None:
    for dseq in (12, 5, 100, 7, 9):
        wallet.create(dseq=dseq, deposit=500_000)
    seen, key = [], ""
    for _ in range(5):
        query = {"filters.owner": wallet.address, "pagination.limit": "2", "pagination.key": key}
        page = chain.ask(f"{DEPLOYMENT}/deployments/list", **query)
        seen.append([row["deployment"]["id"]["dseq"] for row in page["deployments"]])
        assert page["pagination"]["total"] == str(len(page["deployments"]))
        key = page["pagination"]["next_key"]
        if key is None:
            break
    assert seen == [["5", "7"], ["9", "12"], ["100"]]  # as numbers, not as text


def test_a_key_that_was_not_escaped_is_refused(chain: Any, wallet: Any) -> None:
    for dseq in (1, 2):
        wallet.create(dseq=dseq, deposit=500_000)
    page = chain.ask(f"{DEPLOYMENT}/deployments/list", **{"pagination.limit": "1"})
    key = page["pagination"]["next_key"]
    assert "+" in key
    answer = chain.get_text(f"{DEPLOYMENT}/deployments/list", f"pagination.key={key}")
    assert (answer.status_code, answer.get_json()["code"]) == (400, 3)


def test_an_offset_needs_a_state(chain: Any, wallet: Any) -> None:
    wallet.create(dseq=1)
    path = f"{DEPLOYMENT}/deployments/list"
    assert chain.get(path, **{"pagination.offset": "1"}).status_code == 400
    page = chain.ask(path, **{"pagination.offset": "1", "filters.state": "active"})
    assert page["deployments"] == []


def test_filters_leave_out_what_was_not_asked_for(chain: Any, wallet: Any, make_wallet: Any) -> None:
    other = make_wallet(8)
    wallet.create(dseq=1)
    other.create(dseq=1)
    wallet.create(dseq=2)
    chain.market.close_deployment(wallet.address, 2)

    def dseqs(**query: str) -> list[tuple[str, str]]:
        rows = chain.ask(f"{DEPLOYMENT}/deployments/list", **query)["deployments"]
        return [(row["deployment"]["id"]["owner"], row["deployment"]["id"]["dseq"]) for row in rows]

    mine = {"filters.owner": wallet.address}
    assert dseqs(**mine) == [(wallet.address, "1"), (wallet.address, "2")]
    assert dseqs(**mine, **{"filters.state": "active"}) == [(wallet.address, "1")]
    assert dseqs(**{"filters.dseq": "1"}) == sorted([(wallet.address, "1"), (other.address, "1")])
    assert chain.get(f"{DEPLOYMENT}/deployments/list", **{"filters.state": "open"}).status_code == 400


def test_headers_are_one_beat_apart_so_that_the_block_time_can_be_measured(chain: Any) -> None:
    chain.wait(50)
    latest = chain.ask("/cosmos/base/tendermint/v1beta1/blocks/latest")["block"]["header"]
    earlier = chain.ask(f"/cosmos/base/tendermint/v1beta1/blocks/{int(latest['height']) - 1000}")["block"]["header"]
    assert latest["height"] == "27761602"  # fifty past the first
    assert (latest["time"], earlier["time"]) == ("2027-01-15T08:00:50.000000000Z", "2027-01-15T07:44:10.000000000Z")
    ahead = chain.get(f"/cosmos/base/tendermint/v1beta1/blocks/{int(latest['height']) + 1}")
    assert (ahead.status_code, ahead.get_json()["code"]) == (400, 3)


def test_the_node_names_its_modules_and_its_chain(chain: Any) -> None:
    info = chain.ask("/akash/discovery/v1/info")["info"]
    assert info["chain_id"] == "ampacity-sandbox-1"
    versions = {row["module"]: row["version"] for row in info["supported_versions"][0]["modules"]}
    assert (versions["deployment"], versions["market"], versions["provider"]) == ("v1beta4", "v1beta5", "v1beta4")


def test_an_account_has_a_key_only_once_it_has_signed(chain: Any, wallet: Any) -> None:
    path = f"/cosmos/auth/v1beta1/accounts/{wallet.address}"
    before = chain.ask(path)["account"]
    assert (before["pub_key"], before["sequence"]) == (None, "0")
    wallet.create()
    assert wallet.send(wallet.close_message())["code"] == 0
    after = chain.ask(path)["account"]
    assert base64.b64decode(after["pub_key"]["key"]) == wallet.key.public_key.format()
    assert after["sequence"] == "1"


def test_an_account_that_nobody_opened_is_not_found_and_has_nothing(chain: Any) -> None:
    nobody = "akash1365yvmc4s7awdyj3n2sav7xfx76adc6dnmlx63"
    assert chain.get(f"/cosmos/auth/v1beta1/accounts/{nobody}").status_code == 404
    assert chain.ask(f"/cosmos/bank/v1beta1/balances/{nobody}")["balances"] == []
    assert chain.get("/cosmos/bank/v1beta1/balances/akash1nonsense").status_code == 400


def test_a_provider_that_nobody_audited_is_not_found_among_the_audits(chain: Any) -> None:
    path = "/akash/audit/v1/audit/attributes"
    assert chain.get(f"{path}/{chain.provider('liar')}/list").status_code == 404
    rows = chain.ask(f"{path}/{chain.provider('plain')}/list")["providers"]
    assert [row["auditor"] for row in rows] == ["akash1365yvmc4s7awdyj3n2sav7xfx76adc6dnmlx63"]
    assert {"key": "host", "value": "akash"} in rows[0]["attributes"]


def test_the_least_deposit_is_told_for_both_denominations(chain: Any) -> None:
    coins = chain.ask(f"{DEPLOYMENT}/params")["params"]["min_deposits"]
    assert coins == [{"denom": "uact", "amount": "500000"}, {"denom": "uakt", "amount": "500000"}]


def test_one_row_is_found_by_all_of_its_id_and_money_by_its_account(chain: Any, wallet: Any) -> None:
    lease = wallet.lease()
    whole = {f"id.{name}": str(getattr(lease.id, name)) for name in ("owner", "dseq", "gseq", "oseq", "provider")}
    assert chain.ask(f"{DEPLOYMENT}/groups/info", **whole)["group"]["state"] == "open"
    assert chain.ask(f"{MARKET}/orders/info", **whole)["order"]["state"] == "active"
    assert chain.ask(f"{MARKET}/bids/info", **whole)["bid"]["state"] == "active"
    assert chain.ask(f"{MARKET}/leases/info", **whole)["lease"]["state"] == "active"
    (order,) = chain.ask(f"{MARKET}/orders/list", **{"filters.owner": wallet.address})["orders"]
    assert order["spec"]["name"] == "akash"
    xid = f"deployment/{wallet.address}/7"
    (account,) = chain.ask("/akash/escrow/v1/types/accounts", xid=xid, state="open")["accounts"]
    assert account["id"] == {"scope": "deployment", "xid": f"{wallet.address}/7"}
    (payment,) = chain.ask("/akash/escrow/v1/types/payments", xid=xid)["payments"]
    assert payment["id"]["xid"] == f"1/1/{lease.id.provider}"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (f"{DEPLOYMENT}/groups/info", "codespace deployment code 14: Group not found"),
        (f"{MARKET}/orders/info", "codespace market code 15: invalid order: order not found"),
        (f"{MARKET}/bids/info", "codespace market code 18: invalid bid: bid not found"),
        (f"{MARKET}/leases/info", "codespace market code 20: invalid lease: lease not found"),
    ],
)
def test_each_module_says_in_its_own_words_what_it_has_not(chain: Any, wallet: Any, path: str, told: str) -> None:
    answer = chain.get(path, **{"id.owner": wallet.address, "id.dseq": "1", "id.gseq": "1", "id.oseq": "1"})
    assert (answer.status_code, answer.get_json()["message"]) == (404, told)


def test_the_market_tells_its_limits(chain: Any) -> None:
    params = chain.ask(f"{MARKET}/params")["params"]
    assert (params["order_max_bids"], params["min_reclamation_window"]) == (20, "3600s")
