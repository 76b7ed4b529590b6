"""`--help` is instant: nothing heavy is imported to print it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from ampacity.cli.main import run
from ampacity.cli.verbs import VERBS

HEAVY = frozenset(
    {"boto3", "botocore", "coincurve", "eth_account", "grpc", "highspy", "httpx", "ipfshttpclient", "keyring"}
    | {"msgspec", "numpy", "pulumi", "pydantic", "requests", "rfc8785", "rich", "siwe", "web3", "yaml"}
)
VERBS_WITH_PARAMETERS = (("plan", "--help"), ("offers", "--help"), ("sandbox", "up", "--help"))


def modules_after(*arguments: str) -> set[str]:
    program = (
        "import sys, io, contextlib\n"
        "from ampacity.cli.main import run\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        f"    status = run({list(arguments)!r})\n"
        "print(status, *sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True)
    status, *modules = done.stdout.split()

    assert status == "0"

    return set(modules)


@pytest.mark.parametrize("arguments", [("--help",), *VERBS_WITH_PARAMETERS])
def test_help_imports_no_heavy_package(arguments: tuple[str, ...]) -> None:
    assert not modules_after(*arguments) & HEAVY


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_that_is_listed_has_help_of_its_own(verb: str) -> None:
    assert "ampacity.cli.verbs" in modules_after(verb, "--help")


@pytest.mark.parametrize("group", [(), *((name,) for name, verb in VERBS.items() if verb.group)])
def test_no_line_of_a_list_of_verbs_is_cut_on_a_narrow_terminal(
    group: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run([*group, "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    verbs = lines[lines.index("Commands:") + 1 :]
    assert verbs
    assert [line for line in verbs if "..." in line or len(line) > 80] == []


def test_every_fault_that_a_stand_in_can_show_is_in_the_help() -> None:
    from ampacity.cli.sandbox import KINDS
    from ampacity.sandbox.faults import FaultKind

    between = {"a", "market", "also", "or"}
    assert set(re.findall(r"[a-z-]+", KINDS)) - between == set(FaultKind)


def test_arguments_are_written_alike_in_every_help() -> None:
    import ampacity.cli.lazy as room

    def arguments(command: Any) -> Iterator[str]:
        for each in getattr(command, "commands", {}).values():
            yield from arguments(each)
        yield from (each.make_metavar(None) for each in command.params if each.param_type_name == "argument")

    written = [text for verb in VERBS for text in arguments(room.load(verb))]
    assert len(written) > 10
    assert [text for text in written if text != text.upper()] == []
