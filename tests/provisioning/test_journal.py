"""The journal: nothing is asked of a seller before it is on disk, and nothing in it is lost or secret."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ampacity.core.errors import ResourceError
from ampacity.providers.base import Token
from ampacity.provisioning.journal import EntryState, Journal
from ampacity.provisioning.machines import MachineInputs
from ampacity.provisioning.tokens import token_of

URN = "urn:pulumi:train::ampacity::ampacity:index:Machine::node-0"
Build = Callable[..., MachineInputs]
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Ticking:
    """A clock that moves one second at each look."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def ticking(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal", Ticking())


def test_an_intent_is_on_disk_with_all_that_finds_the_machine_again(journal: Journal, machine: Build) -> None:
    journal.intend(Token("ab" * 16), URN, machine())
    entry = Journal(journal._folder).entry(Token("ab" * 16))
    assert entry is not None
    assert (entry.urn, entry.name, entry.provider, entry.region) == (URN, "node-0", "toy", "toy-1")
    assert entry.state is EntryState.INTENDED
    assert entry.inputs.offer == machine().offer
    assert entry.id is None


def test_user_data_is_nowhere_in_the_journal(journal: Journal, machine: Build) -> None:
    journal.intend(Token("ab" * 16), URN, machine(user_data="hunter2"))
    files = list(journal._folder.iterdir())
    assert files
    assert all(b"hunter2" not in file.read_bytes() for file in files)


def test_entries_are_readable_by_their_owner_only(journal: Journal, machine: Build) -> None:
    journal.intend(Token("ab" * 16), URN, machine())
    (file,) = journal._folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_journal_that_cannot_be_written_refuses(tmp_path: Path, machine: Build) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(ResourceError) as refused:
        Journal(tmp_path / "file" / "journal").intend(Token("ab" * 16), URN, machine())
    assert refused.value.code == "AMP-JOURNAL"


def test_an_entry_that_cannot_be_read_is_never_passed_over(journal: Journal, machine: Build) -> None:
    journal.intend(Token("ab" * 16), URN, machine())
    (journal._folder / "cdcd.json").write_text("{half an ent", encoding="utf-8")
    with pytest.raises(ResourceError) as refused:
        journal.entries()
    assert "cdcd.json" in refused.value.why


def test_the_way_on_from_an_entry_that_cannot_be_read_is_commands(tmp_path: Path, machine: Build) -> None:
    journal = Journal(tmp_path / "train" / "journal")
    journal.intend(Token("ab" * 16), URN, machine())
    torn = journal._folder / "cdcd.json"
    torn.write_text("{half an ent", encoding="utf-8")
    with pytest.raises(ResourceError) as refused:
        journal.entries()
    assert refused.value.fix.startswith("ampacity status train shows the rest, and ampacity destroy train ends it; or ")
    assert f"mv {torn} {torn}.torn" in refused.value.fix


def test_who_shows_or_ends_what_there_is_goes_on_beside_it_and_can_say_which_it_is(
    journal: Journal, machine: Build
) -> None:
    whole = journal.intend(Token("ab" * 16), URN, machine())
    assert journal.torn() == ()
    torn = journal._folder / f"{'cd' * 16}.json"
    torn.write_text("{half an ent", encoding="utf-8")
    tolerant = journal.tolerant()
    assert tolerant.entries() == [whole]
    tolerant.settle(Token("cd" * 16), EntryState.GONE)
    (said,) = tolerant.torn()
    assert said.startswith(f"UNREADABLE: {torn} is of a create call; what that made may bill")
    assert torn.read_text(encoding="utf-8") == "{half an ent"


def test_settling_keeps_the_id_that_was_once_known(journal: Journal, machine: Build) -> None:
    token = Token("ab" * 16)
    journal.intend(token, URN, machine())
    journal.settle(token, EntryState.MADE, id="toy-1")
    journal.settle(token, EntryState.GONE)
    entry = journal.entry(token)
    assert entry is not None
    assert (entry.state, entry.id) == (EntryState.GONE, "toy-1")


