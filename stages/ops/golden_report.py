"""`ratchet golden`: what the golden set is, how far it is used up, and what every version reached on it."""

from datetime import date

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from stages import artefacts, settings
from stages.decision.attempts import golden_bundles, golden_since
from stages.decision.kept import golden_value
from stages.decision.ledger import Ledger, read_ledger
from stages.intake.golden import read_golden
from stages.ops.printing import lines, paper
from stages.ops.reanchor import Reanchored
from stages.settings import Params

NONE = "no golden set: put labelled rows that never train into data/golden; without them its rules are absent"


def show_golden(console: Console | None = None) -> None:
    """Print rows, first use, attempts of the budget, age of the limit; and each version's score, the best one marked."""
    console, params = console or paper(), settings.load()
    rows = len(read_golden(artefacts.GOLDEN, params))
    if not rows:
        console.print(NONE, soft_wrap=True)
        return
    ledger, md5 = read_ledger(artefacts.LEDGER), artefacts.dvc_md5(artefacts.GOLDEN)
    console.print(_use(ledger, md5, rows, params))
    console.print()
    console.print(_versions(ledger, md5, params.gate.primary))


def show_reanchored(done: Reanchored, console: Console | None = None) -> None:
    """Print what was measured, what could not be, and the next step."""
    console = console or paper()
    scored = ", ".join(str(version) for version in done.scored)
    console.print(f"measured on {done.rows:,} golden rows: version {scored}", soft_wrap=True)
    for version, why in done.missing.items():
        console.print(f"  not version {version}: {escape(' '.join(why.split()))}", soft_wrap=True)
    if done.follows:
        console.print("most rows were in the golden set before: its attempts and its age count on", soft_wrap=True)
    console.print("next: dvc repro, then commit data/golden.dvc, dvc.lock, metrics and models", soft_wrap=True)


def _use(ledger: Ledger, md5: str, rows: int, params: Params) -> Table:
    gate, since = params.gate, golden_since(ledger, md5)
    table = Table.grid(padding=(0, 2))
    table.add_row("golden rows", f"{rows:,}")
    first = f"{since}{_age(since)} (a fresh one after {gate.golden_days} days)" if since else "not yet"
    table.add_row("first used", first)
    table.add_row("attempts", f"{len(golden_bundles(ledger, md5))} of {gate.golden_attempts}")
    anchors = [entry for entry in ledger.entries if entry.kind == "reanchor" and entry.golden == md5]
    for entry in anchors[-1:]:
        table.add_row("re-anchored", escape(f"{entry.as_of} by {entry.by}: {entry.reason}"))
    return table


def _age(since: date) -> str:
    """How old it is on the day that the last run stands on."""
    if not artefacts.VALIDATION.is_file():
        return ""
    return f", {(date.fromisoformat(artefacts.read_json(artefacts.VALIDATION)['as_of']) - since).days} days ago"


def _versions(ledger: Ledger, md5: str, metric: str) -> Table:
    table = lines("version", metric, "answers", "", numbers=("version", metric))
    found = {entry.bundle: entry for entry in ledger.versions}.values()
    values = {entry.bundle: golden_value(entry.bundle, md5, metric) for entry in found}
    best = max((value for value in values.values() if value is not None), default=None)
    for entry in found:
        value, kept = values[entry.bundle], artefacts.answers_of(entry.bundle).is_file()
        marks = ["best"] * (value is not None and value == best) + ["live"] * (entry.bundle == ledger.live.bundle)
        shown = "not on this set" if value is None else f"{value:.4f}"
        table.add_row(str(entry.version), shown, "kept" if kept and value is not None else "none", ", ".join(marks))
    return table
