"""The chain's REST with a clock that a test moves, and a wallet that signs."""

import base64
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import coincurve
import msgspec
import pytest
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Response

from ampacity.sandbox.akash.app import Application
from ampacity.sandbox.akash.bech32 import address_of_key
from ampacity.sandbox.akash.market import Market
from ampacity.sandbox.akash.rows import Bid, Lease
from ampacity.sandbox.akash.settings import settings_from
from ampacity.sandbox.akash.spec import Attribute, Coin, Endpoint, GroupSpec, Resources, Storage, Unit
from ampacity.sandbox.akash.stock import load_stock
from ampacity.sandbox.akash.tx.admission import CHAIN_ID
from ampacity.sandbox.akash.tx.schema import message_class
from ampacity.sandbox.faults import Faults

DEPLOYMENTS = "/akash.deployment.v1beta4"
ATTO = 10**18
H100 = "vendor/nvidia/model/h100/ram/80Gi"


def group(ceiling: str = "1000", gpu: str = H100, gpus: int = 1, **change: Any) -> GroupSpec:
    """One machine for at most so many uact a block."""
    unit = Unit(
        resource=Resources(
            id=1,
            cpu=16_000,
            memory=64 << 30,
            storage=(Storage(name="default", quantity=100 << 30),),
            gpu=gpus,
            gpu_attributes=(Attribute(key=gpu, value="true"),) if gpu else (),
            endpoints=(Endpoint(kind="RANDOM_PORT"),),
        ),
        count=1,
        price=Coin(denom="uact", amount=Decimal(ceiling)),
    )
    return msgspec.structs.replace(GroupSpec(name="akash", resources=(unit,)), **change)


