"""Manifests in the form whose SHA-256 the chain keeps."""

import hashlib
import json
from typing import Any

_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def canonical(manifest: Any) -> bytes:
    """JSON as Go's encoder writes it after sorting: keys in order, no spaces, five characters escaped."""
    text = json.dumps(manifest, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return text.encode()


def version_of(manifest: Any) -> bytes:
    """What the chain calls its hash."""
    return hashlib.sha256(canonical(manifest)).digest()
