"""The messages that are understood, in a descriptor pool of their own.

Field numbers from chain-sdk proto/node/akash at 55f1c683 (2026-07-02) and cosmos-sdk
proto/cosmos/{tx,crypto,base}. A message is a line, a field is `name=number:type`, `*` marks a repeated
one, enums are read as plain numbers.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from google.protobuf.descriptor_pb2 import FieldDescriptorProto
    from google.protobuf.message import Message

PACKAGE = "ampacity_sandbox"

MESSAGES = """
Any type_url=1:string value=2:bytes
TxRaw body_bytes=1:bytes auth_info_bytes=2:bytes signatures=3:*bytes
TxBody messages=1:*Any memo=2:string timeout_height=3:uint64
AuthInfo signer_infos=1:*SignerInfo fee=2:Fee
SignerInfo public_key=1:Any mode_info=2:ModeInfo sequence=3:uint64
ModeInfo single=1:Single
Single mode=1:int32
Fee amount=1:*Coin gas_limit=2:uint64 payer=3:string granter=4:string
PubKey key=1:bytes
SignDoc body_bytes=1:bytes auth_info_bytes=2:bytes chain_id=3:string account_number=4:uint64
Coin denom=1:string amount=2:string
Duration seconds=1:int64 nanos=2:int32
Deposit amount=1:Coin sources=5:*int32
DeploymentID owner=1:string dseq=2:uint64
BidID owner=1:string dseq=2:uint64 gseq=3:uint32 oseq=4:uint32 provider=5:string bseq=6:uint32
AccountID scope=1:int32 xid=2:string
Attribute key=1:string value=2:string
SignedBy all_of=1:*string any_of=2:*string
Requirements signed_by=1:SignedBy attributes=2:*Attribute
Value val=1:bytes
Units units=1:Value attributes=2:*Attribute
Memory quantity=1:Value attributes=2:*Attribute
Storage name=1:string quantity=2:Value attributes=3:*Attribute
Endpoint kind=1:int32 sequence_number=2:uint32
Resources id=1:uint32 cpu=2:Units memory=3:Memory storage=4:*Storage gpu=5:Units endpoints=6:*Endpoint
Unit resource=1:Resources count=2:uint32 price=3:Coin
GroupSpec name=1:string requirements=2:Requirements resources=3:*Unit
Reclamation min_window=1:Duration
MsgCreateDeployment id=1:DeploymentID groups=2:*GroupSpec hash=3:bytes deposit=4:Deposit reclamation=5:Reclamation
MsgUpdateDeployment id=1:DeploymentID hash=3:bytes
MsgCloseDeployment id=1:DeploymentID
MsgAccountDeposit signer=1:string id=2:AccountID deposit=3:Deposit
MsgCreateLease bid_id=1:BidID
MsgCloseLease id=1:BidID reason=2:int32
"""


def message_class(name: str) -> "type[Message]":
    """The class of a message of ours."""
    return _classes()[f"{PACKAGE}.{name}"]


@cache
def _classes() -> "dict[str, type[Message]]":
    from google.protobuf.descriptor_pool import DescriptorPool
    from google.protobuf.message_factory import GetMessageClassesForFiles

    pool = DescriptorPool()
    pool.AddSerializedFile(_file_descriptor())
    return GetMessageClassesForFiles([f"{PACKAGE}.proto"], pool)


def _file_descriptor() -> bytes:
    from google.protobuf.descriptor_pb2 import FileDescriptorProto

    file = FileDescriptorProto(name=f"{PACKAGE}.proto", package=PACKAGE, syntax="proto3")
    for line in MESSAGES.split("\n"):
        name, *fields = line.split() or [""]
        if name:
            file.message_type.add(name=name, field=[_field(text) for text in fields])
    return file.SerializeToString()


def _field(text: str) -> "FieldDescriptorProto":
    from google.protobuf.descriptor_pb2 import FieldDescriptorProto

    name, _, rest = text.partition("=")
    number, _, kind = rest.partition(":")
    repeated, kind = kind.startswith("*"), kind.removeprefix("*")
    field = FieldDescriptorProto(name=name, number=int(number))
    field.label = FieldDescriptorProto.LABEL_REPEATED if repeated else FieldDescriptorProto.LABEL_OPTIONAL
    scalar = f"TYPE_{kind.upper()}"
    if scalar in FieldDescriptorProto.Type.keys():  # noqa: SIM118 - an enum's wrapper, not a mapping
        field.type = FieldDescriptorProto.Type.Value(scalar)
    else:
        field.type, field.type_name = FieldDescriptorProto.TYPE_MESSAGE, f".{PACKAGE}.{kind}"
    return field
