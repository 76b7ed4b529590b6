"""The gateway of one provider, as the rest of the market's adapter calls it."""

import threading
from collections.abc import Callable

from ..values import Dseq, LeaseId, SellerFacts
from . import reading
from .addresses import LookUp, system_look_up
from .dialer import Certificates, Dialer, Trust
from .failures import GatewayError, Trouble, refusal
from .hosts import check_host_uri
from .lease import Event, LeaseStatus
from .limits import STANDARD, Budget, Limits
from .manifest import insist
from .trust import web_trust


class GatewayClient:
    """Talks with the gateway that `facts` name, an enemy until it has proven who it is.

    `certificates` are asked only where the web's authorities do not know its certificate; `token`
    gives a fresh JWT for this provider and these deployments, and goes to no other. Every call
    raises `GatewayError`, and none follows a redirect or uses a proxy. Safe to share between threads.
    """

    def __init__(
        self,
        facts: SellerFacts,
        *,
        certificates: Certificates,
        token: Callable[[], str],
        loopback: bool,
        limits: Limits = STANDARD,
        look_up: LookUp = system_look_up,
        web_trust: Trust = web_trust,
    ) -> None:
        """Raises `GatewayError` `ADDRESS` for a `host_uri` that must not be called. Asks nobody."""
        self._limits = limits
        self._token = token
        self._loopback = loopback
        self._dialer = Dialer(
            check_host_uri(facts.host_uri, loopback=loopback),
            certificates=certificates,
            loopback=loopback,
            look_up=look_up,
            web_trust=web_trust,
        )

    def send_manifest(self, dseq: Dseq, manifest: bytes, *, stop: threading.Event | None = None) -> None:
        """Hand over `manifest`, the very bytes whose hash the deployment carries; the same again is harmless.

        A provider that does not know the lease yet, is slow or out of reach is tried again for
        `Limits.manifest_patience_seconds`; `stop` ends that with `CancelledError`. Anything else is
        final: `MANIFEST_HASH`, `MANIFEST`, `TOKEN`, `CERTIFICATE`, `REDIRECT`, …
        """

        def send(seconds: float) -> None:
            path = f"/deployment/{dseq}/manifest"
            self._ask("PUT", path, seconds=seconds, token=self._token(), body=manifest)

        insist(send, self._limits, stop or threading.Event())

    def lease_status(self, lease: LeaseId) -> LeaseStatus | None:
        """How the lease's workload does; `None` where the provider knows no such lease, or no manifest for it."""
        try:
            return reading.lease_status(self._get(f"{_path(lease)}/status", self._token()), loopback=self._loopback)
        except GatewayError as error:
            if error.trouble is Trouble.NO_LEASE:
                return None
            raise

    def events(self, lease: LeaseId, *, most: int = 50) -> list[Event]:
        """The last of what the provider's cluster did with the lease; less where that takes too long or too much."""
        from .stream import tail

        path = f"{_path(lease)}/kubeevents?follow=false"
        return [reading.event(text) for text in tail(self._dialer, path, self._token(), most=most, limits=self._limits)]

    def _get(self, path: str, token: str) -> bytes:
        return self._ask("GET", path, seconds=self._limits.call_seconds, token=token)

    def _ask(self, method: str, path: str, *, seconds: float, token: str, body: bytes | None = None) -> bytes:
        from .http import ask

        budget = Budget(seconds, self._limits.answer_bytes)
        answer = ask(self._dialer, method, path, budget=budget, token=token, body=body)
        if not 200 <= answer.status < 300:
            raise refusal(answer.status, answer.body, token)
        return answer.body


def _path(lease: LeaseId) -> str:
    return f"/lease/{lease.dseq}/{lease.gseq}/{lease.oseq}"
