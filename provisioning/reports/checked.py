"""What `check` hands back of a plan that may be applied."""

import msgspec


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """How it is approved, in a sentence, and what could not be seen meanwhile, a line each.

    `warnings` are what a person should look at before it is carried out.
    """

    approval: str
    doubts: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
