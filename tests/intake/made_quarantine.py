"""A table of the quarantine as a test wants it, and what is printed of it."""

import io
from typing import Any

import pandas as pd
from rich.console import Console

from stages.ops.findings import COLUMNS, TABLE
from stages.ops.release import Asked

W39, W40, LABELS = "raw/2026-W39.parquet", "raw/2026-W40.csv", "feedback/2026-W40.csv"
SIZE, OLD, ODD = "size: greater_than(0)", "id: in an earlier batch", "size: not a number"
BOOM = "x: [red]=1+1[/red] :cat:\n\x1b[31m\x07\u202eevil"
FILE = b"id,size\nT1,-5\n"


def line(**changes: Any) -> dict[str, Any]:
    """One finding: a row of W40 whose size is refused."""
    usual = {"batch": W40, "row": 0, "record_id": "T1", "level": "row", "rule": SIZE, "severity": "error"}
    return usual | {"value": "-5", "rule_set": "a" * 32, "status": "quarantined"} | changes


def whole(**changes: Any) -> dict[str, Any]:
    """A finding about a batch as a whole, for a person to look at."""
    usual = {"row": None, "record_id": None, "level": "batch", "rule": "batch: unit", "value": None, "status": "review"}
    return line(**usual | changes)


def quarantine(*found: dict[str, Any], rows_a_group: int = 100_000) -> None:
    """Write the table."""
    kinds = {name: "Int64" if name == "row" else "str" for name in COLUMNS}
    frame = pd.DataFrame(list(found), columns=list(COLUMNS)).astype(kinds)
    TABLE.parent.mkdir(exist_ok=True)
    frame.to_parquet(TABLE, index=False, row_group_size=rows_a_group)


def usual() -> list[dict[str, Any]]:
    rows = [line(row=k, record_id=f"T{k}") for k in range(5)]
    rows += [line(row=7, record_id="T7", rule=OLD), line(rule=ODD, value="oops", status="released")]
    rows += [line(batch=W39, rule="text: mojibake", severity="warning", status="review")]
    return [*rows, line(batch=LABELS, level="label", rule="label: reviewers disagree"), whole()]


def asked(**changes: Any) -> Asked:
    return Asked(**{"batch": W40, "rule": SIZE, "ids": (), "by": "Ada", "reason": "refunds are negative"} | changes)


def printed(show: Any, *arguments: Any, width: int = 80, **look: Any) -> str:
    text = io.StringIO()
    show(*arguments, Console(file=text, width=width, highlight=False, emoji=False, **look))
    return text.getvalue()
