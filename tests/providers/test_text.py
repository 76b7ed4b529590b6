"""What an outsider wrote is shown on one line that does nothing to the terminal."""

from hypothesis import given
from hypothesis import strategies as st

from ampacity.providers.text import LONGEST_TEXT, clean


@given(st.text(max_size=2 * LONGEST_TEXT))
def test_whatever_comes_is_one_short_printable_line(text: str) -> None:
    assert clean(text).isprintable()
    assert len(clean(text)) == min(len(text), LONGEST_TEXT)


def test_a_space_stands_for_what_cannot_be_printed() -> None:
    assert clean("no\nroom\x1b[2J for é") == "no room [2J for é"


def test_a_cut_is_shown() -> None:
    assert clean("x" * 300) == "x" * 300
    assert clean("x" * 301) == "x" * 299 + "…"
