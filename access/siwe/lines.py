"""A cursor over the lines of a message: forwards only, so that each line is read once."""

from .denied import DeniedError, Reason


class Lines:
    """The lines of `text`. Every method that moves raises `DeniedError` where the text is not as wanted."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._at = 0

    def peek(self) -> str | None:
        """The next line, `None` after the last."""
        return self._lines[self._at] if self._at < len(self._lines) else None

    def next(self) -> str:
        """The next line, which must exist."""
        line = self.peek()
        if line is None:
            raise DeniedError(Reason.SYNTAX, f"the message ends after line {self._at}")
        self._at += 1
        return line

    def expect(self, wanted: str) -> None:
        """The next line must be exactly `wanted`."""
        if self.next() != wanted:
            raise DeniedError(Reason.SYNTAX, f"line {self._at} must be {wanted or 'empty'!r}")

    def field(self, label: str) -> str:
        """What follows `label` in the next line, which must start with it."""
        line = self.next()
        if not line.startswith(label):
            raise DeniedError(Reason.SYNTAX, f"line {self._at} must start with {label!r}")
        return line.removeprefix(label)

    def optional(self, label: str) -> str | None:
        """As `field`, but `None`, and no step, where the next line starts otherwise."""
        line = self.peek()
        return self.field(label) if line is not None and line.startswith(label) else None

    def end(self) -> None:
        """There must be no further line."""
        if self.peek() is not None:
            raise DeniedError(Reason.SYNTAX, f"line {self._at + 1} is out of order, unknown or left over")
