"""`ratchet history`: the ledger for people, newest last."""

from rich.console import Console

from stages import artefacts
from stages.decision.ledger import Entry, Ledger, read_ledger
from stages.ops.printing import lines, paper, plain

WORDS = {"reanchor": "re-anchoring"}


def show_history(console: Console | None = None) -> None:
    """Print what was tried, promoted, rolled back and re-anchored."""
    ledger = read_ledger(artefacts.LEDGER)
    table = lines("day", "what", "version", "verdict", "promised", "by", "why")
    for entry in ledger.entries:
        table.add_row(*map(plain, _cells(entry, ledger)))
    (console or paper()).print(table)


def _cells(entry: Entry, ledger: Ledger) -> list[str]:
    promised = "" if entry.promised is None else f"{entry.metric} {entry.promised:.4f}"
    why = entry.reason or "; ".join(entry.reasons)
    what = WORDS.get(entry.kind, entry.kind)
    return [entry.as_of.isoformat(), what, _version(entry, ledger), entry.verdict or "", promised, entry.by or "", why]


def _version(entry: Entry, ledger: Ledger) -> str:
    if entry.kind == "promotion":
        return f"{entry.version} (live)" if entry is ledger.live else str(entry.version)
    versions = {own.bundle: own.version for own in ledger.entries if own.kind == "promotion"}
    return f"{versions.get(entry.rejected or '', '?')} → {versions[entry.bundle]}" if entry.kind == "rollback" else ""
