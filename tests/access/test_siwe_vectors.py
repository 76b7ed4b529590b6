"""The official SIWE vectors hold, but for the differences that `docs/siwe.md` lists and argues.

Vectors: signinwithethereum (2026-04-10) and spruceid. A difference that disappears fails here too.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import ampacity
from ampacity.access.siwe.denied import DeniedError, Reason
from ampacity.access.siwe.grammar import is_uri, matches
from ampacity.access.siwe.message import Message
from ampacity.access.siwe.parser import parse
from ampacity.access.siwe.verify import Expectation, verify

PUBLISHERS = ("signinwithethereum", "spruceid")
LATER = datetime(2026, 11, 21, tzinfo=UTC)
TWO_CENTURIES = timedelta(days=2 * 36_525)

DIFFERENCES = {
    ("signinwithethereum", "valid_uris", "IPv4address leading zeros: uri://[::000.000.010.001]"),
    ("signinwithethereum", "valid_uris", "IPv4address max value: uri://[::001.099.200.255]"),
    ("signinwithethereum", "verification_positive", "expired message"),
    ("spruceid", "verification_positive", "expired message"),
}
"""Vectors that we refuse although their publisher accepts them. We accept none that a publisher refuses."""

NEGATIVE_REASONS = {
    "expired message": Reason.EXPIRED,
    "domain binding": Reason.DOMAIN,
    "custom time": Reason.EXPIRED,
    "custom nonce": Reason.NONCE,
    "malformed signature": Reason.SIGNATURE_FORM,
    "wrong signature": Reason.SIGNER,
    "not yet valid": Reason.NOT_YET_VALID,
    "invalid issuedAt": Reason.TIME_FORM,
    "invalid notBefore": Reason.TIME_FORM,
    "invalid expirationTime": Reason.TIME_FORM,
}

Vectors = Callable[[str, str], dict[str, Any]]


def reads(text: str) -> bool:
    try:
        parse(text.encode("utf-8"))
    except DeniedError:
        return False
    return True


def text_of(vector: Any) -> str:
    return str(vector if isinstance(vector, str) else vector.get("msg", vector.get("message")))


def expected_differences(publisher: str, name: str) -> set[str]:
    return {case for who, file, case in DIFFERENCES if (who, file) == (publisher, name)}


GOOD = [
    *((publisher, "parsing_positive") for publisher in PUBLISHERS),
    *(("signinwithethereum", name) for name in ("valid_uris", "valid_resources", "valid_specification")),
]
BAD = [
    *((publisher, "parsing_negative") for publisher in PUBLISHERS),
    *(("signinwithethereum", name) for name in ("invalid_uris", "invalid_resources")),
]


@pytest.mark.parametrize(("publisher", "name"), GOOD)
def test_every_message_that_the_publishers_accept_is_read_but_for_the_listed_differences(
    vectors: Vectors, publisher: str, name: str
) -> None:
    refused = {case for case, vector in vectors(publisher, name).items() if not reads(text_of(vector))}
    assert refused == expected_differences(publisher, name)


@pytest.mark.parametrize(("publisher", "name"), BAD)
def test_every_message_that_the_publishers_refuse_is_refused(vectors: Vectors, publisher: str, name: str) -> None:
    found = vectors(publisher, name)
    assert found
    assert {case for case, vector in found.items() if reads(text_of(vector))} == set()


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_the_fields_are_read_as_the_publishers_read_them(vectors: Vectors, publisher: str) -> None:
    for case, vector in vectors(publisher, "parsing_positive").items():
        assert fields(parse(vector["message"].encode())) == {"scheme": None} | vector["fields"], case


def test_absent_and_empty_fields_are_told_apart(vectors: Vectors) -> None:
    for case, vector in vectors("signinwithethereum", "valid_specification").items():
        message = parse(vector["msg"].encode())
        found = {
            "statement": message.statement,
            "requestId": message.request_id,
            "resources": None if message.resources is None else list(message.resources),
        }
        assert found == vector["items"], case


def test_messages_made_from_objects_are_read_or_refused_as_published(vectors: Vectors) -> None:
    for case, vector in vectors("signinwithethereum", "message_objects").items():
        assert reads(written(vector["msg"])) == (vector["error"] == "none"), case


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_messages_made_from_broken_objects_are_refused(vectors: Vectors, publisher: str) -> None:
    found = vectors(publisher, "parsing_negative_objects")
    assert len(found) == 18
    assert [case for case, vector in found.items() if reads(written(vector))] == []


@pytest.mark.parametrize("name", ["valid_chars", "invalid_chars"])
def test_each_grammar_rule_takes_exactly_its_own_characters(vectors: Vectors, name: str) -> None:
    for case, vector in vectors("signinwithethereum", name).items():
        assert matches(vector["rule"], vector["input"]) == vector["answer"], case


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_good_signatures_are_verified_but_for_the_listed_differences(vectors: Vectors, publisher: str) -> None:
    different = expected_differences(publisher, "verification_positive")
    found = vectors(publisher, "verification_positive")
    assert different < found.keys()
    for case, vector in found.items():
        if case in different:
            with pytest.raises(DeniedError) as caught:
                verified(vector)
            assert caught.value.reason is Reason.ISSUED_IN_FUTURE
        else:
            assert verified(vector).address == vector["address"]


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_bad_signatures_and_times_are_refused_each_for_its_own_reason(vectors: Vectors, publisher: str) -> None:
    reasons = {}
    for case, vector in vectors(publisher, "verification_negative").items():
        with pytest.raises(DeniedError) as caught:
            verified(vector)
        reasons[case] = caught.value.reason
    assert reasons == NEGATIVE_REASONS


@pytest.mark.parametrize("publisher", PUBLISHERS)
def test_signatures_of_contract_wallets_are_refused(vectors: Vectors, publisher: str) -> None:
    for vector in vectors(publisher, "eip1271").values():
        message = parse(vector["message"].encode())
        with pytest.raises(DeniedError) as caught:
            verify(vector["message"].encode(), vector["signature"], expecting(message))
        assert caught.value.reason in {Reason.SIGNATURE_FORM, Reason.SIGNATURE_RANGE, Reason.SIGNER}


def test_every_listed_difference_is_argued_in_the_documentation() -> None:
    page = (Path(ampacity.__file__).parent / "docs" / "siwe.md").read_text(encoding="utf-8")
    rows = {
        tuple(cell.strip().strip("`") for cell in line.strip("|").split("|"))[:3]
        for line in page.splitlines()
        if line.startswith(("| `signinwithethereum`", "| `spruceid`"))
    }
    assert rows == DIFFERENCES


@pytest.mark.parametrize(
    "text",
    ["uri:", "uri://", "uri://@:", "uri://[v7.a:b]", "uri://[::1]:80/a?b#c", "urn:ampacity:plan:sha256:00", "a:/"],
)
def test_a_uri_may_leave_out_all_but_its_scheme(text: str) -> None:
    assert is_uri(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "//host", "1a:b", "a b:", "a:b c", "a:%", "a:%0", "a:%zz", "a://[::1", "a://::1]", "a://[::1]x",
        "a://[::1]80", "a://[fe80::1%25eth0]", "a://h:8x", "a://a@b@c", "a:\n", "a:é", "a:#b#c", "a:[", "a://[]",
        "a://[v.x]", "a://[1.2.3.4]",
    ],
)  # fmt: skip
def test_what_rfc_3986_does_not_allow_is_no_uri(text: str) -> None:
    assert not is_uri(text)


def fields(message: Message) -> dict[str, object]:
    """The value in the vectors' own terms."""
    optional = {
        "statement": message.statement,
        "expirationTime": message.expiration_time and message.expiration_time.text,
        "notBefore": message.not_before and message.not_before.text,
        "requestId": message.request_id,
        "resources": None if message.resources is None else list(message.resources),
    }
    return {
        "scheme": message.scheme,
        "domain": message.domain,
        "address": message.address,
        "uri": message.uri,
        "version": "1",
        "chainId": message.chain_id,
        "nonce": message.nonce,
        "issuedAt": message.issued_at.text,
    } | {key: value for key, value in optional.items() if value is not None}


