"""Looks at single machines, sent to EC2 as one call: it counts calls of the whole account, not machines.

The first who asks goes at once. Those who come while a call is under way share the next one, so each
gets an answer from a call that began after the question.
"""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future

from .describe import Row

Ask = Callable[[Iterable[str]], dict[str, Row]]
"""Rows by id, without those that EC2 does not know."""


class _Call:
    """One call that is still to be made."""

    def __init__(self) -> None:
        self.ids: set[str] = set()
        self.rows: Future[dict[str, Row]] = Future()

    def make(self, ask: Ask) -> None:
        try:
            self.rows.set_result(ask(sorted(self.ids)))
        except BaseException as error:  # noqa: BLE001 - raised again by everybody who waits for it
            self.rows.set_exception(error)


class Together:
    """Looks in one region. Safe between threads."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._gathering = threading.Lock()
        self._calling = threading.Lock()
        self._next: _Call | None = None

    def look(self, instance_id: str) -> Row | None:
        """The machine's row, `None` where EC2 does not know it. Raises what `ask` raises."""
        with self._gathering:
            first = self._next is None
            call = self._next = self._next or _Call()
            call.ids.add(instance_id)
        if first:
            with self._calling:
                with self._gathering:
                    self._next = None
                call.make(self._ask)
        return call.rows.result().get(instance_id)
