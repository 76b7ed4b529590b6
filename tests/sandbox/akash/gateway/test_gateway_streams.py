"""Logs and events come over a WebSocket, and end as a provider ends them."""

import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from ampacity.sandbox.akash.gateway import Gateways
from ampacity.sandbox.akash.market import Market
from ampacity.sandbox.akash.stock import Bidder

READY_SECONDS = 10


class Listener:
    """Listens to one provider's streams, with the owner's token."""

    def __init__(self, market: Market, bidder: Bidder, owner: Any) -> None:
        self._row = market.read().providers[bidder.address]
        self._trust = ssl.create_default_context(cadata=self._row.certificates[0].decode())
        self._owner = owner

    def hear(self, path: str, **claims: Any) -> tuple[list[Any], int | None]:
        """All messages, and the code of the frame that closed the stream."""
        uri = self._row.host_uri.replace("https://", "wss://") + path
        headers = {"Authorization": f"Bearer {self._owner.token(**claims)}"}
        messages = []
        with connect(uri, ssl=self._trust, additional_headers=headers, proxy=None) as stream:
            try:
                while True:
                    messages.append(json.loads(stream.recv(timeout=10)))
            except ConnectionClosed as closed:
                return messages, closed.rcvd.code if closed.rcvd else None


@pytest.fixture
def listener(market: Market, tmp_path: Path, bidder: Bidder, owner: Any) -> Iterator[Listener]:
    opened = Gateways(market, tmp_path, ready_seconds=READY_SECONDS)
    yield Listener(market, bidder, owner)
    opened.close()


def delivered(owner: Any, bidder: Bidder, manifest: Any) -> None:
    owner.market.deliver(owner.lease(bidder).id, json.dumps(manifest).encode())


def test_logs_come_line_by_line_and_just_end(
    listener: Listener, owner: Any, bidder: Bidder, manifest: Any, now: list[float]
) -> None:
    delivered(owner, bidder, manifest)
    now[0] += READY_SECONDS
    lines, code = listener.hear("/lease/7/1/1/logs?follow=false&tail=100")
    assert [line["message"] for line in lines] == ["starting", "\x1b[32mready\x1b[0m"]
    assert {line["name"].rpartition("-")[0] for line in lines} == {"gpu"}
    assert code is None
    (last,), _ = listener.hear("/lease/7/1/1/logs?follow=false&tail=1")
    assert last == lines[-1]


def test_events_name_the_pod_and_end_with_a_frame(
    listener: Listener, owner: Any, bidder: Bidder, manifest: Any
) -> None:
    delivered(owner, bidder, manifest)
    rows, code = listener.hear("/lease/7/1/1/kubeevents?follow=false")
    assert [row["reason"] for row in rows] == ["Scheduled", "Started"]
    assert {row["object"]["kind"] for row in rows} == {"Pod"}
    assert code == 1000


def test_nothing_runs_before_it_is_ready(listener: Listener, owner: Any, bidder: Bidder, manifest: Any) -> None:
    delivered(owner, bidder, manifest)
    assert listener.hear("/lease/7/1/1/logs") == ([], 4000)


def test_a_lease_that_is_not_there_closes_the_stream(listener: Listener) -> None:
    assert listener.hear("/lease/7/1/1/logs") == ([], 4001)
    assert listener.hear("/lease/7/1/1/kubeevents") == ([], 4001)


def test_a_token_for_something_else_opens_no_stream(listener: Listener) -> None:
    with pytest.raises(InvalidStatus) as refused:
        listener.hear("/lease/7/1/1/logs", leases={"access": "scoped", "scope": ["events"]})
    assert refused.value.response.status_code == 401
