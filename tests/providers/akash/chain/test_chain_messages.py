"""The bytes that are signed are those that the network's own SDK makes of the same values.

Made by npm `@akashnetwork/chain-sdk` 1.0.0-alpha.25 and its `@cosmjs/proto-signing` on 2026-11-21;
`oracle.cjs` beside this file makes them anew. The inputs are ours.
"""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from google.protobuf import descriptor_pool

from ampacity.providers.akash.chain import messages
from ampacity.providers.akash.chain.keys import signer_of_words
from ampacity.providers.akash.chain.schema import MESSAGES, PACKAGE, classes
from ampacity.providers.akash.chain.transactions import Terms, signed, tx_hash, unsigned
from ampacity.providers.akash.sdl.compiled import Attribute, Compiled, Endpoint, Group, Storage, Unit
from ampacity.providers.akash.values import Address, Dseq, LeaseId

OWNER = Address("akash19rl4cm2hmr8afy4kldpxz3fka4jguq0a3mq6x0")
PROVIDER = Address("akash13va9yxc8a7wlc882g72uj4g2fscj93hdk0uycp")
DSEQ = Dseq((1 << 52) - 1)
WORDS = "abandon " * 11 + "about"

CREATE = bytes.fromhex(
    "0a370a2c616b6173683139726c34636d32686d7238616679346b6c6470787a33666b61346a6775713061336d7136783010ffffff"
    "ffffffff071290020a0d616d7061636974792d74657374123f0a2e122c616b6173683133766139797863386137776c6338383267"
    "3732756a3467326673636a393368646b3075796370120d0a04686f73741205616b6173681abd010a9801080112090a070a053136"
    "3030301a0f0a0d0a0b3638373139343736373336222e0a0764656661756c74120e0a0c3130373337343138323430301a130a0a70"
    "657273697374656e74120566616c73652a3e0a030a013212370a2f76656e646f722f6e76696469612f6d6f64656c2f683130302f"
    "72616d2f383047692f696e746572666163652f73786d1204747275653202080132040802100710011a1e0a047561637412163432"
    "36383530303030303030303030303030303030301a20000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d"
    "1e1f22130a0f0a04756163741207353030303030302801"
)
CLOSE = bytes.fromhex(
    "0a370a2c616b6173683139726c34636d32686d7238616679346b6c6470787a33666b61346a6775713061336d7136783010ffffffffffffff07"
)
LEASE = bytes.fromhex(
    "0a6b0a2c616b6173683139726c34636d32686d7238616679346b6c6470787a33666b61346a6775713061336d7136783010ffffff"
    "ffffffff07180120022a2c616b6173683133766139797863386137776c63383832673732756a3467326673636a393368646b3075"
    "7963703003"
)
DEPOSIT = bytes.fromhex(
    "0a2c616b6173683139726c34636d32686d7238616679346b6c6470787a33666b61346a6775713061336d7136783012410801123d"
    "616b6173683139726c34636d32686d7238616679346b6c6470787a33666b61346a6775713061336d713678302f34353033353939"
    "3632373337303439351a140a100a0475616374120833313338303030302801"
)
SIGNED = bytes.fromhex(
    "0a700a690a2c2f616b6173682e6465706c6f796d656e742e763162657461342e4d7367436c6f73654465706c6f796d656e741239"
    "0a370a2c616b6173683139726c34636d32686d7238616679346b6c6470787a33666b61346a6775713061336d7136783010ffffff"
    "ffffffff0718fde1970d12660a500a460a1f2f636f736d6f732e63727970746f2e736563703235366b312e5075624b657912230a"
    "21024f4e2ad99c34d60b9ba6283c9431a8418af8673212961f97a77b6377fcd05b6212040a020801180512120a0c0a0475616b74"
    "12043332353010d0f7071a40b461abe5d7f66cec7f5ae45b0cd3e99689f7937ad09104d822de6d1cc02e5bd01bc9c749aca98487"
    "cfa5f37405a64fef13f8f956346f6f1ed8ad3ab6c0742de8"
)


UNIT = Unit(
    id=1,
    cpu_milli=16_000,
    memory_bytes=64 << 30,
    storage=(Storage(name="default", size_bytes=100 << 30, attributes=(Attribute(key="persistent", value="false"),)),),
    gpu_units=2,
    gpu_attributes=(Attribute(key="vendor/nvidia/model/h100/ram/80Gi/interface/sxm", value="true"),),
    endpoints=(Endpoint(kind="RANDOM_PORT"), Endpoint(kind="LEASED_IP", sequence_number=7)),
    count=1,
    denom="uact",
    price_per_block=Decimal("4268.5"),
)
COMPILED = Compiled(
    sdl="",
    groups=(
        Group(
            name="ampacity-test",
            attributes=(Attribute(key="host", value="akash"),),
            signed_by_all=(),
            signed_by_any=(PROVIDER,),
            units=(UNIT,),
        ),
    ),
    manifest=b"",
    manifest_hash=bytes(range(32)),
)
TERMS = Terms(
    chain_id="akashnet-2",
    account_number=42,
    sequence=5,
    timeout_height=27_652_349,
    gas_limit=130_000,
    fee_uakt=3_250,
)


