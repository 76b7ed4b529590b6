"""Wallets made for one test, a plan's facts, and signed approvals of them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from ampacity.access.approvals import accept
from ampacity.access.facts import ApprovalRequest, PlanFacts
from ampacity.access.keystore import Signer
from ampacity.access.policy import Policy, Wallet
from ampacity.access.siwe.message import Message, Stamp
from ampacity.access.siwe.serialise import serialise
from ampacity.access.siwe.verify import Expectation
from ampacity.access.statement import statement
from ampacity.core.clock import rfc3339
from ampacity.core.digests import Digest

NOW = datetime(2026, 11, 21, 4, 0, 0, tzinfo=UTC)

Vectors = Callable[[str, str], dict[str, dict[str, object] | str]]


@pytest.fixture
def vectors(vector: Callable[..., Path]) -> Vectors:
    """The official vectors by publisher and file."""

    def load(publisher: str, name: str) -> dict[str, dict[str, object] | str]:
        found = json.loads(vector("siwe", publisher, f"{name}.json").read_text(encoding="utf-8"))
        assert isinstance(found, dict)
        return found

    return load


@pytest.fixture(scope="session")
def signers() -> list[Signer]:
    """Three throw-away keys, new in every run."""
    import coincurve

    return [Signer(coincurve.PrivateKey().secret) for _ in range(3)]


@pytest.fixture(scope="session")
def facts() -> PlanFacts:
    return PlanFacts(
        digest=Digest("sha256:" + "5e" * 32),
        name="llama-train",
        context="sandbox",
        what=("3 x p5.48xlarge from aws us-east-1 (on_demand)",),
        ceiling_usd_per_hour=Decimal(60),
        worst_case_usd=Decimal(5760),
        ends="96 h after it starts",
        expires_at=NOW + timedelta(hours=1),
    )


@pytest.fixture(scope="session")
def request_(facts: PlanFacts) -> ApprovalRequest:
    return ApprovalRequest(facts=facts, domain="ampacity.example", uri="https://ampacity.example/approve", chain_id=1)


@pytest.fixture(scope="session")
def policy(signers: list[Signer]) -> Policy:
    """Two of three."""
    names = ("alice", "bob", "carol")
    wallets = tuple(Wallet(name=name, address=one.address) for name, one in zip(names, signers, strict=True))
    return Policy(schema_="ampacity.policy/1", required=2, chain_id=1, max_age_hours=24, wallets=wallets)


Write = Callable[..., bytes]


@pytest.fixture(scope="session")
def write(request_: ApprovalRequest) -> Write:
    """The message for a signer, with any field changed. Quick: the siwe library is left out."""

    def make(signer: Signer, **changes: object) -> bytes:
        base = Message(
            domain=request_.domain,
            address=signer.address,
            statement=statement(request_.facts),
            uri=request_.uri,
            chain_id=1,
            nonce=f"{signer.address[2:].lower()}",
            issued_at=Stamp(rfc3339(NOW), NOW),
            expiration_time=Stamp(rfc3339(request_.facts.expires_at), request_.facts.expires_at),
            resources=(request_.resource,),
        )
        return serialise(msgspec.structs.replace(base, **changes))

    return make


@pytest.fixture(scope="session")
def expectation(request_: ApprovalRequest) -> Expectation:
    return Expectation(
        domain=request_.domain,
        uri=request_.uri,
        chain_id=1,
        nonce=None,
        resource=request_.resource,
        now=NOW,
        max_age=timedelta(hours=24),
    )


Approve = Callable[[Signer], Path]
Take = Callable[[bytes, str], Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "plan.json.approvals"


@pytest.fixture
def take(folder: Path, request_: ApprovalRequest, policy: Policy) -> Take:
    """Take in a message and its signature, as the command line does."""

    def make(raw: bytes, signature: str) -> Path:
        return accept(folder, request_, policy, raw=raw, signature=signature, how="pasted", now=NOW)

    return make


@pytest.fixture
def approve(take: Take, write: Write) -> Approve:
    """Sign the plan and store the approval."""

    def make(signer: Signer) -> Path:
        raw = write(signer)
        return take(raw, signer.sign(raw))

    return make
