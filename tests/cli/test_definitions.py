"""A seller's own description of what runs is checked before anything is planned, and against what is bought."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from ampacity.cli import definitions as room
from ampacity.cli.planfiles import SavedPlan, SpecFiles, read_definition, read_spec_files
from ampacity.core.contexts import Context, NamedContext, ProviderSettings
from ampacity.core.digests import digest_bytes
from ampacity.core.errors import UnexpectedChangeError, UsageError
from ampacity.planning.load import load_spec
from ampacity.planning.plan import Action, Definition, FileRef
from ampacity.providers import table
from ampacity.providers.base import Claim, Failure, Gpu, Market, Offer, OfferQuery, Provider, ProviderError, Skip

SPEC = """\
schema: ampacity.spec/1
name: demo
gpu: {models: [H100], count: 1}
node: {definition: job.yaml}
hours: 1
ttl_hours: 2
"""
TEXT = "gpus: 1\n"


class Plain(Provider):
    name: ClassVar[str] = "plain"
    title: ClassVar[str] = "Takes none"

    def offers(self, query: OfferQuery) -> Iterator[Offer | Skip]:
        yield from ()


class Taker(Plain):
    """Takes `gpus: N`, and nothing else."""

    name: ClassVar[str] = "taker"

    def check_definition(self, text: str, *, where: str, gpu: Gpu | None = None) -> None:
        if not text.startswith("gpus: "):
            raise UsageError(f"{where}:1: not mine")
        if gpu is not None and int(text.removeprefix("gpus: ")) != gpu.count:
            raise UsageError(f"{where}:1: it asks for other GPUs than {gpu.count}")


KINDS: dict[str, type[Provider]] = {"plain": Plain, "taker": Taker}


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> NamedContext:
    monkeypatch.setattr(table, "known", lambda: dict.fromkeys(KINDS, ""))
    monkeypatch.setattr(table, "provider_class", KINDS.__getitem__)
    monkeypatch.setattr(table, "open_provider", lambda name, _context, **_: KINDS[name]())
    providers = dict.fromkeys(KINDS, ProviderSettings())
    return NamedContext(name="test", context=Context(providers=providers), file=Path("config.toml"))


@pytest.fixture
def files(tmp_path: Path) -> SpecFiles:
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC)
    (tmp_path / "job.yaml").write_text(TEXT)
    return read_spec_files(load_spec(spec), spec, tmp_path / "plans" / "p.json")


def offer(provider: str, gpus: int) -> Offer:
    return Offer(
        provider=provider,
        sku="box",
        region="here",
        market=Market.AUCTION,
        gpu=Gpu(model="H100", count=gpus, memory_gib=80),
        claim=Claim.LISTED,
        source="test",
        observed_at=datetime(2026, 11, 21, tzinfo=UTC),
    )


def test_the_plan_gets_the_file_its_digest_and_who_takes_it(named: NamedContext, files: SpecFiles) -> None:
    expected = FileRef(path="../job.yaml", digest=digest_bytes(TEXT.encode()))
    assert room.check_definition(named, (), files) == Definition(file=expected, providers=("taker",))


def test_a_text_that_its_seller_refuses_is_told_by_file_and_line(
    named: NamedContext, files: SpecFiles, tmp_path: Path
) -> None:
    (tmp_path / "job.yaml").write_text("nonsense")
    spec = tmp_path / "spec.yaml"
    again = read_spec_files(load_spec(spec), spec, tmp_path / "p.json")
    with pytest.raises(UsageError, match=r"job\.yaml:1: not mine"):
        room.check_definition(named, (), again)


def test_where_nobody_takes_one_it_is_refused(named: NamedContext, files: SpecFiles) -> None:
    with pytest.raises(UsageError) as refused:
        room.check_definition(named, ("plain",), files)
    assert refused.value.code == "AMP-DEFINITION"
    assert "node.definition" in refused.value.why


def plan_of(*offers: Offer) -> Any:
    ref = FileRef(path="job.yaml", digest=digest_bytes(TEXT.encode()))
    return SimpleNamespace(offers=offers, definition=Definition(file=ref, providers=("taker",)))


def test_it_must_ask_for_the_gpus_that_the_plan_buys_from_who_takes_it(named: NamedContext, files: SpecFiles) -> None:
    room.check_order(named, plan_of(offer("taker", 1), offer("plain", 8)), files)
    with pytest.raises(UsageError, match="other GPUs than 8"):
        room.check_order(named, plan_of(offer("taker", 8)), files)


class Adviser(Taker):
    """Has something to say of what it would run."""

    name: ClassVar[str] = "adviser"

    def advice(self, *, image: str, definition: str | None = None, way_in: bool = True) -> tuple[str, ...]:
        if not way_in:
            return ("nobody gets in",)
        return (f"{image} is old",) if definition is None else (f"{definition.strip()} are few",)


class Keyed(Plain):
    """Makes nothing without a key."""

    name: ClassVar[str] = "keyed"

    def check_key(self, ssh_public_key: str | None) -> None:
        if ssh_public_key is None:
            raise ProviderError("keyed", Failure.INVALID, "exactly one key, and the spec names none", fix="add `ssh`")


@pytest.mark.parametrize(
    ("action", "key", "refused"), [("+", None, True), ("+", "ssh-ed25519 A", False), ("=", None, False)]
)
def test_who_makes_nothing_without_a_key_refuses_the_plan_by_file_and_key_before_it_is_signed(
    monkeypatch: pytest.MonkeyPatch, named: NamedContext, action: str, key: str | None, refused: bool
) -> None:
    monkeypatch.setitem(KINDS, "keyed", Keyed)
    own = offer("keyed", 1)
    machine = SimpleNamespace(offer=own.id, action=Action(action))
    plan: Any = SimpleNamespace(offers=(own,), machines=[machine], ssh_public_key=key)
    if not refused:
        room.check_key(named, plan, Path("job.yaml"))
        return
    with pytest.raises(UsageError, match=r"job.yaml: `ssh.public_key`: keyed") as caught:
        room.check_key(named, plan, Path("job.yaml"))
    assert (caught.value.why, caught.value.fix) == ("exactly one key, and the spec names none", "add `ssh`")


def test_the_sellers_of_what_is_new_have_their_say_of_what_is_to_run(
    monkeypatch: pytest.MonkeyPatch, named: NamedContext, files: SpecFiles
) -> None:
    monkeypatch.setitem(KINDS, "adviser", Adviser)
    own, other, kept = offer("adviser", 1), offer("plain", 1), offer("taker", 2)
    ref = FileRef(path="job.yaml", digest=digest_bytes(TEXT.encode()))
    plan: Any = SimpleNamespace(
        offers=(own, other, kept),
        machines=[
            SimpleNamespace(offer=own.id, action=Action.ADD),
            SimpleNamespace(offer=other.id, action=Action.ADD),
            SimpleNamespace(offer=kept.id, action=Action.KEEP),
        ],
        images={"adviser": "this:1"},
        definition=None,
        ssh_public_key="ssh-ed25519 A",
        user_data=None,
    )
    assert room.advice(named, plan, files) == ("adviser: this:1 is old",)
    plan.definition = Definition(file=ref, providers=("adviser",))
    assert room.advice(named, plan, files) == ("adviser: gpus: 1 are few",)
    plan.ssh_public_key = None
    assert room.advice(named, plan, files) == ("adviser: nobody gets in",)
    plan.machines[0].action = Action.KEEP
    assert room.advice(named, plan, files) == ()


def test_at_apply_it_must_still_be_what_was_planned(tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text(TEXT)
    saved = SavedPlan(path=tmp_path / "p.json", plan=plan_of(), digest=digest_bytes(b"plan"))
    assert read_definition(saved) == TEXT
    (tmp_path / "job.yaml").write_text("gpus: 8\n")
    with pytest.raises(UnexpectedChangeError):
        read_definition(saved)
