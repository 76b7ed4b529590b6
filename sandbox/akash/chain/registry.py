"""Queries about providers: what they registered, who audited it, which certificates they put on the chain."""

from collections.abc import Mapping
from typing import Any

from ..bech32 import is_address
from ..rows import Provider
from ..state import State
from .failures import bad_input, no_such
from .pages import cut, page_of
from .shapes import attributes, provider, text_of


def list_providers(state: State, arguments: Mapping[str, str]) -> dict[str, Any]:
    """`/akash/provider/v1beta4/providers`."""
    rows = sorted(state.providers.items())
    shown, pagination = cut(rows, page_of(arguments, stated=True))
    return {"providers": [provider(row) for row in shown], "pagination": pagination}


def get_provider(state: State, _arguments: Mapping[str, str], owner: str) -> dict[str, Any]:
    """`/akash/provider/v1beta4/providers/{owner}`."""
    found = state.providers.get(_address("provider", 5, owner))
    if found is None:
        raise no_such("provider", 3, "invalid provider: address not found")
    return {"provider": provider(found)}


def list_audits(state: State, arguments: Mapping[str, str]) -> dict[str, Any]:
    """`/akash/audit/v1/audit/attributes/list`."""
    rows = [(f"{row.address}/{auditor}", (row, auditor)) for row in state.providers.values() for auditor in row.audits]
    shown, pagination = cut(sorted(rows), page_of(arguments, stated=True))
    return {"providers": [_audit(*pair) for pair in shown], "pagination": pagination}


def audits_of(state: State, _arguments: Mapping[str, str], owner: str) -> dict[str, Any]:
    """`/akash/audit/v1/audit/attributes/{owner}/list`. One that nobody audited is not found."""
    found = state.providers.get(_address("audit", 2, owner))
    if found is None or not found.audits:
        raise no_such("audit", 1, "invalid provider: address not found")
    return {"providers": [_audit(found, auditor) for auditor in sorted(found.audits)], "pagination": None}


def audit_by(state: State, _arguments: Mapping[str, str], auditor: str, owner: str) -> dict[str, Any]:
    """`/akash/audit/v1/audit/attributes/{auditor}/{owner}`."""
    found = state.providers.get(_address("audit", 2, owner))
    if found is None or auditor not in found.audits:
        raise no_such("audit", 1, "invalid provider: address not found")
    return {"providers": [_audit(found, auditor)], "pagination": None}


def list_certificates(state: State, arguments: Mapping[str, str]) -> dict[str, Any]:
    """`/akash/cert/v1/certificates/list`; its filters are `filter.…`, singular."""
    wanted = arguments.get("filter.state", "")
    if wanted not in {"", "valid", "revoked"}:
        raise bad_input("invalid state value")
    owner = arguments.get("filter.owner") or None
    rows = [row for row in state.providers.values() if owner in {None, row.address}] if wanted != "revoked" else []
    named = [pair for row in rows for pair in _certificates(row)]
    serial = arguments.get("filter.serial") or None
    found = [(name, shape) for name, shape in named if serial in {None, shape["serial"]}]
    shown, pagination = cut(found, page_of(arguments, stated=bool(wanted)))
    return {"certificates": shown, "pagination": pagination}


def _certificates(row: Provider) -> list[tuple[str, dict[str, Any]]]:
    """PEM as it was registered, in base64 once more."""
    from cryptography.x509 import load_pem_x509_certificate

    pairs = []
    for pem, key in zip(row.certificates, row.public_keys, strict=True):
        serial = str(load_pem_x509_certificate(pem).serial_number)
        shown = {"state": "valid", "cert": text_of(pem), "pubkey": text_of(key)}
        pairs.append((f"{row.address}/{serial}", {"certificate": shown, "serial": serial}))
    return pairs


def _audit(row: Provider, auditor: str) -> dict[str, Any]:
    return {"owner": row.address, "auditor": auditor, "attributes": attributes(row.audits[auditor])}


def _address(codespace: str, code: int, text: str) -> str:
    if not is_address(text):
        raise bad_input(f"codespace {codespace} code {code}: invalid address")
    return text
