"""What a token allows: chain-sdk's specs/jwt-schema.json (read 2026-11-21, at 55f1c683), and who may do what."""

from collections.abc import Iterator
from typing import Literal

import msgspec

SCOPES = frozenset(
    {
        "send-manifest",
        "get-manifest",
        "logs",
        "shell",
        "events",
        "status",
        "restart",
        "hostname-migrate",
        "ip-migrate",
        "attestation",
    }
)


class DeploymentRule(msgspec.Struct, frozen=True):
    """Some actions on one deployment; a `gseq` or `oseq` of zero stands for any."""

    scope: tuple[str, ...]
    dseq: int
    services: tuple[str, ...]
    gseq: int = 0
    oseq: int = 0


class Permission(msgspec.Struct, frozen=True):
    """What one provider may be asked."""

    provider: str
    access: Literal["full", "scoped", "granular"]
    scope: tuple[str, ...] = ()
    deployments: tuple[DeploymentRule, ...] = ()


class LeaseAccess(msgspec.Struct, frozen=True):
    """All leases of the issuer, some actions on them, or a list."""

    access: Literal["full", "scoped", "granular"]
    scope: tuple[str, ...] = ()
    permissions: tuple[Permission, ...] = ()


class Claims(msgspec.Struct, frozen=True):
    """A token's body. Times are seconds since 1970."""

    iss: str
    iat: float
    nbf: float
    exp: float
    version: Literal["v1"]
    leases: LeaseAccess
    jti: str = ""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a call is about; a call about a whole deployment has no `gseq` and `oseq`."""

    provider: str
    dseq: int
    gseq: int | None = None
    oseq: int | None = None


def check_claims(claims: Claims, now: float) -> None:
    """Raises `ValueError` for a token out of its time, or with permissions that contradict its access."""
    if not claims.nbf <= now < claims.exp:
        raise ValueError("outside its time")
    _check_access(claims.leases.access, scope=claims.leases.scope, rules=claims.leases.permissions)
    providers = [permission.provider for permission in claims.leases.permissions]
    if len(set(providers)) != len(providers):
        raise ValueError("a provider twice")
    for permission in claims.leases.permissions:
        _check_access(permission.access, scope=permission.scope, rules=permission.deployments)
        for rule in permission.deployments:
            _check_rule(rule)


def allows(claims: Claims | None, asked: Asked, action: str) -> bool:
    """Whether the token covers `action`. That the lease is its issuer's is the caller's to see to."""
    if claims is None:
        return False
    if claims.leases.access != "granular":
        return claims.leases.access == "full" or action in claims.leases.scope
    mine = (permission for permission in claims.leases.permissions if permission.provider == asked.provider)
    return any(_permits(permission, asked, action) for permission in mine)


def _permits(permission: Permission, asked: Asked, action: str) -> bool:
    if permission.access != "granular":
        return permission.access == "full" or action in permission.scope
    return any(action in rule.scope for rule in _rules_for(permission, asked))


def _rules_for(permission: Permission, asked: Asked) -> Iterator[DeploymentRule]:
    for rule in permission.deployments:
        groups = asked.gseq is None or rule.gseq in {0, asked.gseq}
        orders = asked.oseq is None or rule.oseq in {0, asked.oseq}
        if rule.dseq == asked.dseq and groups and orders:
            yield rule


def _check_access(access: str, *, scope: tuple[str, ...], rules: tuple[object, ...]) -> None:
    if bool(scope) != (access == "scoped") or bool(rules) != (access == "granular"):
        raise ValueError(f"{access} access with the wrong members")
    _check_scope(scope)


def _check_rule(rule: DeploymentRule) -> None:
    if rule.dseq < 1 or not rule.scope or not rule.services or len(set(rule.services)) != len(rule.services):
        raise ValueError("a deployment's rule is not whole")
    if rule.oseq and not rule.gseq:
        raise ValueError("oseq needs gseq")
    _check_scope(rule.scope)


def _check_scope(scope: tuple[str, ...]) -> None:
    if not SCOPES.issuperset(scope) or len(set(scope)) != len(scope):
        raise ValueError("unknown or repeated scope")
