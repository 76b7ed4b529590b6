"""How a provider takes a manifest (akash-network/provider: manifest/manager.go and gateway.go at afc4dd7)."""

from http import HTTPStatus
from typing import Any

import msgspec

from ..manifests import canonical, version_of
from ..market import Market
from ..rows import Deployment, Lease
from ..stock import Bidder, Manner
from .crosscheck import misfit


class RefusedError(Exception):
    """Answered as Go's `http.Error` does: one line of plain text."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def take_manifest(market: Market, bidder: Bidder, deployment: str, body: bytes) -> None:
    """For every living lease that the deployment `owner/dseq` has with this provider. Raises `RefusedError`."""
    manifest = _decoded(body)
    state = market.read()
    prefix = f"{deployment}/"
    leases = [row for key, row in state.leases.items() if key.startswith(prefix) and holds(bidder, row)]
    if not leases:
        raise RefusedError(HTTPStatus.NOT_FOUND, "no lease for deployment")
    if bidder.manner is Manner.REFUSES_MANIFEST:
        raise _unfit("manifest rejected")
    _check(manifest, state.deployments[deployment])
    for lease in leases:
        market.deliver(lease.id, canonical(manifest))


def holds(bidder: Bidder, lease: Lease) -> bool:
    """Whether a living lease is this provider's."""
    return lease.living and lease.id.provider == bidder.address


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unfit(str(error)) from error


def _check(manifest: Any, deployment: Deployment) -> None:
    try:
        wrong = misfit(manifest, [group.spec for group in deployment.groups])
    except (msgspec.ValidationError, ValueError) as error:
        raise _unfit(f"invalid manifest: {error}") from error
    if version_of(manifest) != deployment.hash:
        raise _unfit("manifest version validation failed")
    if wrong is not None:
        raise _unfit(wrong)


def _unfit(message: str) -> RefusedError:
    return RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, message)
