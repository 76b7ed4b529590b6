"""Where a machine is reached stands in lines that can be copied."""

from ampacity.cli.ways import listed, ways_in


def test_ways_are_lined_up_under_their_machine_and_never_folded() -> None:
    url = "https://" + "a" * 100 + ".example"
    rows = [("train-9", ways_in("ssh root@192.0.2.1", [url], "running")), ("train-10", ways_in(None, [], "pending"))]
    assert list(listed(rows)) == [
        "train-9   ssh root@192.0.2.1",
        f"          {url}",
        "train-10  no address yet",
    ]


def test_no_machines_have_no_lines() -> None:
    assert list(listed([])) == []
