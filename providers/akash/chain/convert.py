"""The node's rows as the market's values. Whatever cannot be one is `NONSENSE`."""

import base64
import binascii
import ssl
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal

from ..addresses import parse_address
from ..values import (
    DENOM,
    Address,
    Deployment,
    Dseq,
    Escrow,
    GpuOffered,
    Lease,
    LeaseId,
    LeaseState,
    MarketBid,
    SellerFacts,
)
from . import marketwire, sellerwire, wire
from .failures import nonsense

HIGHEST_DSEQ = (1 << 53) - 1


def deployment(answer: marketwire.DeploymentAnswer) -> Deployment:
    """A deployment with its money. Of several groups the first one's name counts: we make one."""
    row = answer.deployment
    groups = answer.groups or ()
    return Deployment(
        owner=_address(row.id.owner),
        dseq=_dseq(row.id.dseq),
        active=row.state == "active",
        group_name=groups[0].group_spec.name if groups else "",
        manifest_hash=_bytes(row.hash),
        created_height=row.created_at,
        escrow=escrow(answer.escrow_account.state),
    )


def escrow(state: marketwire.EscrowState) -> Escrow:
    """The money in our denomination; what was put in in another is not counted."""
    return Escrow(
        funds_uact=uact(state.funds or ()),
        settled_height=state.settled_at,
        state=state.state,
        transferred_uact=None if state.transferred is None else uact(state.transferred),
    )


def uact(coins: Iterable[wire.Coin]) -> Decimal:
    """The sum of what is in `uact`."""
    return amount_in(coins, DENOM)


def amount_in(coins: Iterable[wire.Coin], denom: str) -> Decimal:
    """The sum of what is in `denom`."""
    return sum((Decimal(coin.amount) for coin in coins if coin.denom == denom), Decimal(0))


def bid(row: marketwire.BidRow) -> MarketBid:
    """A bid in whatever denomination: the choice among them is not made here."""
    return MarketBid(
        id=lease_id(row.id),
        state=row.state,
        denom=row.price.denom,
        uact_per_block=Decimal(row.price.amount),
        created_height=row.created_at,
        gpus=_gpus(row.resources_offer),
    )


def lease(row: marketwire.LeaseRow) -> Lease:
    """A lease. Its price is in `uact`: the chain takes no order in anything else."""
    if row.state not in set(LeaseState):
        raise nonsense(f"a lease is {row.state!r}")
    if row.price.denom != DENOM:
        raise nonsense(f"a lease is paid in {row.price.denom!r}")
    deadline = row.reclamation.deadline if row.reclamation else 0
    return Lease(
        id=lease_id(row.id),
        state=LeaseState(row.state),
        uact_per_block=Decimal(row.price.amount),
        created_height=row.created_at,
        reason=_reason(row.reason),
        reclaim_at=datetime.fromtimestamp(deadline, UTC) if deadline else None,
    )


def lease_id(row: marketwire.BidId) -> LeaseId:
    """The name of a bid or a lease."""
    return LeaseId(
        owner=_address(row.owner),
        dseq=_dseq(row.dseq),
        provider=_address(row.provider),
        gseq=row.gseq,
        oseq=row.oseq,
        bseq=row.bseq,
    )


def seller(row: sellerwire.ProviderRow, auditors: Iterable[sellerwire.AuditRow]) -> SellerFacts:
    """What a provider says of itself, and who vouches for it."""
    vouching = {_address(audit.auditor) for audit in auditors if audit.owner == row.owner}
    return SellerFacts(
        address=_address(row.owner),
        host_uri=row.host_uri,
        attributes={attribute.key: attribute.value for attribute in row.attributes or ()},
        audited_by=tuple(sorted(vouching)),
    )


def certificates(rows: Iterable[sellerwire.CertificateRow]) -> Iterator[bytes]:
    """The valid ones as DER. One that is no certificate vouches for nobody, and is left out."""
    for row in rows:
        if row.certificate.state != "valid":
            continue
        try:
            yield ssl.PEM_cert_to_DER_cert(_bytes(row.certificate.cert).decode("ascii"))
        except ValueError:
            continue


def _gpus(offers: tuple[marketwire.ResourceOffer, ...] | None) -> GpuOffered | None:
    """`None` where the bid does not say what it brings."""
    if not offers:
        return None
    rows = [(offer.count, offer.resources.gpu) for offer in offers if offer.resources.gpu is not None]
    named = (attribute for _, gpu in rows for attribute in gpu.attributes or () if attribute.value == "true")
    return GpuOffered(
        units=sum(count * gpu.units.val for count, gpu in rows),
        attributes=tuple(sorted({attribute.key for attribute in named})),
    )


def _reason(word: str) -> str:
    """`lease_closed_reason_unstable` is `unstable`; the chain says `invalid` while there is none."""
    short = word.removeprefix("lease_closed_").removeprefix("reason_").replace("_", " ")
    return "" if short == "invalid" else short


def _address(text: str) -> Address:
    try:
        return parse_address(text)
    except ValueError as error:
        raise nonsense(str(error)) from error


def _dseq(number: int) -> Dseq:
    if number > HIGHEST_DSEQ:
        raise nonsense(f"a deployment's number is {number}")
    return Dseq(number)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise nonsense(f"{text[:40]!r} is not base64") from error
