"""The parser reads one text one way, refuses everything else with a typed reason, and takes linear time."""

import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ampacity.access.addresses import checksum
from ampacity.access.siwe import parser
from ampacity.access.siwe.denied import DeniedError, Reason
from ampacity.access.siwe.message import Limits, Message, Stamp
from ampacity.access.siwe.parser import MAX_CHAIN_ID, parse
from ampacity.access.siwe.serialise import serialise
from ampacity.core.clock import rfc3339

GOOD = (
    b"service.example wants you to sign in with your Ethereum account:\n"
    b"0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\n\n"
    b"Hello there\n\n"
    b"URI: https://service.example/login\nVersion: 1\nChain ID: 1\nNonce: 32891757\n"
    b"Issued At: 2021-09-30T16:25:24Z\nExpiration Time: 2021-10-30T16:25:24Z\n"
    b"Not Before: 2021-09-30T16:25:24Z\nRequest ID: r1\nResources:\n- urn:a:b"
)
HUGE = Limits(
    message_bytes=1 << 20,
    domain_chars=1 << 20,
    statement_chars=1 << 20,
    uri_chars=1 << 20,
    nonce_chars=1 << 20,
    request_id_chars=1 << 20,
    resources=1 << 20,
)

STATEMENT = "abcXYZ019-._~:/?#[]@!$&'()*+,;= "
moments = st.datetimes(
    min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)  # noqa: DTZ001
)  # fmt: skip
stamps = moments.map(lambda moment: Stamp(rfc3339(moment), moment))
uris = st.from_regex(
    r"(https://[a-z]{1,9}(\.example)?(:[0-9]{1,4})?(/[a-z0-9._~-]{0,6}){0,3}|urn:[a-z]{2,6}:[a-z0-9]{1,6})",
    fullmatch=True,
)
messages = st.builds(
    Message,
    scheme=st.none() | st.sampled_from(["https", "http"]),
    domain=st.from_regex(r"[a-z]{1,12}(\.example)?(:[0-9]{2,5})?", fullmatch=True),
    address=st.binary(min_size=20, max_size=20).map(checksum),
    statement=st.none() | st.text(STATEMENT, min_size=1, max_size=60),
    uri=uris,
    chain_id=st.integers(1, MAX_CHAIN_ID),
    nonce=st.from_regex(r"[A-Za-z0-9]{8,32}", fullmatch=True),
    issued_at=stamps,
    expiration_time=st.none() | stamps,
    not_before=st.none() | stamps,
    request_id=st.none() | st.from_regex(r"[a-z0-9._~@:-]{1,12}", fullmatch=True),
    resources=st.none() | st.lists(uris, min_size=1, max_size=4).map(tuple),
)
empty_fields = st.fixed_dictionaries(
    {}, optional={"statement": st.just(""), "request_id": st.just(""), "resources": st.just(())}
)


def refusal(raw: bytes, limits: Limits | None = None) -> Reason:
    with pytest.raises(DeniedError) as caught:
        parse(raw, limits) if limits else parse(raw)
    return caught.value.reason


def test_the_good_message_of_these_tests_is_read() -> None:
    assert parse(GOOD).request_id == "r1"


