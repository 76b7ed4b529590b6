"""Tokens say which create call this is, and are the same for every retry of it.

They are a hash of what is wanted, never of the engine's seed: a create that failed leaves no
inputs behind, so the next seed differs and the lost machine would be bought a second time.
"""

import hashlib
import json

from ..core.digests import Digest
from ..providers.base import Token

_PLACEHOLDER = "pending:"


def token_of(deployment: str, urn: str, replace: Digest, attempt: int = 0) -> Token:
    """32 hex digits for one machine of one deployment.

    `attempt` counts the machines of the same name and inputs that are gone: sellers remember a
    token longer than its machine lives, and refuse it or return the dead one.
    """
    text = json.dumps([deployment, urn, replace, attempt])
    return Token(hashlib.sha256(text.encode()).hexdigest()[:32])


def placeholder(token: Token) -> str:
    """The engine's id of a machine of which it is not known whether its seller made it."""
    return f"{_PLACEHOLDER}{token}"


def placeholder_token(resource_id: str) -> Token | None:
    """The token in a placeholder id, `None` for a seller's own id."""
    if not resource_id.startswith(_PLACEHOLDER):
        return None
    return Token(resource_id.removeprefix(_PLACEHOLDER))