def decode(name: str, data: bytes) -> Any:
    return classes()[name].FromString(data)


def test_a_deployment_is_opened_with_the_sdk_s_bytes() -> None:
    message = messages.create_deployment(OWNER, DSEQ, COMPILED, Decimal(5_000_000))
    assert message.type_url == "/akash.deployment.v1beta4.MsgCreateDeployment"
    assert message.data == CREATE


def test_a_deployment_is_closed_with_the_sdk_s_bytes() -> None:
    message = messages.close_deployment(OWNER, DSEQ)
    assert message.type_url == "/akash.deployment.v1beta4.MsgCloseDeployment"
    assert message.data == CLOSE


def test_a_bid_is_taken_with_the_sdk_s_bytes() -> None:
    bid = LeaseId(owner=OWNER, dseq=DSEQ, provider=PROVIDER, gseq=1, oseq=2, bseq=3)
    message = messages.create_lease(bid)
    assert message.type_url == "/akash.market.v1beta5.MsgCreateLease"
    assert message.data == LEASE


def test_a_deposit_is_added_with_the_sdk_s_bytes() -> None:
    message = messages.account_deposit(OWNER, DSEQ, Decimal(31_380_000))
    assert message.type_url == "/akash.escrow.v1.MsgAccountDeposit"
    assert message.data == DEPOSIT


def test_a_signed_transaction_is_byte_for_byte_that_of_cosmjs() -> None:
    raw = signed(messages.close_deployment(OWNER, DSEQ), TERMS, signer_of_words(WORDS))
    assert raw == SIGNED


def test_a_simulation_is_the_same_transaction_with_an_empty_signature() -> None:
    signer = signer_of_words(WORDS)
    message = messages.close_deployment(OWNER, DSEQ)
    real = decode("TxRaw", signed(message, TERMS, signer))
    draft = decode("TxRaw", unsigned(message, TERMS, signer.public_key))
    real.ClearField("signatures")
    assert list(draft.signatures) == [b""]
    draft.ClearField("signatures")
    assert draft == real


def test_a_transaction_is_known_by_its_hash_before_it_is_sent() -> None:
    # sha256 of nothing, as upper-case hex.
    assert tx_hash(b"") == "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"


@pytest.mark.parametrize(
    ("uact", "whole"), [("5000000", "5000000"), ("5000000.000001", "5000001"), ("0.1", "1"), ("1E+7", "10000000")]
)
def test_a_deposit_is_rounded_up_to_whole_uact(uact: str, whole: str) -> None:
    message = decode("MsgAccountDeposit", messages.account_deposit(OWNER, DSEQ, Decimal(uact)).data)
    assert message.deposit.amount.amount == whole


@pytest.mark.parametrize(
    ("price", "wire"),
    [
        ("5000", "5000000000000000000000"),
        ("4.826603", "4826603000000000000"),
        ("1E+3", "1000000000000000000000"),
        ("0.0000000000000000019", "1"),
    ],
)
def test_a_price_is_a_whole_number_of_the_eighteenth_place_and_never_rises(price: str, wire: str) -> None:
    unit = msgspec.structs.replace(UNIT, price_per_block=Decimal(price))
    group = msgspec.structs.replace(COMPILED.groups[0], units=(unit,))
    compiled = msgspec.structs.replace(COMPILED, groups=(group,))
    message = decode("MsgCreateDeployment", messages.create_deployment(OWNER, DSEQ, compiled, Decimal(1)).data)
    assert message.groups[0].resources[0].price.amount == wire


def test_a_unit_without_a_gpu_says_none_in_words() -> None:
    unit = msgspec.structs.replace(UNIT, gpu_units=0, gpu_attributes=())
    group = msgspec.structs.replace(COMPILED.groups[0], units=(unit,))
    compiled = msgspec.structs.replace(COMPILED, groups=(group,))
    message = decode("MsgCreateDeployment", messages.create_deployment(OWNER, DSEQ, compiled, Decimal(1)).data)
    assert message.groups[0].resources[0].resource.gpu.units.val == b"0"


def test_no_other_library_s_messages_are_touched() -> None:
    for name in MESSAGES:
        with pytest.raises(KeyError):
            descriptor_pool.Default().FindMessageTypeByName(f"{PACKAGE}.{name}")
