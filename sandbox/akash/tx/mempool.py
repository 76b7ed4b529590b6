"""From a client's bytes to a block: checked at once, carried out with the next one, kept by hash."""

from ...faults import FaultKind, Faults
from ..refusals import ChainRefusedError, sdk
from ..rows import Pending, Transaction
from ..state import State
from .admission import admit
from .decoding import Tx, decode_tx
from .messages import Message, decode_message

GAS_BASE = 60_000
GAS_PER_MESSAGE = 20_000
GAS_PER_BYTE = 10
GAS_SHORT = 2_618
"""By so much what is to fail later runs out of gas."""


def submit(state: State, raw: bytes) -> str:
    """Let it wait for the next block, and return its hash. Raises the chain's refusal; then it waits for nothing."""
    tx = decode_tx(raw)
    if tx.hash in state.pending or tx.hash in state.transactions:
        raise sdk(19, "tx already in mempool")
    messages = _messages(tx)
    trial = state.copy(state.now)  # who waits has not paid yet
    admit(trial, tx, messages, ahead=_ahead(state, messages[0].signer))
    state.pending[tx.hash] = Pending(raw=raw, height=state.height + 1)
    return tx.hash


def simulate(state: State, raw: bytes) -> int:
    """The gas that it would use. Raises the chain's refusal that it would meet. `state` is used up."""
    tx = decode_tx(raw)
    messages = _messages(tx)
    admit(state, tx, messages, ahead=_ahead(state, messages[0].signer), simulate=True)
    _carry_out(state, messages, None)
    return gas_of(tx)


def include_due(state: State, faults: Faults) -> None:
    """Carry out what waited for a block that has come, at that block's time."""
    now = state.now
    for hash_, waiting in list(state.pending.items()):
        if waiting.height > state.clock.height(now):
            continue
        del state.pending[hash_]
        state.now = min(now, state.clock.time(waiting.height).timestamp() + state.clock.block_seconds / 1000)
        state.transactions[hash_] = _include(state, decode_tx(waiting.raw), waiting.height, faults)
    state.now = now


def gas_of(tx: Tx) -> int:
    """Made up, and the same every time."""
    return GAS_BASE + GAS_PER_MESSAGE * len(tx.messages) + GAS_PER_BYTE * len(tx.raw)


def _include(state: State, tx: Tx, height: int, faults: Faults) -> Transaction:
    """Fee and sequence stay even where a message fails; of the messages all happens or nothing."""
    start, used = len(state.moved), gas_of(tx)
    codespace, code, log = "", 0, ""
    try:
        messages = _messages(tx)
        admit(state, tx, messages)
        if used > tx.gas_limit:
            raise sdk(11, f"out of gas in location: block; gasWanted: {tx.gas_limit}, gasUsed: {used}: out of gas")
        if faults.take(FaultKind.FAILS_LATER):
            used = tx.gas_limit + GAS_SHORT
            raise sdk(11, f"out of gas in location: WriteFlat; gasWanted: {tx.gas_limit}, gasUsed: {used}: out of gas")
        trial = state.copy(state.now)
        _carry_out(trial, messages, faults)
        state.take(trial)
    except ChainRefusedError as refusal:
        codespace, code, log = refusal.codespace, refusal.code, refusal.message
    return Transaction(
        hash=tx.hash,
        height=height,
        codespace=codespace,
        code=code,
        raw_log=log,
        gas_wanted=tx.gas_limit,
        gas_used=min(used, tx.gas_limit),
        raw=tx.raw,
        moved=tuple(state.moved[start:]),
    )


def _carry_out(state: State, messages: list[Message], faults: Faults | None) -> None:
    for index, message in enumerate(messages):
        try:
            message.carry_out(state, faults)
        except ChainRefusedError as refusal:
            text = f"failed to execute message; message index: {index}: {refusal.message}"
            raise ChainRefusedError(refusal.codespace, refusal.code, text) from refusal


def _messages(tx: Tx) -> list[Message]:
    return [decode_message(type_url, data) for type_url, data in tx.messages]


def _ahead(state: State, signer: str) -> int:
    """How many transactions of the signer wait already."""
    waiting = [decode_tx(row.raw) for row in state.pending.values()]
    return sum(_messages(tx)[0].signer == signer for tx in waiting)
