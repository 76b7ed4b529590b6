"""The node's answers as types: only what is used, checked for range. Unknown keys are let through.

Names are those of the protobuf messages (node v2.1: deployment v1beta4, market v1beta5, provider
v1beta4, cert v1, audit v1, escrow v1). Whole numbers of 64 bits come as text.
"""

from datetime import datetime
from typing import Annotated

import msgspec

Text = Annotated[str, msgspec.Meta(max_length=512)]
Uri = Annotated[str, msgspec.Meta(max_length=2048)]
Blob = Annotated[str, msgspec.Meta(max_length=65_536)]
"""Base64."""
Amount = Annotated[str, msgspec.Meta(pattern=r"^-?[0-9]{1,40}(\.[0-9]{1,18})?\Z", max_length=64)]
Whole = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
Small = Annotated[int, msgspec.Meta(ge=0, le=(1 << 32) - 1)]


class Paging(msgspec.Struct, frozen=True):
    """`next_key` is base64, or null on the last page."""

    next_key: Annotated[str, msgspec.Meta(max_length=4096)] | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Every list has this."""

    pagination: Paging | None = None


class Coin(msgspec.Struct, frozen=True):
    """An amount: whole at the bank, with 18 places in prices and escrow."""

    denom: Text
    amount: Amount


class Attribute(msgspec.Struct, frozen=True):
    """A key and its value."""

    key: Text
    value: Text = ""


class Header(msgspec.Struct, frozen=True):
    """What a block says of itself."""

    chain_id: Text
    height: Whole
    time: datetime


class Block(msgspec.Struct, frozen=True):
    """A block without what is in it."""

    header: Header


class BlockAnswer(msgspec.Struct, frozen=True):
    """`/cosmos/base/tendermint/v1beta1/blocks/…`."""

    block: Block


class DeploymentId(msgspec.Struct, frozen=True):
    """Owner and number."""

    owner: Text
    dseq: Whole


class DeploymentRow(msgspec.Struct, frozen=True):
    """`state` is `active` or `closed`."""

    id: DeploymentId
    state: Text
    hash: Blob
    created_at: Whole


class GroupSpec(msgspec.Struct, frozen=True):
    """Only its name is read back."""

    name: Text


class GroupRow(msgspec.Struct, frozen=True):
    """A group of a deployment."""

    group_spec: GroupSpec


class EscrowState(msgspec.Struct, frozen=True):
    """`funds` as they were at block `settled_at`."""

    state: Text
    settled_at: Whole
    funds: tuple[Coin, ...] | None = None


class EscrowAccount(msgspec.Struct, frozen=True):
    """A deployment's money."""

    state: EscrowState


class DeploymentAnswer(msgspec.Struct, frozen=True):
    """`…/deployments/info`, and a row of `…/deployments/list`."""

    deployment: DeploymentRow
    escrow_account: EscrowAccount
    groups: tuple[GroupRow, ...] | None = None


class DeploymentsPage(Page, frozen=True, kw_only=True):
    """`…/deployments/list`."""

    deployments: tuple[DeploymentAnswer, ...] | None = None


class MinDeposits(msgspec.Struct, frozen=True):
    """The deployment module's parameters."""

    min_deposits: tuple[Coin, ...]


class ParamsAnswer(msgspec.Struct, frozen=True):
    """`/akash/deployment/v1beta4/params`."""

    params: MinDeposits


class BalancesPage(Page, frozen=True, kw_only=True):
    """`/cosmos/bank/v1beta1/balances/{address}`."""

    balances: tuple[Coin, ...] | None = None


class BidId(msgspec.Struct, frozen=True):
    """Of a bid, and of the lease that it becomes."""

    owner: Text
    dseq: Whole
    gseq: Small
    oseq: Small
    provider: Text
    bseq: Small = 0


class Value(msgspec.Struct, frozen=True):
    """A quantity."""

    val: Whole


class GpuRow(msgspec.Struct, frozen=True):
    """GPUs of one unit."""

    units: Value
    attributes: tuple[Attribute, ...] | None = None


class Resources(msgspec.Struct, frozen=True):
    """Only the GPUs are read."""

    gpu: GpuRow | None = None


class ResourceOffer(msgspec.Struct, frozen=True):
    """What a bid brings for one unit of the order."""

    resources: Resources
    count: Small


class BidRow(msgspec.Struct, frozen=True):
    """`state` is `open | active | lost | closed`."""

    id: BidId
    state: Text
    price: Coin
    created_at: Whole
    resources_offer: tuple[ResourceOffer, ...] | None = None


class BidAnswer(msgspec.Struct, frozen=True):
    """A row of `…/bids/list`."""

    bid: BidRow


class BidsPage(Page, frozen=True, kw_only=True):
    """`/akash/market/v1beta5/bids/list`."""

    bids: tuple[BidAnswer, ...] | None = None


class Reclamation(msgspec.Struct, frozen=True):
    """`deadline` in seconds since 1970, 0 while nobody reclaims."""

    deadline: Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)] = 0


class LeaseRow(msgspec.Struct, frozen=True):
    """`state` is `active | insufficient_funds | closed | reclaiming`."""

    id: BidId
    state: Text
    price: Coin
    created_at: Whole
    reason: Text = ""
    reclamation: Reclamation | None = None


class LeaseAnswer(msgspec.Struct, frozen=True):
    """A row of `…/leases/list`."""

    lease: LeaseRow


class LeasesPage(Page, frozen=True, kw_only=True):
    """`/akash/market/v1beta5/leases/list`."""

    leases: tuple[LeaseAnswer, ...] | None = None


class ProviderRow(msgspec.Struct, frozen=True):
    """A provider's claims about itself."""

    owner: Text
    host_uri: Uri
    attributes: tuple[Attribute, ...] | None = None


class ProviderAnswer(msgspec.Struct, frozen=True):
    """`/akash/provider/v1beta4/providers/{owner}`."""

    provider: ProviderRow


class AuditRow(msgspec.Struct, frozen=True):
    """Who vouches for a provider."""

    owner: Text
    auditor: Text


class AuditPage(Page, frozen=True, kw_only=True):
    """`/akash/audit/v1/audit/attributes/{owner}/list`."""

    providers: tuple[AuditRow, ...] | None = None


class Certificate(msgspec.Struct, frozen=True):
    """`cert` is base64 of PEM."""

    state: Text
    cert: Blob


class CertificateRow(msgspec.Struct, frozen=True):
    """With its serial number, which is not used."""

    certificate: Certificate


class CertificatesPage(Page, frozen=True, kw_only=True):
    """`/akash/cert/v1/certificates/list`."""

    certificates: tuple[CertificateRow, ...] | None = None


class ModuleVersion(msgspec.Struct, frozen=True):
    """`deployment`, `v1beta4`."""

    module: Text
    version: Text


class ApiVersion(msgspec.Struct, frozen=True):
    """What a client of one version may call."""

    modules: tuple[ModuleVersion, ...] | None = None


class Info(msgspec.Struct, frozen=True):
    """What a node serves."""

    chain_id: Text = ""
    node_version: Text = ""
    supported_versions: tuple[ApiVersion, ...] | None = None


class InfoAnswer(msgspec.Struct, frozen=True):
    """`/akash/discovery/v1/info`."""

    info: Info
