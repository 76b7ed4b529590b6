"""Plain data from which entries are taken out, and where in the whole each of what is left stood."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

Step = str | int
"""A name in a mapping, or a place in a list."""


class Remnant:
    """What is left of `whole`, which stays as it is."""

    def __init__(self, whole: Any) -> None:
        self.data = deepcopy(whole)
        self._taken: set[tuple[Step, ...]] = set()
        self._places: dict[tuple[Step, ...], list[int]] = {}

    def original(self, steps: Sequence[Step]) -> tuple[Step, ...]:
        """The way in the whole to what `steps` lead to in what is left."""
        way: tuple[Step, ...] = ()
        for step in steps:
            places = self._places.get(way)
            way += (places[step] if places is not None and isinstance(step, int) else step,)
        return way

    def is_cut(self, way: tuple[Step, ...]) -> bool:
        """Whether a part of what stood there was taken out, by its way in the whole."""
        return any(taken[: len(way)] == way for taken in self._taken)

    def take_out(self, steps: Sequence[Step]) -> bool:
        """Take out what `steps` lead to; `False` for all of it, and for what is not there."""
        if not steps:
            return False
        *above, last = steps
        home = self.data
        for step in above:
            home = home[step]
        if not (last in home if isinstance(home, dict) else isinstance(home, list)):
            return False
        self._taken.add(self.original(steps))
        if isinstance(home, list) and isinstance(last, int):
            self._places.setdefault(self.original(above), list(range(len(home)))).pop(last)
        del home[last]
        return True