def test_a_time_tells_when_the_state_was_entered_not_when_it_was_last_seen(ticking: Journal, machine: Build) -> None:
    token = Token("ab" * 16)
    ticking.intend(token, URN, machine())
    ticking.settle(token, EntryState.MADE, id="toy-1")
    ticking.settle(token, EntryState.MADE, id="toy-1")
    entry = ticking.entry(token)
    assert entry is not None
    assert entry.at == NOON + timedelta(seconds=2)


def test_what_a_machine_cost_can_be_told_when_it_is_gone(ticking: Journal, machine: Build) -> None:
    token = Token("ab" * 16)
    ticking.intend(token, URN, machine())
    ticking.settle(token, EntryState.MADE, id="toy-1", usd_per_hour=Decimal("20.5"))
    ticking.settle(token, EntryState.GONE)
    entry = ticking.entry(token)
    assert entry is not None
    assert (entry.since, entry.at) == (NOON + timedelta(seconds=1), NOON + timedelta(seconds=3))
    assert entry.usd_per_hour == Decimal("20.5")


def test_a_seller_that_says_when_it_was_made_knows_better(ticking: Journal, machine: Build) -> None:
    token = Token("ab" * 16)
    ticking.intend(token, URN, machine())
    ticking.settle(token, EntryState.MADE, id="toy-1", since=NOON + timedelta(seconds=30))
    ticking.settle(token, EntryState.GONE)
    entry = ticking.entry(token)
    assert entry is not None
    assert entry.since == NOON + timedelta(seconds=30)


def test_settling_what_was_never_intended_writes_nothing(journal: Journal) -> None:
    journal.settle(Token("ab" * 16), EntryState.GONE)
    assert journal.entries() == []


def test_those_who_failed_are_forgiven_once_their_orders_are_closed(journal: Journal, machine: Build) -> None:
    for token, state in ((Token("aa" * 16), EntryState.GONE), (Token("bb" * 16), EntryState.MADE)):
        journal.intend(token, URN, machine())
        journal.shun(token, f"bidder {token[0]}", "it took nothing")
        journal.settle(token, state)
    assert journal.shunned() == {"bidder a", "bidder b"}
    journal.forgive()
    assert journal.shunned() == {"bidder b"}


def test_entries_come_oldest_first(ticking: Journal, machine: Build) -> None:
    for token in ("cc" * 16, "aa" * 16, "bb" * 16):
        ticking.intend(Token(token), URN, machine())
    assert [entry.token for entry in ticking.entries()] == ["cc" * 16, "aa" * 16, "bb" * 16]


def test_the_token_stays_until_its_machine_is_gone_and_then_moves_on(journal: Journal, machine: Build) -> None:
    inputs = machine()
    first, second = (token_of(inputs.deployment, URN, inputs.replace, attempt) for attempt in (0, 1))
    assert journal.token_for(URN, inputs) == first
    journal.intend(first, URN, inputs)
    for state in (EntryState.INTENDED, EntryState.REFUSED, EntryState.MADE):
        journal.settle(first, state)
        assert journal.token_for(URN, inputs) == first
    journal.settle(first, EntryState.GONE)
    assert journal.token_for(URN, inputs) == second


def test_what_the_sellers_books_said_last_is_kept_with_when_they_said_it(ticking: Journal, machine: Build) -> None:
    token = Token("ab" * 16)
    ticking.intend(token, URN, machine())  # NOON + 1 s
    ticking.settle(token, EntryState.INTENDED, spent_usd=Decimal("7.5"))  # NOON + 2 s
    ticking.settle(token, EntryState.INTENDED, usd_per_hour=Decimal(0))
    entry = ticking.entry(token)
    assert entry is not None
    assert (entry.spent_usd, entry.spent_at) == (Decimal("7.5"), NOON + timedelta(seconds=2))
