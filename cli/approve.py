"""`ampacity approve`: sign a plan with a wallet, here or on a computer without a network."""

import sys
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from .lazy import new_app
from .options import AsJson, ConfigFile, ContextName, Format, Output, Verbose, chosen
from .spoken import speak_of

if TYPE_CHECKING:
    from ..access.approvals import Verdict
    from ..access.keystore import Keystore, Password
    from ..core.contexts import ApprovalSettings
    from .signing import Signing

app = new_app()


@app.command()
def approve(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="A saved plan.")],
    wallet: Annotated[str | None, typer.Option("--wallet", help="A key file, or its name in the context.")] = None,
    password_file: Annotated[
        Path | None, typer.Option("--password-file", help="Mode 0600; asked for if absent.")
    ] = None,
    password_env: Annotated[str | None, typer.Option("--password-env", help="An environment variable.")] = None,
    address: Annotated[str | None, typer.Option("--address", help="Who will sign; with --message-out.")] = None,
    message_out: Annotated[Path | None, typer.Option("--message-out", help="Write the text to sign elsewhere.")] = None,
    message: Annotated[Path | None, typer.Option("--message", help="The text that was signed elsewhere.")] = None,
    signature: Annotated[str | None, typer.Option("--signature", help="Its signature, 0x and 130 hex digits.")] = None,
    context: ContextName = None,
    config: ConfigFile = None,
    output: Output = Format.TABLE,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Sign PLAN with a wallet of the context's policy.

    Air-gapped: write the text with --address and --message-out, sign it there (personal_sign), then
    bring it back with --message and --signature.
    """
    from ..core.contexts import choose_context
    from .output import Result, emit
    from .pasted import take_pasted
    from .planfiles import open_plan
    from .signing import Signing

    named = choose_context(context, config_path=config)
    speak_of(state=named.state_folder, plan=plan)
    saved = open_plan(plan)
    speak_of(name=saved.plan.name)
    signing = Signing(named, saved)
    if message_out is not None:
        _write_message(signing, address, message_out)
        return
    if message is not None or signature is not None:
        take_pasted(signing, message, signature)
    else:
        _sign_here(signing, wallet, password_file, password_env)
    verdict = signing.verdict()
    row = {"plan": str(plan), "allowed": verdict.allowed, "have": verdict.have, "need": verdict.need}
    result = Result(schema="ampacity.approval-verdict/1", data=verdict, rows=[row])
    emit(result, chosen(output, as_json), lambda: _tell(verdict, plan, signing.settings.keystores))


def _write_message(signing: "Signing", address: str | None, out: Path) -> None:
    from ..access.approval_files import write_message
    from ..core.errors import UsageError
    from .output import say

    if address is None:
        again = f"ampacity approve {quote(str(signing.saved.path))} --address 0x… --message-out {quote(str(out))}"
        raise UsageError("Who will sign?", why="the text names its signer", fix=again, code="AMP-USAGE")
    write_message(out, signing.text_for(address))
    say(f"Sign the exact bytes of {out} (personal_sign, EIP-191), then:")
    say(f"  ampacity approve {quote(str(signing.saved.path))} --message {quote(str(out))} --signature 0x…")


def _sign_here(signing: "Signing", wallet: str | None, password_file: Path | None, password_env: str | None) -> None:
    from ..access.keystore import unlock

    keystore = signing.keystore(wallet)
    signer = unlock(keystore, _password(signing.settings, keystore, password_file, password_env))
    text = signing.text_for(signer.address)
    sys.stderr.write(f"{text}\n")
    signing.take(text.encode("ascii"), signer.sign(text.encode("ascii")), "keystore")


def _password(
    settings: "ApprovalSettings", keystore: "Keystore", file: Path | None, variable: str | None
) -> "Password":
    import os

    from ..access.keystore import secret_password
    from ..core.errors import UsageError
    from ..core.secrets import SecretRef

    if file is not None:
        return secret_password(SecretRef(file=file), os.environ)
    if variable is not None:
        return secret_password(SecretRef(env=variable), os.environ)
    if settings.password is not None:
        return secret_password(settings.password, os.environ)
    if not sys.stdin.isatty():
        raise UsageError(
            "The wallet's password is needed",
            why="there is no terminal to ask on",
            fix="add --password-file FILE",
            code="AMP-PASSWORD",
        )
    return lambda: str(typer.prompt(f"Password of {keystore.name}", hide_input=True, err=True))


def _tell(verdict: "Verdict", plan: Path, keystores: Path | None) -> None:
    from .cosigners import ways_to_approve
    from .output import say

    typer.echo(verdict.sentence)
    for refused in verdict.rejected:
        say(f"does not count: {refused.file}: {refused.why}")
    onward = f"ampacity apply {quote(str(plan))}" if verdict.allowed else ways_to_approve(verdict, plan, keystores)
    say(f"next:  {onward}")
