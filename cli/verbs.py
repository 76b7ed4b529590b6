"""The verbs by name: where each lives and its one line of help. `--help` reads nothing else."""

from typing import NamedTuple


class Verb(NamedTuple):
    """A module of this room with `app`, a Typer; `group` where it has verbs of its own."""

    module: str
    help: str
    group: bool = False


VERBS: dict[str, Verb] = {
    "doctor": Verb("doctor", "Check that everything a plan needs is here."),
    "engines": Verb("engines", "The outside programs: Pulumi and Kubo.", group=True),
    "context": Verb("context", "Which sellers, state and policy are meant.", group=True),
    "sandbox": Verb("sandbox", "Stand-ins of every seller on this computer.", group=True),
    "providers": Verb("providers", "Who sells capacity, and what each can do.", group=True),
    "offers": Verb("offers", "Compare prices over all sellers."),
    "plan": Verb("plan", "Make a plan from a spec: what to buy, where, for how much."),
    "show": Verb("show", "Show a saved plan."),
    "approve": Verb("approve", "Sign a plan with a wallet."),
    "apply": Verb("apply", "Carry out a saved plan."),
    "status": Verb("status", "What runs, where, for how much, until when."),
    "topup": Verb("topup", "Pay ahead for machines that would run dry."),
    "drift": Verb("drift", "Find what changed behind the plan's back."),
    "recover": Verb("recover", "Finish what an interrupted apply began."),
    "destroy": Verb("destroy", "End a deployment and all that it pays for."),
    "orphans": Verb("orphans", "Find machines that no deployment knows."),
    "artifact": Verb("artifact", "Address, pin and verify files by content.", group=True),
}
