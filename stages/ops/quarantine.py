"""`ratchet quarantine list` and `show`: what was refused and by which rule. Reads data/quarantine and metrics/validation.json."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from stages import artefacts
from stages.errors import UsageError
from stages.ops.findings import COLUMNS, Wanted, counts, findings
from stages.ops.printing import lines, paper, plain, visible

SHOWN = 3  # releases without effect that fit on a line
MEANING = {"quarantined": ": not used", "review": ": used, a person should look", "released": ": a person let it in"}
STYLE = {"error": "red", "warning": "yellow", "quarantined": "red", "released": "green", "review": "yellow"}


def show_list(wanted: Wanted, console: Console | None = None) -> None:
    """Print how often each rule speaks in each batch, the newest batch last."""
    console = console or paper()
    found = counts(wanted)
    for said in _of_the_run():
        console.print(Text(said), soft_wrap=True)
    if not found:
        console.print("nothing in quarantine" if wanted == Wanted() else "nothing in quarantine that matches")
        return
    table = lines("batch", "rule", "severity", "status", "findings", numbers=("findings",))
    by_status = Counter[str]()
    for (batch, rule, severity, status), n in sorted(found.items(), key=_newest_last):
        table.add_row(plain(batch), plain(rule), _word(severity), _word(status), f"{n:,}")
        by_status[status] += n
    console.print(table)
    console.print(f"\ntotal {found.total():,}")
    for status, n in by_status.most_common():
        console.print(Text(f"{n:>{len(f'{found.total():,}') + 6},} {visible(status)}{MEANING.get(status, '')}"), soft_wrap=True)
    console.print("next: ratchet quarantine show BATCH")


def show_batch(batch: str, rule: str | None, limit: int, console: Console | None = None) -> None:
    """Print the first findings of a batch, one a line.

    Raises
    ------
    UsageError
        Where the batch has none.
    """
    console = console or paper()
    shown: list[dict[str, Any]] = []
    total = 0
    for part in findings(COLUMNS, Wanted(batch, rule)):
        total += part.num_rows
        shown += part.slice(0, limit - len(shown)).to_pylist()
    if not total:
        raise UsageError(f"BATCH and --rule must name findings, got none of {batch!r}; `ratchet quarantine list` names them")
    table = lines("row", "record id", "rule", "value", "status", numbers=("row",))
    for own in shown:
        row = own["level"] if own["row"] is None else str(own["row"])
        table.add_row(row, *(plain(own[name] or "") for name in ("record_id", "rule", "value")), _word(own["status"]))
    console.print(Text(f"{visible(batch)}, findings: {total:,} (rows count from 0)"), soft_wrap=True)
    console.print(table)
    if total > len(shown):
        console.print(f"and {total - len(shown):,} more: --limit N, or ratchet quarantine list --csv FILE", soft_wrap=True)
    console.print("next: ratchet quarantine release --batch B --rule R --by NAME --reason TEXT", soft_wrap=True)


def _of_the_run() -> Iterator[str]:
    """What the last run said of itself: that nothing could train, and what became of the releases."""
    report = artefacts.read_json(artefacts.VALIDATION) if artefacts.VALIDATION.is_file() else {}
    if report.get("problem"):
        yield f"the last run stopped: {report['problem']}"
    releases = report.get("releases", {"in_force": 0, "stale": []})
    stale = Counter(f"{visible(own['batch'])} {visible(own['rule'])!r}: {own['why']}" for own in releases["stale"])
    if stale:
        why = "; ".join([*list(stale)[:SHOWN], *([f"and {len(stale) - SHOWN} more"] if len(stale) > SHOWN else [])])
        yield f"releases: {releases['in_force']:,} in force, {stale.total():,} without effect, to be removed ({why})"
    elif releases["in_force"]:
        yield f"releases: {releases['in_force']:,} in force"


def _newest_last(count: tuple[tuple[str, ...], int]) -> tuple[str, str, int, tuple[str, ...]]:
    """By period, then folder; within a batch the most frequent first."""
    key, n = count
    return Path(key[0]).name, key[0], -n, key


def _word(word: str) -> Text:
    return Text(visible(word), style=STYLE.get(word, ""))
