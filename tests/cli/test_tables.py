"""Tables fold, and where they are too narrow for that they become blocks; a figure is never cut."""

import pytest

from ampacity.cli.tables import Column, draw, pairs

NAME = "a-machine-with-a-very-long-name-indeed"
COLUMNS = [Column("MACHINE"), Column("$/H", figures=True), Column("STATE", keep=True)]
ROWS = [[NAME, "$1,234.56", "running"]]


def drawn(width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(width))
    draw(COLUMNS, ROWS)
    return capsys.readouterr().out.splitlines()


def test_a_long_name_goes_on_in_the_next_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert drawn(40, monkeypatch, capsys) == [
        "MACHINE                      $/H STATE",
        "a-machine-with-a-very- $1,234.56 running",
        "long-name-indeed",
    ]


def test_with_no_room_for_a_table_each_row_is_a_block(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = drawn(20, monkeypatch, capsys)

    assert "$/H      $1,234.56" in lines
    assert "STATE    running" in lines


@pytest.mark.parametrize("width", range(20, 130, 5))
def test_no_figure_and_no_state_is_ever_cut(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = "\n".join(drawn(width, monkeypatch, capsys))

    assert "$1,234.56" in out
    assert "running" in out
    assert "…" not in out


def test_a_column_of_single_words_stays_whole_while_one_of_many_words_can_fold(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    draw([Column("MACHINES"), Column("TYPE")], [["llama-train-1..8 (its end moves)", "gpu_1x_h100_pcie"]])

    assert capsys.readouterr().out.splitlines() == [
        "MACHINES                TYPE",
        "llama-train-1..8 (its   gpu_1x_h100_pcie",
        "end moves)",
    ]


def test_no_line_ends_in_blanks(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    draw(COLUMNS, [*ROWS, ["b", "$1.00", "up"]], foot="a foot of so many words that it goes on in a second line")
    pairs([("ends", "96 h after apply; 4 of 6 machines not by themselves"), ("price", "$1.00")])
    lines = capsys.readouterr().out.splitlines()
    assert lines == [line.rstrip() for line in lines]


def test_a_note_below_a_table_is_one_line_however_narrow_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    draw([Column("A")], [["b"]], notes=[f"ssh {NAME}"])
    assert capsys.readouterr().out.splitlines() == ["A", "b", f"ssh {NAME}"]