class Chain:
    """A stand-in of one test; `now` is the time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = 1_800_000_000.0
        self.faults = Faults(folder)
        self.reopen()

    def reopen(self, block_seconds: float = 1.0) -> None:
        """As another process would."""
        self.market = Market(
            self.folder, self.faults, load_stock(), block_seconds=block_seconds, clock=lambda: self.now
        )
        self._client = Client(Application(self.market, Response("console"), self.faults, settings_from({})))

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def get(self, path: str, **query: str) -> TestResponse:
        return self._client.get(path, query_string=query)

    def get_text(self, path: str, query: str) -> TestResponse:
        """With a query as it is, nothing escaped."""
        return self._client.get(path, query_string=query)

    def ask(self, path: str, **query: str) -> Any:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def post(self, path: str, **body: str) -> TestResponse:
        return self._client.post(path, json=body)

    def provider(self, name: str) -> str:
        (found,) = [bidder.address for bidder in load_stock().bidders if bidder.name == name]
        return found

    def bid_of(self, name: str) -> Bid:
        (found,) = [row for row in self.market.read().bids.values() if row.id.provider == self.provider(name)]
        return found


class Wallet:
    """An account with money and a key, its transactions made field by field."""

    def __init__(self, chain: Chain, seed: int = 7) -> None:
        self.chain = chain
        self.key = coincurve.PrivateKey.from_int(seed)
        self.address = address_of_key(self.key.public_key.format())
        chain.market.open_account(self.address, {"uact": 10_000_000, "uakt": 1_000_000})

    @property
    def balance(self) -> int:
        return self.chain.market.read().accounts[self.address].balances["uact"]

    def create(self, dseq: int = 7, deposit: int = 5_000_000, spec: GroupSpec | None = None) -> None:
        """Past the wire."""
        self.chain.market.create_deployment(
            owner=self.address,
            dseq=dseq,
            groups=[spec or group()],
            hash_=b"\x01" * 32,
            deposit_uact=Decimal(deposit),
        )

    def lease(self, name: str = "plain", dseq: int = 7, **change: Any) -> Lease:
        """Open a deployment, wait for bids, and take the one of that provider."""
        self.create(dseq, **change)
        self.chain.wait(25)
        return self.chain.market.create_lease(self.chain.bid_of(name).id)

    def message(self, kind: str, **fields: Any) -> Any:
        """An `Any` with a message of ours in it."""
        data = message_class(kind.rpartition(".")[2])(**fields).SerializeToString()
        return message_class("Any")(type_url=kind, value=data)

    def create_message(self, dseq: int = 7, **change: Any) -> Any:
        """A deployment with one H100 for at most 1000 uact a block, as it travels."""
        value = {"val": b"16000"}
        resource = {
            "id": 1,
            "cpu": {"units": value},
            "memory": {"quantity": {"val": b"68719476736"}},
            "storage": [{"name": "default", "quantity": {"val": b"107374182400"}}],
            "gpu": {"units": {"val": b"1"}, "attributes": [{"key": "vendor/nvidia/model/h100", "value": "true"}]},
            "endpoints": [{"kind": 1}],
        }
        unit = {"resource": resource, "count": 1, "price": {"denom": "uact", "amount": str(1000 * ATTO)}}
        fields = {
            "id": {"owner": self.address, "dseq": dseq},
            "groups": [{"name": "akash", "resources": [unit]}],
            "hash": b"\x02" * 32,
            "deposit": {"amount": {"denom": "uact", "amount": "2000000"}, "sources": [1]},
        }
        return self.message(f"{DEPLOYMENTS}.MsgCreateDeployment", **(fields | change))

    def close_message(self, dseq: int = 7) -> Any:
        return self.message(f"{DEPLOYMENTS}.MsgCloseDeployment", id={"owner": self.address, "dseq": dseq})

    def raw(
        self,
        *messages: Any,
        sequence: int | None = None,
        gas: int = 400_000,
        fee: int = 10_000,
        chain_id: str = CHAIN_ID,
        timeout_height: int = 0,
        spoil: Callable[[bytes], bytes] = lambda signature: signature,
    ) -> bytes:
        """A signed transaction."""
        account = self.chain.market.read().accounts[self.address]
        body = _bytes("TxBody", messages=list(messages), timeout_height=timeout_height)
        mine = _bytes("PubKey", key=self.key.public_key.format())
        key = {"type_url": "/cosmos.crypto.secp256k1.PubKey", "value": mine}
        number = account.sequence if sequence is None else sequence
        info = {"public_key": key, "mode_info": {"single": {"mode": 1}}, "sequence": number}
        paid = {"amount": [{"denom": "uakt", "amount": str(fee)}], "gas_limit": gas}
        auth = _bytes("AuthInfo", signer_infos=[info], fee=paid)
        document = _bytes(
            "SignDoc", body_bytes=body, auth_info_bytes=auth, chain_id=chain_id, account_number=account.number
        )
        signature = spoil(self.key.sign_recoverable(document)[:64])
        return _bytes("TxRaw", body_bytes=body, auth_info_bytes=auth, signatures=[signature])

    def broadcast(self, raw: bytes) -> dict[str, Any]:
        """What the node says at once."""
        answer = self.chain.post(
            "/cosmos/tx/v1beta1/txs", tx_bytes=base64.b64encode(raw).decode(), mode="BROADCAST_MODE_SYNC"
        )
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return dict(answer.get_json()["tx_response"])

    def send(self, *messages: Any, **terms: Any) -> dict[str, Any]:
        """Broadcast, wait for the next block, and say what became of it."""
        said = self.broadcast(self.raw(*messages, **terms))
        if said["code"]:
            return said
        self.chain.wait(1)
        return dict(self.chain.ask(f"/cosmos/tx/v1beta1/txs/{said['txhash']}")["tx_response"])


def _bytes(name: str, **fields: Any) -> bytes:
    return bytes(message_class(name)(**fields).SerializeToString(deterministic=True))


@pytest.fixture
def recorded(vector: Callable[..., Path]) -> Callable[[str], Any]:
    """An answer as it was recorded on the network."""
    return lambda name: json.loads(vector("akash", name).read_text(encoding="utf-8"))


@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    return Chain(tmp_path)


@pytest.fixture
def wallet(chain: Chain) -> Wallet:
    return Wallet(chain)


@pytest.fixture
def make_group() -> Callable[..., GroupSpec]:
    return group


@pytest.fixture
def make_wallet(chain: Chain) -> Callable[[int], Wallet]:
    return lambda seed: Wallet(chain, seed)