def written(fields: dict[str, Any]) -> str:
    """An object as text, by the ERC's informal template and without any check."""
    lines = [f"{fields.get('domain', '')} wants you to sign in with your Ethereum account:"]
    lines += [fields.get("address", ""), ""]
    lines += [fields["statement"], ""] if "statement" in fields else [""]
    labels = {
        "uri": "URI",
        "version": "Version",
        "chainId": "Chain ID",
        "nonce": "Nonce",
        "issuedAt": "Issued At",
        "expirationTime": "Expiration Time",
        "notBefore": "Not Before",
        "requestId": "Request ID",
    }
    lines += [f"{label}: {fields[key]}" for key, label in labels.items() if key in fields]
    if "resources" in fields:
        lines += ["Resources:", *(f"- {resource}" for resource in fields["resources"])]
    return "\n".join(lines)


def expecting(message: Message, **changes: Any) -> Expectation:
    """What the message says of itself; vectors change a part."""
    said: dict[str, Any] = {
        "domain": message.domain,
        "uri": message.uri,
        "chain_id": message.chain_id,
        "nonce": message.nonce,
        "resource": None,
        "now": LATER,
        "max_age": TWO_CENTURIES,
    }
    return Expectation(**(said | changes))


def verified(vector: dict[str, Any]) -> Any:
    raw = written(vector).encode()
    changes: dict[str, Any] = {}
    if "time" in vector:
        changes["now"] = datetime.fromisoformat(vector["time"])
    if "domainBinding" in vector:
        changes["domain"] = vector["domainBinding"]
    if "matchNonce" in vector:
        changes["nonce"] = vector["matchNonce"]
    return verify(raw, vector["signature"], expecting(parse(raw), **changes))
