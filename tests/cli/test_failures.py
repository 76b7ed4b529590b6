"""What a person, and a pipeline, see when something fails."""

import json

import pytest

from ampacity.cli.failures import render
from ampacity.core.errors import MissingError, PolicyError

from .conftest import Run


def test_a_failure_says_what_why_and_what_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    error = PolicyError(
        "The price is above the ceiling", why="41 > 40", fix="ampacity plan SPEC", code="AMP-PRICE-CEILING"
    )

    status = render(error, ["apply"])

    out, err = capsys.readouterr()
    assert status == 5
    assert out == ""
    assert err == (
        "error: The price is above the ceiling [AMP-PRICE-CEILING]\n  why: 41 > 40\n  fix: ampacity plan SPEC\n"
    )


@pytest.mark.parametrize("flags", [["--json"], ["-o", "json"], ["--output", "json"], ["--output=json"], ["-ojson"]])
def test_with_json_the_failure_is_json_and_stderr_is_silent(
    flags: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    status = render(MissingError("No such thing", fix="look again"), ["show", *flags])

    out, err = capsys.readouterr()
    answer = json.loads(out)
    assert status == 6
    assert err == ""
    assert answer["errors"] == [
        {"code": "AMP-NOT-FOUND", "kind": "missing", "message": "No such thing", "why": "", "hint": "look again"}
    ]
    assert answer["data"] is None


def test_an_unforeseen_exception_is_no_traceback_unless_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert render(ZeroDivisionError("oops"), ["plan"]) == 1
    assert "Traceback" not in capsys.readouterr().err

    assert render(ZeroDivisionError("oops"), ["plan", "-v"]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_ctrl_c_is_cancelled(capsys: pytest.CaptureFixture[str]) -> None:
    assert render(KeyboardInterrupt(), ["plan"]) == 8
    assert "AMP-CANCELLED" in capsys.readouterr().err


def test_with_detailed_exitcode_every_failure_is_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert render(PolicyError("no"), ["plan", "s.yaml", "--detailed-exitcode"]) == 1
    assert "no" in capsys.readouterr().err


def test_a_mistyped_verb_is_a_usage_error_with_a_guess(ampacity: Run) -> None:
    done = ampacity("plam")

    assert done.returncode == 2
    assert "Did you mean 'plan'?" in done.stderr
    assert done.stdout == ""


def test_without_a_context_the_newcomer_is_sent_to_the_sandbox(ampacity: Run) -> None:
    done = ampacity("offers")

    assert done.returncode == 6
    assert "ampacity sandbox up" in done.stderr


def test_usage_errors_count_as_failures_under_detailed_exitcode(ampacity: Run) -> None:
    assert ampacity("plan", "--detailed-exitcode", "--no-such-flag").returncode == 1
    assert ampacity("plan", "--no-such-flag").returncode == 2