@given(messages, empty_fields)
def test_what_is_written_reads_back_as_the_same_value(message: Message, changes: dict[str, Any]) -> None:
    message = msgspec.structs.replace(message, **changes)
    assert parse(serialise(message)) == message


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_and_nothing_else_happens(raw: bytes) -> None:
    with pytest.raises(DeniedError):
        parse(raw)


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255), st.sampled_from(["change", "insert", "delete"]))
@settings(max_examples=400)
def test_a_text_that_is_read_after_a_change_gives_back_its_own_bytes(at: int, byte: int, how: str) -> None:
    tail = GOOD[at:] if how == "insert" else GOOD[at + 1 :]
    raw = GOOD[:at] + (b"" if how == "delete" else bytes([byte])) + tail
    try:
        message = parse(raw)
    except DeniedError:
        return
    assert serialise(message) == raw


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"\n", b"\r\n", Reason.NOT_TEXT),
        (b"service.example wants", b"\xef\xbb\xbfservice.example wants", Reason.NOT_TEXT),
        (b"Hello", b"Hel\x00lo", Reason.NOT_TEXT),
        (b"Hello", b"Hel\x1b[2Jlo", Reason.NOT_TEXT),
        (b"Hello", "Hel\u202elo".encode(), Reason.NOT_TEXT),
        (b"service.example wants", "s\u0435rvice.example wants".encode(), Reason.NOT_TEXT),
        (b"Hello", b"<b>Hello", Reason.SYNTAX),
        (b"Hello there", b"Hello\nthere", Reason.SYNTAX),
        (b"Hello there\n\nURI", b"Hello there\nURI", Reason.SYNTAX),
        (b"service.example wants", b" service.example wants", Reason.SYNTAX),
        (b"service.example wants", b"service.example  wants", Reason.SYNTAX),
        (b"service.example wants", b"://service.example wants", Reason.SYNTAX),
        (b"service.example wants", b"1https://service.example wants", Reason.SYNTAX),
        (b"service.example wants", b"service.example/path wants", Reason.SYNTAX),
        (b"0xC02a", b"0xc02a", Reason.ADDRESS),
        (b"0xC02a", b"0XC02a", Reason.ADDRESS),
        (b"6Cc2\n", b"6Cc2 \n", Reason.ADDRESS),
        (b"Version: 1", b"Version: 2", Reason.SYNTAX),
        (b"Version: 1", b"version: 1", Reason.SYNTAX),
        (b"Chain ID: 1", b"Chain ID: 0", Reason.SYNTAX),
        (b"Chain ID: 1", b"Chain ID: 01", Reason.SYNTAX),
        (b"Chain ID: 1", b"Chain ID: -1", Reason.SYNTAX),
        (b"Chain ID: 1", b"Chain ID: 1e3", Reason.SYNTAX),
        (b"Chain ID: 1", b"Chain ID: 9223372036854775772", Reason.SYNTAX),
        (b"Nonce: 32891757", b"Nonce: 3289175", Reason.SYNTAX),
        (b"Nonce: 32891757", b"Nonce: 3289-1757", Reason.SYNTAX),
        (b"\nNonce: 32891757", b"\nNonce: 32891757\nNonce: 32891757", Reason.SYNTAX),
        (b"At: 2021-09-30T16:25:24Z", b"At: 2021-09-30t16:25:24Z", Reason.TIME_FORM),
        (b"At: 2021-09-30T16:25:24Z", b"At: 2021-09-30T16:25:24z", Reason.TIME_FORM),
        (b"At: 2021-09-30T16:25:24Z", b"At: 2021-09-30T16:25:24", Reason.TIME_FORM),
        (b"At: 2021-09-30T16:25:24Z", b"At: 2021-09-30T16:25:24,5Z", Reason.TIME_FORM),
        (b"At: 2021-09-30T16:25:24Z", b"At: 2021-09-30T16:25:60Z", Reason.TIME_FORM),
        (b"At: 2021-09-30T16:25:24Z", b"At: 2021-09-30T24:00:00Z", Reason.TIME_FORM),
        (b"At: 2021-09-30T16:25:24Z", b"At: 2021-02-29T16:25:24Z", Reason.TIME_FORM),
        (b"At: 2021-09-30T16:25:24Z", b"At: 0000-09-30T16:25:24Z", Reason.TIME_FORM),
        (b"At: 2021-09-30T16:25:24Z", b"At: 0001-01-01T00:00:00+01:00", Reason.TIME_FORM),
        (b"At: 2021-09-30T16:25:24Z", b"At: 2021-09-30T16:25:24+24:00", Reason.TIME_FORM),
        (b"At: 2021-09-30T16:25:24Z", b"At: 20210930T162524Z", Reason.TIME_FORM),
        (b"Request ID: r1", b"Request ID: r/1", Reason.SYNTAX),
        (b"Request ID: r1", b"Request ID: r 1", Reason.SYNTAX),
        (b"- urn:a:b", b"-urn:a:b", Reason.SYNTAX),
        (b"- urn:a:b", b"- urn:a:b\n", Reason.SYNTAX),
        (b"- urn:a:b", b"- urn:a:b\nRequest ID: r2", Reason.SYNTAX),
        (b"- urn:a:b", b"- nothing", Reason.SYNTAX),
    ],
)  # fmt: skip
def test_a_text_that_only_looks_right_is_refused(old: bytes, new: bytes, reason: Reason) -> None:
    assert old in GOOD
    changed = GOOD.replace(old, new) if old == b"\n" else GOOD.replace(old, new, 1)
    assert refusal(changed) is reason


def test_every_line_is_needed_or_optional_but_never_out_of_order() -> None:
    lines = GOOD.split(b"\n")
    optional = {b"Hello there", b"Expiration Time", b"Not Before", b"Request ID"}
    for at, line in enumerate(lines):
        without = b"\n".join(lines[:at] + lines[at + 1 :])
        if line.partition(b":")[0] in optional or at == len(lines) - 1:
            parse(without)
        else:
            refusal(without)
    for at in range(len(lines) - 1):
        swapped = [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]
        if swapped != lines:
            refusal(b"\n".join(swapped))


@pytest.mark.parametrize(
    "tail", [b"\n", b"\nNonce: 32891757", b"\nExpiration Time: 2021-10-30T16:25:24Z", b"\n- urn:a:b"]
)
def test_nothing_may_follow_the_last_field(tail: bytes) -> None:
    assert refusal(GOOD.partition(b"\nRequest ID")[0] + tail) is Reason.SYNTAX


