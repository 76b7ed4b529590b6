"""Things are counted in words in one way."""

import pytest

from ampacity.core.words import count


@pytest.mark.parametrize(("number", "said"), [(0, "0 machines"), (1, "1 machine"), (2, "2 machines")])
def test_one_machine_or_several_machines(number: int, said: str) -> None:
    assert count(number, "machine") == said
