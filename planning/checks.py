"""What a spec must satisfy beyond its types: pure, so that a caller can put a line to each key."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from difflib import get_close_matches

from ..core.located import Problem
from ..providers.base import Market
from ..providers.gpus import MODELS, find_model
from ..providers.images import digest_problem
from .spec import Spec


def problems(spec: Spec, sellers: Collection[str] | None = None) -> Iterator[Problem]:
    """Everything that is wrong with `spec`, in the order in which people write the keys.

    `sellers` are the names that there are, `None` where they are not known.
    """
    yield from _unknown_models(spec.gpu.models)
    yield from _memory(spec)
    if sellers is not None:
        yield from _unknown_sellers(spec, sellers)
    yield from _digests(spec)
    yield from _markets(spec)
    yield from _money(spec)
    yield from _times(spec)


def problems_of_data(data: object, sellers: Collection[str] | None = None) -> Iterator[Problem]:
    """What is surely wrong in `data` that is no spec: mistakes that would be told only once the others are mended."""
    models = value_at(data, "gpu.models")
    if isinstance(models, list):
        yield from _unknown_models(models)
    images, named = value_at(data, "node.image"), value_at(data, "placement.providers")
    if sellers is not None:
        yield from _unknown_of(_images(images), sellers)
        yield from _unknown_of(_providers(named if isinstance(named, list) else []), sellers)


def value_at(data: object, key: str) -> object:
    """What stands under a key such as `gpu.models` in plain data, `None` where that is nothing."""
    for step in key.split("."):
        data = data.get(step) if isinstance(data, dict) else None
    return data


def _unknown_models(models: Sequence[object]) -> Iterator[Problem]:
    for at, text in enumerate(models):
        if isinstance(text, str) and find_model(text) is None:
            yield f"gpu.models[{at}]", f"{text!r} is not in the catalogue; {_near(text)}"


def _near(text: str) -> str:
    names = [model.name for model in MODELS]
    near = get_close_matches(text.upper(), names, n=3, cutoff=0.5)
    return f"near it: {', '.join(near)}" if near else f"known: {', '.join(names)}"


def _memory(spec: Spec) -> Iterator[Problem]:
    models = [model for text in spec.gpu.models if (model := find_model(text)) is not None]
    most = max((size for model in models for size in model.memory_gib), default=0)
    wanted = spec.gpu.memory_gib
    if wanted is not None and models and wanted > most:
        sizes = "; ".join(f"{model.name} has {', '.join(map(str, model.memory_gib))}" for model in models)
        yield "gpu.memory_gib", f"no model that is named has {wanted} GiB per GPU ({sizes})"


def _unknown_sellers(spec: Spec, sellers: Collection[str]) -> Iterator[Problem]:
    yield from _unknown_of(_images(spec.node.image), sellers)
    yield from _unknown_of(_providers(spec.placement.providers), sellers)


def _images(image: object) -> Iterator[tuple[str, object]]:
    yield from ((f"node.image.{name}", name) for name in image) if isinstance(image, dict) else ()


def _providers(names: Sequence[object]) -> Iterator[tuple[str, object]]:
    yield from ((f"placement.providers[{at}]", name) for at, name in enumerate(names))


def _unknown_of(named: Iterable[tuple[str, object]], sellers: Collection[str]) -> Iterator[Problem]:
    for key, name in named:
        if isinstance(name, str) and name not in sellers:
            yield key, f"there is no seller {name!r}; known: {', '.join(sorted(sellers))}"


def _digests(spec: Spec) -> Iterator[Problem]:
    image = spec.node.image
    named = {f".{name}": text for name, text in image.items()} if isinstance(image, dict) else {"": image}
    for name, text in named.items():
        if told := digest_problem(text):
            yield f"node.image{name}", told


def _markets(spec: Spec) -> Iterator[Problem]:
    market = spec.market
    if not market.allow:
        yield "market.allow", f"allows nothing; name at least one of {', '.join(Market)}"
    elif Market.SPOT not in market.allow and market.max_spot_share < 1:
        yield "market.max_spot_share", "has no effect, because `market.allow` does not name spot; remove one"


def _money(spec: Spec) -> Iterator[Problem]:
    budget = {"usd_per_hour": spec.budget.usd_per_hour, "usd_total": spec.budget.usd_total}
    for key, usd in budget.items():
        if usd is not None and not (usd.is_finite() and 0 < usd < 10**12):
            yield f"budget.{key}", f"{usd} is not allowed; an amount of US dollars, more than 0"


def _times(spec: Spec) -> Iterator[Problem]:
    if spec.ttl_hours != "none" and spec.ttl_hours < spec.hours:
        yield "ttl_hours", f"{spec.ttl_hours:g} ends the machines before the {spec.hours:g} h of `hours` are over"
