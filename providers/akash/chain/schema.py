"""The protobuf messages that are sent: only their numbers matter on the wire, so they are written as a table.

They live in a descriptor pool of their own, under a package of ours: nothing clashes with another
library that knows the same messages. Numbers are those of chain-sdk `proto/node/akash` (2026-07-02)
and of cosmos-sdk `cosmos/tx/v1beta1/tx.proto`; enums are plain numbers.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from google.protobuf.descriptor_pb2 import DescriptorProto
    from google.protobuf.message import Message

PACKAGE = "ampacity.akash"

MESSAGES: dict[str, tuple[str, ...]] = {
    # cosmos
    "Any": ("1 string type_url", "2 bytes value"),
    "Coin": ("1 string denom", "2 string amount"),
    "PubKey": ("1 bytes key",),
    "ModeInfoSingle": ("1 int32 mode",),
    "ModeInfo": ("1 ModeInfoSingle single",),
    "SignerInfo": ("1 Any public_key", "2 ModeInfo mode_info", "3 uint64 sequence"),
    "Fee": ("1 repeated Coin amount", "2 uint64 gas_limit"),
    "AuthInfo": ("1 repeated SignerInfo signer_infos", "2 Fee fee"),
    "TxBody": ("1 repeated Any messages", "2 string memo", "3 uint64 timeout_height"),
    "SignDoc": ("1 bytes body_bytes", "2 bytes auth_info_bytes", "3 string chain_id", "4 uint64 account_number"),
    "TxRaw": ("1 bytes body_bytes", "2 bytes auth_info_bytes", "3 repeated bytes signatures"),
    # what is ordered
    "Attribute": ("1 string key", "2 string value"),
    "SignedBy": ("1 repeated string all_of", "2 repeated string any_of"),
    "PlacementRequirements": ("1 SignedBy signed_by", "2 repeated Attribute attributes"),
    "ResourceValue": ("1 bytes val",),
    "CPU": ("1 ResourceValue units", "2 repeated Attribute attributes"),
    "Memory": ("1 ResourceValue quantity", "2 repeated Attribute attributes"),
    "Storage": ("1 string name", "2 ResourceValue quantity", "3 repeated Attribute attributes"),
    "GPU": ("1 ResourceValue units", "2 repeated Attribute attributes"),
    "Endpoint": ("1 int32 kind", "2 uint32 sequence_number"),
    "Resources": (
        "1 uint32 id",
        "2 CPU cpu",
        "3 Memory memory",
        "4 repeated Storage storage",
        "5 GPU gpu",
        "6 repeated Endpoint endpoints",
    ),
    "ResourceUnit": ("1 Resources resource", "2 uint32 count", "3 Coin price"),
    "GroupSpec": ("1 string name", "2 PlacementRequirements requirements", "3 repeated ResourceUnit resources"),
    # what is done
    "Deposit": ("1 Coin amount", "5 repeated int32 sources"),
    "DeploymentID": ("1 string owner", "2 uint64 dseq"),
    "BidID": (
        "1 string owner",
        "2 uint64 dseq",
        "3 uint32 gseq",
        "4 uint32 oseq",
        "5 string provider",
        "6 uint32 bseq",
    ),
    "EscrowAccount": ("1 int32 scope", "2 string xid"),
    "MsgCreateDeployment": ("1 DeploymentID id", "2 repeated GroupSpec groups", "3 bytes hash", "4 Deposit deposit"),
    "MsgCloseDeployment": ("1 DeploymentID id",),
    "MsgCreateLease": ("1 BidID bid_id",),
    "MsgAccountDeposit": ("1 string signer", "2 EscrowAccount id", "3 Deposit deposit"),
}
"""Fields as `number [repeated] type name`."""


def encode(name: str, fields: dict[str, Any]) -> bytes:
    """The message `name` of plain data, in the one byte form that the chain takes of a transaction (ADR 27)."""
    return classes()[name](**fields).SerializeToString(deterministic=True)


@cache
def classes() -> "dict[str, type[Message]]":
    """A class for each message, made once, in a pool that nobody else sees."""
    from google.protobuf.descriptor_pb2 import FileDescriptorProto
    from google.protobuf.descriptor_pool import DescriptorPool
    from google.protobuf.message_factory import GetMessageClass

    file = FileDescriptorProto(name="ampacity/akash.proto", package=PACKAGE, syntax="proto3")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field in fields:
            _add(message, field)
    pool = DescriptorPool()
    pool.Add(file)
    return {name: GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{name}")) for name in MESSAGES}


def _add(message: "DescriptorProto", field: str) -> None:
    from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Field

    number, *repeated, kind, name = field.split()
    label = Field.LABEL_REPEATED if repeated else Field.LABEL_OPTIONAL
    added = message.field.add(name=name, number=int(number), label=label)
    if kind in MESSAGES:
        added.type, added.type_name = Field.TYPE_MESSAGE, f".{PACKAGE}.{kind}"
    else:
        added.type = Field.Type.Value(f"TYPE_{kind.upper()}")
    if repeated and kind == "int32":
        added.options.packed = False  # both forms are legal; this is the network's own SDK's
