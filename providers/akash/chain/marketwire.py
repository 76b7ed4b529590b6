"""The node's answers about deployments, bids, leases and their money, as types."""

from typing import Annotated

import msgspec

from .wire import Attribute, Blob, Coin, Page, Small, Text, Whole


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
    """`funds` as they were at block `settled_at`, and what was `transferred` out of them until then."""

    state: Text
    settled_at: Whole
    funds: tuple[Coin, ...] | None = None
    transferred: tuple[Coin, ...] | None = None


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
