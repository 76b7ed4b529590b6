"""The manifest goes out byte for byte, and again until it is taken or it is no use."""

import hashlib
import threading
import time
from typing import Any

import pytest

from ampacity.core.errors import CancelledError
from ampacity.providers.akash.gateway import GatewayError, Limits, Trouble
from ampacity.providers.akash.gateway.manifest import pauses
from ampacity.providers.base import Failure

MANIFEST = '[{"name":"dcloud","services":[{"env":["A=\\u003c\\u0026"],"name":"wörker"}]}]'.encode()
TAKEN = ("200 OK", b"")
NO_LEASE = ("404 Not Found", b"no lease for deployment\n")
MISMATCH = ("422 Unprocessable Entity", b"manifest version validation failed\n")


def _send(stage: Any, gateway: Any, **limits: float) -> None:
    stage.connect(gateway, limits=limits).send_manifest(stage.lease.dseq, MANIFEST)


def _fails(stage: Any, gateway: Any, **limits: float) -> GatewayError:
    with pytest.raises(GatewayError) as failed:
        _send(stage, gateway, **limits)
    return failed.value


def test_the_very_bytes_that_were_hashed_are_put_with_our_token(stage: Any) -> None:
    gateway = stage.says(TAKEN)
    _send(stage, gateway)
    head, _, body = gateway.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"PUT /deployment/27761552/manifest HTTP/1.1\r\n")
    assert f"Authorization: Bearer {stage.token}".encode() in head.split(b"\r\n")
    assert hashlib.sha256(body).digest() == hashlib.sha256(MANIFEST).digest()


@pytest.mark.parametrize(
    "not_yet",
    [
        NO_LEASE,
        ("500 Internal Server Error", b"rpc error: code = NotFound desc = Deployment not found: key not found"),
        ("502 Bad Gateway", b"<html>"),
        ("503 Service Unavailable", b""),
        ("401 Unauthorized", b'{"message": "JWT is invalid"}'),
    ],
)
def test_a_provider_that_lags_behind_the_chain_is_tried_again_with_a_fresh_token(stage: Any, not_yet: Any) -> None:
    tokens = iter(["first", "second", "third"])
    gateway = stage.says(not_yet, not_yet, TAKEN)
    stage.connect(gateway, token=lambda: next(tokens)).send_manifest(stage.lease.dseq, MANIFEST)
    sent = [request.partition(b"\r\n\r\n") for request in gateway.requests]
    assert [body for _, _, body in sent] == [MANIFEST] * 3
    assert b"Bearer third\r\n" in sent[2][0] + b"\r\n"


def test_a_connection_that_breaks_is_tried_again(stage: Any) -> None:
    tries: list[bytes] = []

    def breaks_at_first(sock: Any, request: bytes) -> None:
        tries.append(request)
        if len(tries) > 2:
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    _send(stage, stage.listen(breaks_at_first))
    assert len(tries) == 3


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (MISMATCH, Trouble.MANIFEST_HASH),
        (("422 Unprocessable Entity", b"manifest rejected: must have a hostname"), Trouble.MANIFEST),
        (("302 Found", b"", "Location: https://elsewhere.example/"), Trouble.REDIRECT),
        (("400 Bad Request", b"bad path"), Trouble.REFUSED),
    ],
)
def test_what_will_not_change_is_asked_once(stage: Any, answer: Any, trouble: Trouble) -> None:
    gateway = stage.says(answer, TAKEN)
    assert _fails(stage, gateway).trouble is trouble
    assert len(gateway.requests) == 1


def test_another_hash_than_the_deployments_is_named(stage: Any) -> None:
    error = _fails(stage, stage.says(MISMATCH))
    assert error.kind is Failure.INVALID
    assert "hash" in error.what
    assert "manifest version validation failed" in error.why


def test_a_token_refused_three_times_is_refused(stage: Any) -> None:
    gateway = stage.says(("401 Unauthorized", b'{"message": "JWT is invalid"}'))
    assert _fails(stage, gateway).kind is Failure.AUTH
    assert len(gateway.requests) == 3


def test_a_provider_that_never_learns_of_the_lease_is_given_up_in_time(stage: Any) -> None:
    gateway = stage.says(NO_LEASE)
    began = time.monotonic()
    assert _fails(stage, gateway, manifest_patience_seconds=1.0).trouble is Trouble.NO_LEASE
    assert time.monotonic() - began < 4
    assert len(gateway.requests) >= 3


@pytest.mark.parametrize(("seconds", "least"), [(0.2, 2), (60.0, 1)])
def test_a_provider_that_never_answers_is_given_up_in_time(stage: Any, seconds: float, least: int) -> None:
    silent = stage.listen(lambda sock, _: sock.recv(1))
    began = time.monotonic()
    limits = {"manifest_seconds": seconds, "manifest_patience_seconds": 2.0}
    assert _fails(stage, silent, **limits).trouble is Trouble.SLOW
    assert time.monotonic() - began < 10
    assert len(silent.requests) >= least


def test_silence_at_the_end_does_not_hide_what_the_provider_said_before(stage: Any) -> None:
    said: list[bytes] = []

    def says_once(sock: Any, request: bytes) -> None:
        said.append(request)
        if len(said) > 1:
            sock.recv(1)
        sock.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 23\r\n\r\nno lease for deployment")

    limits = {"manifest_seconds": 0.3, "manifest_patience_seconds": 0.8}
    assert _fails(stage, stage.listen(says_once), **limits).trouble is Trouble.NO_LEASE


def test_a_wrong_certificate_is_final_and_no_manifest_leaves(stage: Any) -> None:
    gateway = stage.says(TAKEN)
    gateway.show(stage.make.on_chain())
    assert _fails(stage, gateway).trouble is Trouble.CERTIFICATE
    assert gateway.requests == []


def test_a_stop_ends_the_waiting_at_once(stage: Any) -> None:
    stop = threading.Event()

    def refuses_and_stops(sock: Any, _request: bytes) -> None:
        sock.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 23\r\n\r\nno lease for deployment")
        stop.set()

    client = stage.connect(stage.listen(refuses_and_stops), limits={"first_pause_seconds": 2.0})
    began = time.monotonic()
    with pytest.raises(CancelledError):
        client.send_manifest(stage.lease.dseq, MANIFEST, stop=stop)
    assert time.monotonic() - began < 1.5


def test_pauses_double_up_to_the_longest_and_all_tries_end_before_the_provider_closes_the_lease() -> None:
    limits = Limits()
    first = pauses(limits)
    assert [next(first) for _ in range(6)] == [1, 2, 4, 8, 10, 10]
    assert limits.manifest_patience_seconds < 300
