"""The README's three views, made from real output of the sandbox: `scripts/views`, or `--check` to compare.

What differs from run to run (times, digests, addresses, temporary folders) is written as it would
look, but always the same.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"(<!-- views: [^\n]*-->\n).*?(<!-- /views -->)", re.DOTALL)
SETTLED = [
    (re.compile(r"sha256:[0-9a-f]{64}"), "sha256:" + "5e1f" * 16),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "2026-11-21T12:00:00Z"),
    (re.compile(r"\b\d{1,2} s$", re.MULTILINE), "1 s"),
    (re.compile(r"\$0\.\d\d(?= \d d)"), "$0.02"),
    (re.compile(r"\$\d\.\d\d so far"), "$0.12 so far"),
]
ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")


def main() -> int:
    """Write the block, or with `--check` say whether it is what the program prints."""
    text = README.read_text(encoding="utf-8")
    made = BLOCK.sub(lambda found: found[1] + views() + found[2], text)
    if "--check" not in sys.argv:
        README.write_text(made, encoding="utf-8")
        return 0
    if made == text:
        return 0
    sys.stderr.write("README.md shows other output than the program prints: run scripts/views\n")
    return 1


def views() -> str:
    """The three views, each under the command that prints it."""
    with tempfile.TemporaryDirectory(prefix="ampacity-views.") as folder:
        environment = {
            **os.environ,
            "AMPACITY_DATA": f"{folder}/data",
            "AMPACITY_CONFIG": f"{folder}/config.toml",
            "AMPACITY_CONTEXT": "sandbox",
            "COLUMNS": "80",
        }
        try:
            ampacity("sandbox up", environment)
            return "\n".join(shown(environment, Path(folder)))
        finally:
            ampacity("sandbox down", environment)


def shown(environment: dict[str, str], folder: Path) -> list[str]:
    """Offers, plan and status of the example spec."""
    plan = folder / "llama-train.plan.json"
    offers = ampacity("offers --gpu H100 --limit 10", environment)
    planned = ampacity(f"plan examples/train.yaml --out {plan}", environment)
    ampacity(f"approve {plan}", environment)
    ampacity(f"apply {plan} --yes", environment)
    status = ampacity("status", environment)
    return [
        view("ampacity offers --gpu H100 --limit 10", offers),
        view("ampacity plan examples/train.yaml", planned),
        "    $ ampacity approve llama-train.plan.json\n    $ ampacity apply llama-train.plan.json\n",
        view("ampacity status", status),
    ]


def ampacity(command: str, environment: dict[str, str]) -> str:
    """What the command prints on stdout; its stderr is shown only when it fails."""
    program = str(ROOT / ".venv" / "bin" / "ampacity")
    done = subprocess.run(
        [program, *command.split()], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"ampacity {command}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def view(command: str, output: str) -> str:
    """An indented block, as Markdown shows code."""
    for pattern, constant in SETTLED:
        output = pattern.sub(constant, output)
    seen = list(dict.fromkeys(ADDRESS.findall(output)))
    output = ADDRESS.sub(lambda found: f"192.0.2.{11 + seen.index(found[0])}", output)
    lines = [f"$ {command}", *(line.rstrip() for line in output.splitlines())]
    return "".join(f"    {line}".rstrip() + "\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
