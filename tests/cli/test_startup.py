"""`--help` is instant: nothing heavy is imported to print it."""

import subprocess
import sys

import pytest

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
