"""The one error base: what happened, why, what to do next, a stable code and an exit status.

    AmpacityError                 1  anything without a better home
    ├── UsageError                2  a flag, a file or the configuration is wrong
    ├── AuthError                 3  credentials are absent or refused
    ├── ResourceError             4  capacity could not be made, read or removed
    ├── PolicyError               5  an approval, a ceiling, a budget or a rule says no
    ├── MissingError              6  no such deployment, context, engine, file
    ├── UnexpectedChangeError     7  drift, a stale, expired or used plan
    ├── CancelledError            8  a person or a signal said stop
    └── TimedOutError             9  it took longer than allowed

The exit statuses are Pulumi's since 3.226.1, so that pipelines can treat both alike.
"""

from enum import IntEnum
from typing import ClassVar


class Exit(IntEnum):
    """Exit status of the command line."""

    OK = 0
    GENERIC = 1
    USAGE = 2
    AUTH = 3
    RESOURCE = 4
    POLICY = 5
    NOT_FOUND = 6
    UNEXPECTED_CHANGE = 7
    CANCELLED = 8
    TIMEOUT = 9


class AmpacityError(Exception):
    """A failure that a person can act on.

    `what` is a short sentence without blame, `why` the cause as far as it is known, `fix` the
    very command or edit that goes on, `code` a stable identifier such as `AMP-PLAN-STALE`.
    """

    exit: ClassVar[Exit] = Exit.GENERIC
    default_code: ClassVar[str] = "AMP-GENERIC"

    def __init__(self, what: str, *, why: str = "", fix: str = "", code: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.fix = fix
        self.code = code or self.default_code

    def __str__(self) -> str:
        return f"{self.what}: {self.why}" if self.why else self.what


class UsageError(AmpacityError):
    """A flag, a file or the configuration is wrong."""

    exit = Exit.USAGE
    default_code = "AMP-USAGE"


class AuthError(AmpacityError):
    """Credentials are absent or refused."""

    exit = Exit.AUTH
    default_code = "AMP-AUTH"


class ResourceError(AmpacityError):
    """Capacity could not be made, read or removed."""

    exit = Exit.RESOURCE
    default_code = "AMP-RESOURCE"


class PolicyError(AmpacityError):
    """An approval, a ceiling or a rule says no."""

    exit = Exit.POLICY
    default_code = "AMP-POLICY"


class MissingError(AmpacityError):
    """There is no such deployment, context, engine or file."""

    exit = Exit.NOT_FOUND
    default_code = "AMP-NOT-FOUND"


class UnexpectedChangeError(AmpacityError):
    """The world is not as the plan left it."""

    exit = Exit.UNEXPECTED_CHANGE
    default_code = "AMP-CHANGED"


class CancelledError(AmpacityError):
    """A person or a signal said stop."""

    exit = Exit.CANCELLED
    default_code = "AMP-CANCELLED"


class TimedOutError(AmpacityError):
    """It took longer than allowed."""

    exit = Exit.TIMEOUT
    default_code = "AMP-TIMEOUT"