def test_a_value_that_would_be_written_otherwise_is_refused_whatever_the_parser_thought_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parser, "serialise", lambda _: GOOD + b" ")
    assert refusal(GOOD) is Reason.ROUND_TRIP


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Hello there", b"a" * 2049),
        (b"service.example wants", b"a" * 256 + b" wants"),
        (b"https://service.example/login", b"a:" + b"b" * 511),
        (b"32891757", b"1" * 129),
        (b"Request ID: r1", b"Request ID: " + b"r" * 129),
        (b"- urn:a:b", b"\n".join([b"- urn:a:b"] * 9)),
        (b"Hello there", b"a" * 5000),
    ],
)
def test_a_field_that_is_too_long_is_refused_for_its_size(old: bytes, new: bytes) -> None:
    assert refusal(GOOD.replace(old, new)) is Reason.TOO_LARGE


SHAPES: dict[str, Callable[[int], bytes]] = {
    "statement": lambda n: GOOD.replace(b"Hello there", b"a" * n),
    "statement ending badly": lambda n: GOOD.replace(b"Hello there", b"a" * n + b"`"),
    "path": lambda n: GOOD.replace(b"/login", b"/a" * (n // 2)),
    "percent signs ending badly": lambda n: GOOD.replace(b"/login", b"/" + b"%41" * (n // 3) + b"%4"),
    "query marks": lambda n: GOOD.replace(b"/login", b"?" * n),
    "at signs": lambda n: GOOD.replace(b"service.example wants", b"@" * n + b" wants"),
    "scheme marks": lambda n: GOOD.replace(b"service.example wants", b"a://" * (n // 4) + b" wants"),
    "colons": lambda n: GOOD.replace(b"https://service.example", b"a://[" + b":" * n + b"]"),
    "brackets": lambda n: GOOD.replace(b"https://service.example", b"a://" + b"[" * n),
    "empty lines": lambda n: GOOD.replace(b"Hello there", b"\n" * n),
    "resources": lambda n: GOOD + b"\n- a:b" * (n // 6),
    "digits": lambda n: GOOD.replace(b"Chain ID: 1", b"Chain ID: " + b"9" * n),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_message_four_times_as_long_takes_nothing_like_sixteen_times_as_long(shape: str) -> None:
    """16 KiB against 64 KiB without limits: quadratic work would be 16 times as much, linear 4 times."""
    short, long = (_seconds(SHAPES[shape](size)) for size in (1 << 14, 1 << 16))
    assert long < 10 * short + 0.001


def test_a_message_above_the_limit_is_refused_before_it_is_looked_at() -> None:
    assert refusal(b"\xff" * 16_384) is Reason.TOO_LARGE


def _seconds(raw: bytes) -> float:
    best = float("inf")
    for _ in range(5):
        start = time.process_time()
        with suppress(DeniedError):
            parse(raw, HUGE)
        best = min(best, time.process_time() - start)
    return best


@given(messages)
@settings(max_examples=12, deadline=timedelta(seconds=30))
def test_the_siwe_library_reads_the_same_fields_from_what_we_write(message: Message) -> None:
    read = _library(serialise(message).decode())
    assert read == {
        "scheme": message.scheme,
        "domain": message.domain,
        "address": message.address,
        "statement": message.statement,
        "uri": message.uri,
        "chain_id": message.chain_id,
        "nonce": message.nonce,
        "issued_at": message.issued_at.text,
        "expiration_time": message.expiration_time and message.expiration_time.text,
        "not_before": message.not_before and message.not_before.text,
        "request_id": message.request_id,
        "resources": list(message.resources) if message.resources else None,
    }


@given(st.data())
@settings(max_examples=25, deadline=timedelta(seconds=30))
def test_we_accept_no_changed_text_that_the_siwe_library_refuses_but_for_uris_that_are_no_urls(
    data: st.DataObject,
) -> None:
    at = data.draw(st.integers(0, len(GOOD) - 1))
    raw = (
        GOOD[:at]
        + data.draw(st.sampled_from([b"", b"a", b"0", b"/", b":", b" ", b"%", b"@", b"[", b"\n"]))
        + GOOD[at + 1 :]
    )
    try:
        message = parse(raw)
    except DeniedError:
        return
    refused = _refusals(raw.decode())
    if not refused:
        assert _library(raw.decode())["nonce"] == message.nonce
    # The EIP asks for a URI of RFC 3986, the library for a URL: `http:://a/b` is the one and not the other.
    assert refused <= {("uri", "url_parsing"), ("resources", "url_parsing")}


def test_a_uri_need_not_be_a_url() -> None:
    raw = GOOD.replace(b"URI: https://", b"URI: https:://")
    assert raw != GOOD
    assert parse(raw).uri.startswith("https:://")
    assert _refusals(raw.decode()) == {("uri", "url_parsing")}


def _refusals(text: str) -> set[tuple[object, str]]:
    """The fields that the library refuses, each with the kind of its complaint."""
    from pydantic import ValidationError

    try:
        _library(text)
    except ValidationError as error:
        return {(each["loc"][0], each["type"]) for each in error.errors()}
    return set()


def _library(text: str) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from siwe import SiweMessage

        read = SiweMessage.from_message(text, abnf=True).model_dump()
    read.pop("version")
    return dict(read)
