"""`ratchet history`: what it says of each entry."""

import io

from rich.console import Console

from stages import artefacts
from stages.decision.ledger import Entry, Ledger, write_ledger
from stages.ops.history import show_history


def shown(*entries: Entry) -> list[list[str]]:
    """The cells that are not empty, line by line."""
    write_ledger(artefacts.LEDGER, Ledger(model="m", entries=list(entries)))
    console = Console(file=io.StringIO(), width=200)
    show_history(console)
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in console.file.getvalue().splitlines()[1:]]


def test_every_entry_is_a_line_and_the_newest_is_last(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    promise = {"metric": "accuracy", "promised": 0.8423, "rows": 500}
    assert shown(
        Entry(kind="promotion", as_of="2026-01-01", bundle="0", version=0, by="ratchet init", reason="a dummy"),
        Entry(kind="attempt", as_of="2026-02-01", bundle="1", verdict="hold", reasons=["a tie", "is no gain"]),
        Entry(kind="promotion", as_of="2026-02-02", bundle="1", version=1, verdict="review", by="Ada", reason="good", **promise),
        Entry(kind="promotion", as_of="2026-03-01", bundle="2", version=2, verdict="promote", by="Ada", reason="[b]", **promise),
        Entry(kind="rollback", as_of="2026-03-02", bundle="1", rejected="2", by="Grace", reason="worse"),
        Entry(kind="reanchor", as_of="2026-03-03", bundle="1", by="Ada", reason="a fresh set", scored=[1]),
    ) == [
        ["2026-01-01", "promotion", "0", "ratchet init", "a dummy"],
        ["2026-02-01", "attempt", "hold", "a tie; is no gain"],
        ["2026-02-02", "promotion", "1 (live)", "review", "accuracy 0.8423", "Ada", "good"],
        ["2026-03-01", "promotion", "2", "promote", "accuracy 0.8423", "Ada", "[b]"],
        ["2026-03-02", "rollback", "2 → 1", "Grace", "worse"],
        ["2026-03-03", "re-anchoring", "Ada", "a fresh set"],
    ]
