"""A plan is saved over another one, whose approvals are never left to pass for its own."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from ampacity.cli.interrupted import with_destroy, with_interrupted
from ampacity.cli.options import Format
from ampacity.cli.plan import _next, _save_and_show
from ampacity.cli.saving import check_place, save_plan
from ampacity.core.errors import UsageError
from ampacity.planning.plan import Action, Plan
from ampacity.planning.planfile import encode_plan, plan_digest


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where an approved plan lies."""
    path = tmp_path / "train.plan.json"
    path.write_bytes(b"old")
    approved(path, b"{}")
    return path


def approved(path: Path, signature: bytes) -> Path:
    folder = path.with_name(f"{path.name}.approvals")
    folder.mkdir()
    (folder / "0xabc.json").write_bytes(signature)
    return folder


def test_the_approvals_of_the_plan_that_was_there_are_moved_aside_under_its_digest(
    path: Path, plan_for: Callable[..., Plan]
) -> None:
    path.write_bytes(encode_plan(plan_for()))
    moved = save_plan(path, b"new")
    digits = plan_digest(plan_for()).removeprefix("sha256:")[:8]
    assert moved is not None
    assert moved == path.with_name(f"train.plan.json.approvals.{digits}")
    assert [each.name for each in moved.iterdir()] == ["0xabc.json"]
    assert not path.with_name("train.plan.json.approvals").exists()
    assert path.read_bytes() == b"new"


def test_the_same_plan_keeps_its_approvals(path: Path) -> None:
    assert save_plan(path, b"old") is None
    assert path.with_name("train.plan.json.approvals").is_dir()


def test_nothing_that_was_moved_aside_is_written_over(path: Path) -> None:
    first = save_plan(path, b"new")
    path.write_bytes(b"old")
    approved(path, b"{1}")
    second = save_plan(path, b"new")
    assert first is not None
    assert second == first.with_name(f"{first.name}-2")
    assert [(each / "0xabc.json").read_bytes() for each in (first, second)] == [b"{}", b"{1}"]


@pytest.mark.parametrize("held", [b"schema: ampacity.spec/1\n", b"[1]", b'{"schema": "ampacity.spec/1"}', b"\xff"])
def test_what_is_no_plan_is_never_written_over(tmp_path: Path, held: bytes) -> None:
    place = tmp_path / "train.yaml"
    place.write_bytes(held)
    with pytest.raises(UsageError, match="is no plan") as refused:
        check_place(place)
    assert (refused.value.code, refused.value.fix) == ("AMP-PLAN-PLACE", "name another file with --out")


@pytest.mark.parametrize("place", ["/dev/null", "."])
def test_a_device_or_a_folder_is_no_plan_either(place: str) -> None:
    with pytest.raises(UsageError, match="is no plan"):
        check_place(Path(place))


@pytest.mark.parametrize("held", [b"", b'{"schema": "ampacity.plan/1"}', b'{"schema": "ampacity.plan/2"}', None])
def test_a_plan_takes_the_place_of_another_or_of_nothing(tmp_path: Path, held: bytes | None) -> None:
    place = tmp_path / "train.plan.json"
    if held is not None:
        place.write_bytes(held)
    check_place(place)


def test_a_plan_as_it_is_saved_may_be_made_again(tmp_path: Path, plan_for: Callable[..., Plan]) -> None:
    save_plan(tmp_path / "p.json", encode_plan(plan_for()))
    check_place(tmp_path / "p.json")


