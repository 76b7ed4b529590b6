"""Whether a GPU that is offered is the one that was ordered. Pure.

Keys are paths: an order says `vendor/nvidia/model/h100/ram/80Gi`, a provider says the same under
`capabilities/gpu/` and gives it the value `true`. The chain compares them as path globs, whose `*`
stops at a slash; so `…/model/*` does not match a provider that states only `…/model/h100/ram/80Gi`.
"""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

CAPABILITY = "capabilities/gpu/"


def provider_states(wanted: Iterable[str], attributes: Mapping[str, str]) -> bool:
    """Whether the provider's own attributes state any of the wanted keys (all are alternatives); no key is any GPU."""
    keys = list(wanted)
    stated = [key.removeprefix(CAPABILITY) for key, value in attributes.items() if _is_gpu(key, value)]
    if not keys:
        return bool(stated)
    return any(_same_path(want, have) for want in keys for have in stated)


def contradiction(wanted: Iterable[str], offered: Iterable[str]) -> str | None:
    """What a bid says of its GPU against every wanted key, `None` where it names a wanted model and denies nothing.

    A bid may say less than the order (a model without its memory); what it does say must be so.
    """
    keys, shown = list(wanted), list(offered)
    if not keys:
        return None
    if not shown:
        return "does not say which GPU it brings"
    wrong = [have for have in shown if not any(_agrees(gpu_parts(want), gpu_parts(have)) for want in keys)]
    return f"brings {say(wrong[0])} instead of {' or '.join(map(say, keys))}" if wrong else None


def gpu_parts(key: str) -> dict[str, str]:
    """`vendor/nvidia/model/h100/ram/80Gi` as its pairs."""
    parts = key.split("/")
    return dict(zip(parts[::2], parts[1::2], strict=False))


def say(key: str) -> str:
    """`h100 80Gi sxm`: a key for people."""
    parts = gpu_parts(key)
    words = [parts[name] for name in ("model", "ram", "interface") if name in parts]
    return " ".join(words) or key


def _agrees(want: Mapping[str, str], have: Mapping[str, str]) -> bool:
    if "model" in want and "model" not in have:
        return False
    return all(fnmatchcase(have[name], value) for name, value in want.items() if name in have)


def _is_gpu(key: str, value: str) -> bool:
    return key.startswith(CAPABILITY) and value == "true"


def _same_path(want: str, have: str) -> bool:
    wanted, had = want.split("/"), have.split("/")
    return len(wanted) == len(had) and all(map(fnmatchcase, had, wanted))
