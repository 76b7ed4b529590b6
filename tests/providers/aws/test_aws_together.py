"""Looks at single machines share calls, and nobody gets an answer older than his question."""

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest

from ampacity.providers.aws.describe import Row
from ampacity.providers.aws.together import Together


class Seller:
    """Knows `known`; its first call lasts until `open` is set."""

    def __init__(self, *known: str) -> None:
        self.known = set(known)
        self.calls: list[list[str]] = []
        self.begun = threading.Event()
        self.open = threading.Event()

    def ask(self, ids: Iterable[str]) -> dict[str, Row]:
        asked = list(ids)
        answer = {each: {"InstanceId": each, "Call": len(self.calls)} for each in asked if each in self.known}
        self.calls.append(asked)
        self.begun.set()
        assert self.open.wait(10)
        return answer


def test_those_who_come_during_a_call_share_the_next_one() -> None:
    seller = Seller("i-a", "i-b", "i-c")
    together = Together(seller.ask)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(together.look, "i-a")
        assert seller.begun.wait(10)
        later = [pool.submit(together.look, each) for each in ("i-b", "i-c")]
        again = pool.submit(together.look, "i-a")
        while len(together._next.ids if together._next else ()) < 3:
            assert not first.done()
        seller.open.set()

        assert [each.result(10) for each in later] == [
            {"InstanceId": "i-b", "Call": 1},
            {"InstanceId": "i-c", "Call": 1},
        ]
        assert (first.result(10) or {})["Call"] == 0
        assert (again.result(10) or {})["Call"] == 1
    assert seller.calls == [["i-a"], ["i-a", "i-b", "i-c"]]


def test_one_that_is_not_known_is_none_and_hides_no_other() -> None:
    seller = Seller("i-a")
    seller.open.set()
    together = Together(seller.ask)

    assert together.look("i-gone") is None
    assert together.look("i-a") == {"InstanceId": "i-a", "Call": 1}


def test_a_call_that_fails_fails_those_who_wait_and_not_the_next() -> None:
    failures = [OSError("no connection")]

    def ask(_ids: Iterable[str]) -> dict[str, Row]:
        if failures:
            raise failures.pop()
        return {"i-a": {"InstanceId": "i-a"}}

    together = Together(ask)

    with pytest.raises(OSError, match="no connection"):
        together.look("i-a")
    assert together.look("i-a") == {"InstanceId": "i-a"}
