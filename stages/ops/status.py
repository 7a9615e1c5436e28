"""`ratchet status`: what is live, since when, and what the last run said."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from stages import artefacts
from stages.decision.ledger import Ledger, read_ledger
from stages.ops.printing import paper

VERDICTS = ("promote", "review", "hold")


def show_status(console: Console | None = None) -> None:
    """Print the production version, what it promised, the last attempts and the last verdicts."""
    console = console or paper()
    ledger = read_ledger(artefacts.LEDGER)
    live = ledger.live
    table = Table.grid(padding=(0, 2))
    table.add_row("model", ledger.model)
    table.add_row(
        "live",
        f"version {live.version} since {ledger.since}, approved by {escape(live.by or 'nobody')}: {escape(live.reason or '')}",
    )
    table.add_row("bundle", live.bundle)
    if live.promised is not None:
        table.add_row("promised", f"{live.metric} {live.promised:.4f} on {live.rows} rows")
    for name, path in (("last trigger", artefacts.TRIGGER), ("last decision", artefacts.DECISION)):
        table.add_row(name, escape(_verdict(artefacts.read_json(path))) if path.is_file() else "none yet: run `dvc repro`")
    table.add_row("attempts", _attempts(ledger))
    console.print(table)


def _verdict(report: dict[str, object]) -> str:
    reasons = report["reasons"]
    return f"{report['verdict']}: {'; '.join(reasons) if isinstance(reasons, list) else reasons}"


def _attempts(ledger: Ledger) -> str:
    attempts = [entry for entry in ledger.entries if entry.kind == "attempt"]
    counts = ", ".join(f"{sum(entry.verdict == verdict for entry in attempts)} {verdict}" for verdict in VERDICTS)
    return f"{len(attempts)} ({counts}), {ledger.next_version - 1} promotions"
