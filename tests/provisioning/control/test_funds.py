"""What a plan locks is held against what is in the accounts, for all of it at once and before the plan is used."""

from collections.abc import Mapping
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from ampacity.core.errors import Exit, PolicyError
from ampacity.planning.prepaid import Quote
from ampacity.providers.base import Account, Failure, ProviderError
from ampacity.provisioning.funds import Due, refuse_unpaid


class Payer:
    """A seller that is paid ahead, from an account with so much in it."""

    def __init__(self, free: str | None, *, lack: str = "", down: bool = False) -> None:
        self.free, self.lack, self.down = free, lack, down

    def account(self) -> Account:
        if self.down:
            raise ProviderError("bazaar", Failure.UNREACHABLE, "no route")
        free = None if self.free is None else Decimal(self.free)
        return Account(name="acct1", free_usd=free, lack=self.lack, fund="send more to acct1")


def doubts(payers: Mapping[str, object], *quotes: tuple[str, str | None], **terms: Any) -> tuple[str, ...]:
    desk: Any = SimpleNamespace(open=lambda name, _sites: payers[name])
    asked = [
        Quote(machine=f"m-{at}", provider=name, usd=None if usd is None else Decimal(usd))
        for at, (name, usd) in enumerate(quotes)
    ]
    return refuse_unpaid(desk, Due(quotes=asked, sites=None, **terms))


def test_an_account_with_just_enough_for_all_machines_is_enough() -> None:
    assert doubts({"bazaar": Payer("46.88")}, ("bazaar", "23.44"), ("bazaar", "23.44")) == ()


def test_what_would_do_for_each_machine_and_not_for_both_is_refused_with_both_ways_on() -> None:
    with pytest.raises(PolicyError) as caught:
        doubts({"bazaar": Payer("46.87")}, ("bazaar", "23.44"), ("bazaar", "23.44"))
    error = caught.value
    assert (error.code, error.exit) == ("AMP-FUNDS", Exit.POLICY)
    assert error.why == "acct1 has $46.87, and $46.88 is locked for 2 machines"
    assert error.fix.startswith("send more to acct1, or fewer ttl_hours and ")
    assert error.fix.endswith("; then ampacity apply PLAN")


def test_each_seller_has_its_own_account() -> None:
    payers = {"bazaar": Payer("25"), "souk": Payer("25")}
    assert doubts(payers, ("bazaar", "20"), ("souk", "20")) == ()
    with pytest.raises(PolicyError, match="souk cannot be paid"):
        doubts(payers, ("bazaar", "20"), ("souk", "30"))


def test_an_account_that_lacks_something_else_is_refused_with_what_it_lacks() -> None:
    with pytest.raises(PolicyError) as caught:
        doubts({"bazaar": Payer("99", lack="it has no AKT for fees")}, ("bazaar", "1"))
    assert caught.value.why == "it has no AKT for fees"


def test_what_nobody_knows_is_said_and_is_no_lack() -> None:
    (unknown,) = doubts({"bazaar": Payer(None)}, ("bazaar", "23.44"))
    assert unknown.startswith("bazaar does not say what acct1 has, and $23.44 is to be locked")
    (down,) = doubts({"bazaar": Payer(None, down=True)}, ("bazaar", "23.44"))
    assert down.startswith("bazaar cannot be asked what the account has (no route), and $23.44 is to be locked")


def test_sellers_that_lock_nothing_or_keep_no_account_are_not_asked() -> None:
    assert doubts({"bazaar": Payer("0"), "rack": object()}, ("bazaar", "0"), ("rack", "5"), ("bazaar", None)) == ()


def test_what_comes_back_first_pays_for_what_is_made_anew() -> None:
    payers, freed = {"bazaar": Payer("23.43")}, {"bazaar": Decimal(20), "souk": Decimal(99)}
    assert doubts(payers, ("bazaar", "23.43"), ("bazaar", "20"), freed_usd=freed) == ()
    with pytest.raises(PolicyError) as caught:
        doubts(payers, ("bazaar", "23.44"), ("bazaar", "20"), freed_usd=freed, less="", again="one", give_up="two")
    assert caught.value.why == "acct1 has $23.43, and $23.44 is locked for 2 machines beside what comes back first"
    assert caught.value.fix == "send more to acct1; then one; or two"
