"""A group whose verbs are imported only when they are used, so that `--help` stays instant."""

from difflib import get_close_matches
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from .verbs import VERBS


class LazyVerbs(TyperGroup):
    """Lists the table of verbs; imports a verb's module when that verb is called."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - Typer's signature
        """Every verb in the table's order."""
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - Typer's signature
        """A stand-in with the verb's help line: enough for the list of verbs."""
        verb = VERBS.get(cmd_name)
        return TyperCommand(name=cmd_name, help=verb.help, rich_markup_mode=None) if verb else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The verb itself, imported now."""
        name = args[0]
        if name not in VERBS:
            near = get_close_matches(name, VERBS, n=1)
            ctx.fail(f"There is no verb {name!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        return name, load(name), args[1:]


def load(name: str) -> Any:
    """The click command behind the verb `name`."""
    verb = VERBS[name]
    app: typer.Typer = import_module(f".{verb.module}", __package__).app
    command = typer.main.get_group(app) if verb.group else typer.main.get_command(app)
    command.help = command.help or verb.help
    return command


def new_app(*, group: bool = False) -> typer.Typer:
    """A Typer with this project's manners: plain help, no completion flags."""
    return typer.Typer(
        rich_markup_mode=None, add_completion=False, no_args_is_help=group, pretty_exceptions_enable=False
    )
