"""Wait until a machine runs, within bounds."""

import msgspec

from ...providers.base import RETRYABLE, Machine, MachineState, ProviderError, Provisions, Token
from .bench import Bench
from .outcomes import NotReadyError
from .outputs import outputs_of, problems_of
from .patience import poll

_ENDED = frozenset({MachineState.FAILED, MachineState.GONE})


class Awaited(msgspec.Struct, frozen=True, kw_only=True):
    """A machine that is to run: its resource, its token, and how it was last seen."""

    urn: str
    token: Token
    machine: Machine


def await_running(bench: Bench, seller: Provisions, awaited: Awaited, seconds: float) -> Machine:
    """The machine once it runs. Raises `NotReadyError` with its id if it fails, is late, or on stop."""
    token = awaited.token
    watch = _Watch(bench, seller, awaited)
    try:
        poll(watch.look, seconds=seconds, stop=bench.stop)
    except ProviderError as error:
        raise _not_ready(watch.last, token, str(error)) from error
    if watch.last.state is MachineState.RUNNING:
        return watch.last
    if watch.last.state in _ENDED:
        raise _not_ready(watch.last, token)
    raise _not_ready(watch.last, token, "stopped waiting" if bench.stop.is_set() else f"still so after {seconds:.0f} s")


class _Watch:
    """Looks at one machine and remembers how it last was."""

    def __init__(self, bench: Bench, seller: Provisions, awaited: Awaited) -> None:
        self._bench = bench
        self._seller = seller
        self._urn = awaited.urn
        self._since = bench.clock()
        self._looked = False
        self._told = ""
        self.last = awaited.machine

    def look(self) -> Machine | None:
        """The machine once it runs or never will, `None` while it may."""
        if self._looked:
            self._ask()
        self._looked = True
        if self.last.state is MachineState.RUNNING or self.last.state in _ENDED:
            return self.last
        self._tell(f"{self.last.state.value}: {self.last.ref.id}")
        return None

    def _tell(self, text: str) -> None:
        """Each telling is a call to the engine and an event from it: nobody is told the same twice."""
        if text != self._told:
            self._told = text
            self._bench.tell(self._urn, text)

    def _ask(self) -> None:
        try:
            now = self._seller.read(self.last.ref)
        except ProviderError as error:
            if error.kind not in RETRYABLE:
                raise
            return
        if now is not None:
            self.last = now
        elif self._bench.unsettled_seconds(self._since) == 0.0:
            self.last = _as_gone(self.last)


def _as_gone(machine: Machine) -> Machine:
    return msgspec.structs.replace(machine, state=MachineState.GONE, address=None)


def _not_ready(machine: Machine, token: Token, why: str = "") -> NotReadyError:
    reasons = problems_of(machine) + ([why] if why else [])
    return NotReadyError(machine.ref.id, outputs_of(machine, token), reasons)
