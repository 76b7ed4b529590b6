"""Outsiders' text cannot move the cursor, set a title, write the clipboard, reorder or hide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ampacity.providers.akash.gateway.text import one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("epoch 3: loss 0.12", "epoch 3: loss 0.12"),
        ("\x1b[1;31mred\x1b[0m and \x1b[38;5;196mmore\x1b[K", "red and more"),
        ("\x1b[?25l\x1b[2J\x1b[Hclear", "clear"),
        ("\x1b]0;a title\x07after", "after"),
        ("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]52;c;cm0gLXJmIH4=\x07clipboard", "clipboard"),
        ("\x1bPq#0;2;0;0;0\x1b\\picture", "picture"),
        ("\x9b31mC1\x9d0;title\x9cend", "C1end"),
        ("\x1b(0lines\x1b(B", "lines"),
        ("\x1bcreset", "reset"),
        ("10%\r20%\r30%", "10% 20% 30%"),
        ("tab\there\nnext", "tab here next"),
        ("\u202egnp.exe", "gnp.exe"),
        ("zero\u200bwidth", "zero width"),
        ("nul\x00del\x7fnel\x85end", "nul del nel end"),
        ("\x1b", ""),
        ("\x1b[", ""),
        ("\ud800", ""),
        ("größer 日本 ✓", "größer 日本 ✓"),
    ],
)
def test_what_a_person_sees(text: str, shown: str) -> None:
    assert one_line(text) == shown


@given(st.text(alphabet=st.characters() | st.sampled_from("\x1b\x9b[]\\;m\x07\n"), max_size=500), st.integers(1, 80))
def test_a_line_is_printable_and_no_longer_than_it_may_be(text: str, longest: int) -> None:
    line = one_line(text, longest)
    assert line.isprintable()
    assert len(line) <= longest


def test_a_long_line_says_that_it_was_cut() -> None:
    assert one_line("a" * 10_000, 100) == "a" * 99 + "…"


def test_megabytes_of_escapes_cost_nothing() -> None:
    assert one_line("\x1b]" * 5_000_000, 100) == ""
