"""Words that depend on a number."""


def count(number: int, thing: str) -> str:
    """`1 machine`, `2 machines`; for things whose plural takes an s."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
