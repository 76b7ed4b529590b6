"""What the Console does with the managed wallet (console: apps/api/src/deployment/services at d84c9e93d)."""

import hashlib
import threading
import time
from collections.abc import Sequence
from decimal import Decimal
from http import HTTPStatus
from typing import Any

import msgspec

from ...faults import FaultKind
from ..chain import shapes
from ..gateway import delivery, running
from ..leases import create_lease
from ..market import Market
from ..rows import BidId, Deployment, Lease
from ..runtime import allowed
from ..spec import GroupSpec
from ..state import State
from .bodies import ChosenBid, NewDeployment, NewDeposit, NewLeases, NewSettings, NewToken
from .groups import group_specs
from .manifest import manifest_of
from .refusals import refused, unfit
from .sdl import InvalidSdlError, read_sdl
from .wallet import Wallet

OUT_OF_GAS = "out of gas in location: WriteFlat; gasWanted: 111592, gasUsed: 114210: out of gas"
PAGE = 100
"""Deployments on the chain's page where nobody says how many."""


class Managed:
    """Deployments of the wallet's account. Refusals of the chain are passed on as they are."""

    def __init__(self, market: Market, wallet: Wallet, *, ready_seconds: float) -> None:
        self._market = market
        self._wallet = wallet
        self._ready_seconds = ready_seconds
        self._bidders = {bidder.address: bidder for bidder in market.stock.bidders}
        self._last = 0
        self._numbering = threading.Lock()

    def create(self, asked: NewDeployment) -> dict[str, Any]:
        """Numbered by the milliseconds of now, two that come in one by the next."""
        groups, manifest = _compiled(asked.sdl)
        if asked.deposit is None:
            raise refused(HTTPStatus.BAD_REQUEST, "deposit is required")
        _check_limit(None, asked.runtime_limit_hours)
        dseq = self._number()
        told = {"dseq": str(dseq), "manifest": manifest.decode()}
        if self._market.faults.take(FaultKind.FAILS_LATER):
            return told | {"signTx": _transaction(dseq, code=11, log=OUT_OF_GAS)}
        self._market.create_deployment(
            owner=self._wallet.address,
            dseq=dseq,
            groups=groups,
            hash_=hashlib.sha256(manifest).digest(),
            deposit_uact=_uact(asked.deposit),
        )
        if asked.runtime_limit_hours is not None:
            self._limit(dseq, asked.runtime_limit_hours)
        return told | {"signTx": _transaction(dseq)}

    def settings(self, dseq: str) -> dict[str, Any]:
        """Its runtime limit, null where it has none."""
        state = self._market.read()
        row = self._find(state, dseq)
        return {"dseq": dseq, "runtimeLimitHours": state.limits.get(f"{row.owner}/{row.dseq}")}

    def change_settings(self, dseq: str, wanted: NewSettings) -> dict[str, Any]:
        """Another runtime limit, at most a step longer."""
        _check_limit(self.settings(dseq)["runtimeLimitHours"], wanted.runtime_limit_hours)
        self._limit(int(dseq), wanted.runtime_limit_hours)
        return self.settings(dseq)

    def _limit(self, dseq: int, hours: int) -> None:
        with self._market.change() as state:
            state.limits[f"{self._wallet.address}/{dseq}"] = hours

    def _number(self) -> int:
        with self._numbering:
            self._last = max(self._last + 1, time.time_ns() // 1_000_000)
            return self._last

    def listed(self, skip: int | None, limit: int | None) -> dict[str, Any]:
        """The active ones, by number; `hasMore` is only told to who gives both."""
        state = self._market.read()
        rows = sorted(
            (row for row in state.deployments.values() if row.owner == self._wallet.address and row.state == "active"),
            key=lambda row: row.dseq,
        )
        first = skip or 0
        page = rows[first : first + (PAGE if limit is None else limit)]
        more = skip is not None and limit is not None and len(rows) > skip + limit
        told = {"total": len(rows), "skip": first, "limit": len(rows) if limit is None else limit, "hasMore": more}
        return {"deployments": [_shown(state, row) for row in page], "pagination": told}

    def shown(self, dseq: str) -> dict[str, Any]:
        """One, with what its providers say of its leases."""
        state = self._market.read()
        row = self._find(state, dseq)
        leases = [_lease(lease) | {"status": self._status(state, lease)} for lease in _leases(state, row)]
        return _shown(state, row) | {"leases": leases}

    def close(self, dseq: str) -> dict[str, Any]:
        """Quiet for one that is closed."""
        if self._find(self._market.read(), dseq).state != "closed":
            self._market.close_deployment(self._wallet.address, int(dseq))
        return {"success": True}

    def update(self, dseq: str, text: str) -> dict[str, Any]:
        """Another manifest, sent to whoever has a lease."""
        _, manifest = _compiled(text)
        row = self._find(self._market.read(), dseq)
        fresh = hashlib.sha256(manifest).digest()
        if row.hash != fresh:
            self._market.update_deployment(self._wallet.address, row.dseq, fresh)
        for provider in sorted({lease.id.provider for lease in _leases(self._market.read(), row)}):
            self._send(provider, dseq, manifest)
        return self.shown(dseq)

    def deposit(self, asked: NewDeposit) -> dict[str, Any]:
        """More money for it."""
        row = self._find(self._market.read(), asked.dseq)
        self._market.deposit(self._wallet.address, row.dseq, _uact(asked.deposit))
        return self.shown(asked.dseq)

    def bids(self, dseq: str) -> list[dict[str, Any]]:
        """For a deployment that need not exist."""
        prefix = f"{self._wallet.address}/{dseq}/"
        return [shapes.bid(row) for key, row in self._market.read().bids.items() if key.startswith(prefix)]

    def take(self, asked: NewLeases) -> dict[str, Any]:
        """Leases where there are none yet, and the manifest to each provider."""
        dseq = asked.leases[0].dseq
        state = self._market.read()
        row = self._find(state, dseq)
        if all(lease.state == "closed" for lease in _leases(state, row)):
            with self._market.change() as changed:
                for chosen in asked.leases:
                    create_lease(changed, self._bid_id(chosen))
        for chosen in asked.leases if asked.manifest is not None else ():
            self._send(chosen.provider, chosen.dseq, (asked.manifest or "").encode())
        return self.shown(dseq)

    def token(self, asked: NewToken) -> dict[str, Any]:
        """A token for providers' gateways."""
        try:
            return {"token": self._wallet.token(asked.ttl, asked.leases)}
        except (ValueError, msgspec.ValidationError) as error:
            raise refused(HTTPStatus.BAD_REQUEST, str(error)) from error

    def _find(self, state: State, dseq: str) -> Deployment:
        row = state.deployments.get(f"{self._wallet.address}/{dseq}")
        if row is None:
            raise refused(HTTPStatus.NOT_FOUND, "Deployment not found")
        return row

    def _status(self, state: State, lease: Lease) -> dict[str, Any] | None:
        """`None` where the provider says nothing."""
        bidder, at = self._bidders[lease.id.provider], lease.id
        found = running.delivered_lease(state, bidder, f"{at.owner}/{at.dseq}/{at.gseq}/{at.oseq}")
        return running.lease_status(state, bidder, found, self._ready_seconds) if found else None

    def _send(self, provider: str, dseq: str, manifest: bytes) -> None:
        if provider not in self._bidders:
            raise refused(HTTPStatus.NOT_FOUND, f"Provider {provider} not found")
        sized = manifest.replace(b'"quantity":{"val', b'"size":{"val')
        try:
            delivery.take_manifest(self._market, self._bidders[provider], f"{self._wallet.address}/{dseq}", sized)
        except delivery.RefusedError as error:
            raise refused(error.status, error.message) from error

    def _bid_id(self, chosen: ChosenBid) -> BidId:
        return BidId(
            owner=self._wallet.address,
            dseq=int(chosen.dseq),
            gseq=chosen.gseq,
            oseq=chosen.oseq,
            provider=chosen.provider,
        )


def _shown(state: State, row: Deployment) -> dict[str, Any]:
    """As the chain's REST has it, without the groups."""
    whole = shapes.deployment(row)
    leases = [_lease(lease) for lease in _leases(state, row)]
    return {"deployment": whole["deployment"], "leases": leases, "escrow_account": whole["escrow_account"]}


def _lease(row: Lease) -> dict[str, Any]:
    found: dict[str, Any] = shapes.lease(row)["lease"]
    return found


def _leases(state: State, row: Deployment) -> list[Lease]:
    """Whatever their state."""
    prefix = f"{row.owner}/{row.dseq}/"
    return [found for key, found in state.leases.items() if key.startswith(prefix)]


def _compiled(text: str) -> tuple[Sequence[GroupSpec], bytes]:
    """The groups and the manifest of an SDL, whatever denomination its prices are in."""
    try:
        sdl = read_sdl(text)
        return group_specs(sdl), manifest_of(sdl)
    except InvalidSdlError as error:
        raise refused(HTTPStatus.BAD_REQUEST, f"Invalid SDL: {error}") from error


def _check_limit(before: int | None, wanted: int | None) -> None:
    if wanted is not None and not allowed(before, wanted):
        raise unfit(("data", "runtimeLimitHours"), "Invalid")


def _uact(usd: float) -> Decimal:
    return Decimal(round(usd * 1_000_000))


def _transaction(dseq: int, *, code: int = 0, log: str = "") -> dict[str, Any]:
    return {"code": code, "transactionHash": hashlib.sha256(str(dseq).encode()).hexdigest().upper(), "rawLog": log}