def test_a_place_that_cannot_be_written_is_a_mistake_of_usage_with_a_way_on(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be saved as") as refused:
        save_plan(tmp_path / "file" / "p.json", b"new")
    assert refused.value.fix == "name another file with --out"


def test_a_spec_that_is_named_as_its_own_plan_stays_as_it_is(
    ampacity: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text('current = "c"\n[contexts.c]\n')
    text = "schema: ampacity.spec/1\nname: train\ngpu: {models: [H100], count: 8}\nhours: 1\nttl_hours: 2\n"
    (tmp_path / "spec.yaml").write_text(text)
    refused = ampacity("plan", "spec.yaml", "--out", "spec.yaml")
    assert refused.returncode == 2
    assert "AMP-PLAN-PLACE" in refused.stderr
    assert (tmp_path / "spec.yaml").read_text() == text


def test_a_first_plan_moves_nothing(tmp_path: Path) -> None:
    assert save_plan(tmp_path / "train.plan.json", b"new") is None


def test_a_person_is_told_where_the_old_approvals_are(
    path: Path, plan_for: Callable[..., Plan], capsys: pytest.CaptureFixture[str]
) -> None:
    _save_and_show(plan_for(), path, Format.TABLE, (), needs_approval=True)
    told = capsys.readouterr().err
    assert f"moved: the approvals of the plan that was there are in {path}.approvals." in told


def test_what_to_type_next_depends_on_whether_anybody_must_approve() -> None:
    path = Path("train.plan.json")
    both = "ampacity approve train.plan.json, then ampacity apply train.plan.json"
    assert _next(path, needs_approval=True) == both
    alone = "ampacity apply train.plan.json (no approval is required in this context)"
    assert _next(path, needs_approval=False) == alone


def test_what_to_type_next_can_be_pasted_whatever_the_file_is_called() -> None:
    typed = _next(Path("we ird/pl'an.json"), needs_approval=True)
    assert typed.startswith("""ampacity approve 'we ird/pl'"'"'an.json', then""")


def test_after_an_interrupted_apply_recover_comes_first_and_the_plan_says_what_may_run(
    tmp_path: Path, plan_for: Callable[..., Plan], capsys: pytest.CaptureFixture[str]
) -> None:
    made = plan_for()
    assert with_interrupted(made, ()) == made
    cut = with_interrupted(made, ("train-1", "train-2"))
    assert cut.warnings[-1] == (
        "an apply was interrupted, and train-1..2 may run and bill: ampacity recover train goes on"
    )
    _save_and_show(cut, tmp_path / "p.json", Format.TABLE, (), needs_approval=False, interrupted=True)
    told = capsys.readouterr().err
    assert "next:  ampacity recover train (an apply was interrupted), then ampacity plan " in told
    assert "; or ampacity apply " in told


def test_a_plan_after_a_destroy_that_was_killed_says_that_it_began_and_what_applying_means(
    plan_for: Callable[..., Plan],
) -> None:
    assert with_destroy(plan_for(), None) == plan_for()
    assert with_destroy(plan_for(), datetime(2026, 11, 21, 12, tzinfo=UTC)).warnings[-1] == (
        "a destroy began at 2026-11-21T12:00:00Z and did not come to its end: ampacity destroy train ends the rest, "
        "and to apply this plan is to give that up"
    )


def test_a_plan_that_changes_nothing_after_an_interrupted_apply_leads_to_recover_and_not_to_nothing(
    tmp_path: Path, plan_for: Callable[..., Plan], capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tuple(msgspec.structs.replace(machine, action=Action.KEEP) for machine in plan_for().machines)
    same = with_interrupted(msgspec.structs.replace(plan_for(), machines=kept), ("train-1",))
    assert not same.spends
    _save_and_show(same, tmp_path / "p.json", Format.TABLE, (), needs_approval=False, interrupted=True)
    assert capsys.readouterr().err.endswith("next:  ampacity recover train (an apply was interrupted)\n")


def test_the_image_is_shown_where_the_spec_names_one(
    tmp_path: Path, plan_for: Callable[..., Plan], capsys: pytest.CaptureFixture[str]
) -> None:
    named = plan_for({"node": {"image": {"hall": "ubuntu-24"}}})
    _save_and_show(named, tmp_path / "p.json", Format.TABLE, (), needs_approval=False)
    assert "ubuntu-24 at hall" in capsys.readouterr().out
    _save_and_show(plan_for(), tmp_path / "p.json", Format.TABLE, (), needs_approval=False)
    assert "image" not in capsys.readouterr().out


def test_a_seller_that_does_not_exist_is_refused_by_plan_with_file_line_and_key(
    ampacity: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    (tmp_path / "spec.yaml").write_text(
        "schema: ampacity.spec/1\nname: train\ngpu: {models: [H100], count: 8}\nhours: 1\nttl_hours: 2\n"
        "node: {image: {aws: ami-1, nosuch: foo}}\n"
    )
    refused = ampacity("plan", "spec.yaml")
    assert refused.returncode == 2
    assert "spec.yaml, line 6" in refused.stderr
    assert "`node.image.nosuch`: there is no seller 'nosuch'; known: akash, aws, lambda, own" in refused.stderr
