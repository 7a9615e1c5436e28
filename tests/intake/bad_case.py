"""One case of bad input: what is broken in a small project, and exactly what becomes of it; the page docs/bad-input.md too."""

import io
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from made_project import ROWS, SCHEMA, World, csv, key, world

# What the project counts where nothing is broken: five days train, one judges, one is immature; 24 answers and 4 gold a day.
USUAL_ROWS = {"in": 7 * ROWS, "training": 5 * ROWS, "holdout": ROWS, "immature": ROWS}
USUAL_LABELS = {"in": 7 * 28, "voted": 6 * 24, "waiting": 24, "gold": 7 * 4, "rows": 6 * 24}
NO_LINES = ("rows", "conflicts")  # what the report counts of labels that is no line of feedback
UNREAD = ("file", "no rows")  # the rules of files that bring no rows
UNANSWERED = {"in": -28, "voted": -24, "gold": -4, "rows": -24}  # how the labels differ where nobody answers on that day

Break = Callable[[World], None]


@dataclass(frozen=True, kw_only=True)
class Case:
    """`name` and `what` say what is wrong, `broken` does it; the rest is what becomes of it.

    Each of `files` gets the same: `rows`, `labels` and `review` are lines of the quarantine by rule, `block` and `warn` the
    reasons of its verdict, without its path. `counts` and `states` say how the report's rows and labels differ from those of the
    project in order; left out, each refused row trained and failed one rule. `note` is for the page, `also` looks at more.
    """

    name: str
    what: str
    broken: Break
    files: Sequence[str] = field(default_factory=lambda: (key(),))
    rows: Mapping[str, int] = field(default_factory=dict)
    labels: Mapping[str, int] = field(default_factory=dict)
    review: Mapping[str, int] = field(default_factory=dict)
    block: Sequence[str] = ()
    warn: Sequence[str] = ()
    counts: Mapping[str, int] | None = None
    states: Mapping[str, int] | None = None
    note: str = ""
    also: Callable[[Any], None] | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def verdict(self) -> str:
        return "blocked" if self.block else "warned"

    @property
    def rules(self) -> list[str]:
        """All rules that speak, as they are named."""
        return [*self.rows, *self.labels, *self.review, *_rules(self.block), *_rules(self.warn)]

    @property
    def of_feedback(self) -> bool:
        return self.files[0].startswith("feedback")

    @property
    def unread(self) -> bool:
        return bool(self.block) and self.block[0].partition(":")[0] in UNREAD


# --- ways to break the project


def put(column: str, *values: object) -> Break:
    """Rows that nobody answers get these values."""

    def broken(own: World) -> None:
        own.rows.loc[own.spare[: len(values)], column] = list(values)

    return broken


def every(column: str, change: Callable[[str], str]) -> Break:
    """Each cell of a column is changed."""

    def broken(own: World) -> None:
        own.rows[column] = own.rows[column].map(change)

    return broken


def content(change: Callable[[bytes], bytes], suffix: str = ".csv") -> Break:
    """The bytes of the file are changed, and the end of its name."""

    def broken(own: World) -> None:
        own.files |= {key(): None} | {key(suffix=suffix): change(csv(own.rows))}

    return broken


def as_parquet(cut: int | None = None, **columns: object) -> Break:
    """The file as parquet, with other columns, cut after so many bytes."""

    def broken(own: World) -> None:
        file = io.BytesIO()
        own.rows.assign(**columns).to_parquet(file, index=False)
        own.files |= {key(): None, key(suffix=".parquet"): file.getvalue()[:cut]}

    return broken


def answer(column: str, *values: str) -> Break:
    """The first answers get these values."""

    def broken(own: World) -> None:
        own.answers.loc[own.answers.index[: len(values)], column] = list(values)

    return broken


def unanswered(own: World) -> None:
    """Nobody answers on that day."""
    own.files[key(folder="feedback")] = None


# --- what becomes of it


def outcome(case: Case, folder: Path, make_project: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run the stage on the broken project: what it says that it does not say of the one in order, and what it should say."""
    own = world()
    case.broken(own)
    project = make_project(folder, own.settings, SCHEMA)
    own.write(folder / "data")
    found = _observed(project)
    _conserved(project)
    if case.also:
        case.also(project)
    return found, _expected(case)


def _observed(project: Any) -> dict[str, Any]:
    report = project.validate()
    assert not re.search(r"word\d", json.dumps(report)), "the report quotes a row"
    lines = project.table("quarantine")[["batch", "level", "rule", "severity", "status"]]
    return {
        "batches": {
            name: (own["verdict"], sorted(reason.replace(f"data/{name} ", "") for reason in own["reasons"]))
            for name, own in report["batches"].items()
            if own["verdict"] != "accepted"
        },
        "quarantine": dict(Counter(lines.itertuples(index=False, name=None))),
        "rows": _changes(report["rows"], USUAL_ROWS),
        "labels": _changes(report["labels"], USUAL_LABELS),
    }


def _expected(case: Case) -> dict[str, Any]:
    reasons = sorted([*case.block, *case.warn])
    return {
        "batches": {file: (case.verdict, reasons) for file in case.files if reasons},
        "quarantine": {line: n for file in case.files for line, n in _lines(case, file).items()},
        "rows": dict(case.counts if case.counts is not None else _counts(case)),
        "labels": dict(case.states if case.states is not None else _states(case)),
    }


def _conserved(project: Any) -> None:
    """Every row and every label is in one place, counted here from the files that were written."""
    report = json.loads((project.folder / "metrics/validation.json").read_text(encoding="utf-8"))
    rows, labels = report["rows"], report["labels"]
    assert 2 * rows["in"] == sum(rows.values())
    assert 2 * labels["in"] == sum(n for name, n in labels.items() if name not in NO_LINES)
    kept = {name: project.table(name)["id"] for name in ("training", "holdout")}
    assert {name: len(ids) for name, ids in kept.items()} == {name: rows[name] for name in kept}
    assert pd.concat(kept.values()).is_unique
    said = project.table("quarantine")
    used = {name for name, own in report["batches"].items() if own["role"] not in ("blocked", "feedback")}
    out = (said["level"] == "row") | (said["rule"] == "label: reviewers disagree")
    gone = said[out & said["batch"].isin(used) & (said["status"] == "quarantined")]
    assert len(gone.drop_duplicates(["batch", "row"])) == rows["quarantined"]


def _changes(counts: Mapping[str, int], usual: Mapping[str, int]) -> dict[str, int]:
    return {name: n - usual.get(name, 0) for name, n in counts.items() if n != usual.get(name, 0)}


def _lines(case: Case, file: str) -> dict[tuple[str, ...], int]:
    return {
        **{(file, "row", rule, "error", "quarantined"): n for rule, n in case.rows.items()},
        **{(file, "label", rule, "error", "quarantined"): n for rule, n in case.labels.items()},
        **{(file, "label", rule, "warning", "review"): n for rule, n in case.review.items()},
        **{(file, "batch", rule, "error", "quarantined"): 1 for rule in _rules(case.block)},
        **{(file, "batch", rule, "warning", "review"): 1 for rule in _rules(case.warn)},
    }


def _rules(reasons: Sequence[str]) -> list[str]:
    return [f"batch: {reason.partition(':')[0]}" for reason in reasons]


def _counts(case: Case) -> dict[str, int]:
    """A day that trains loses some rows; or all, with its batch."""
    refused = sum(case.rows.values())
    if case.of_feedback or not (refused or case.block):
        return {}
    if case.unread:
        return {"in": -ROWS, "training": -ROWS}
    return {"training": -ROWS, "blocked": ROWS} if case.block else {"training": -refused, "quarantined": refused}


def _states(case: Case) -> dict[str, int]:
    """Answers on rows of a blocked batch wait; those of a blocked file do not count; a refused one leaves the others."""
    refused = sum(case.labels.values())
    if not case.of_feedback:
        return {"voted": -24, "waiting": 24, "rows": -24} if case.block else {}
    if case.block:
        return {"voted": -24, "gold": -4, "rows": -24} | ({"in": -28} if case.unread else {"blocked": 28})
    return {"voted": -refused, "refused": refused, "rows": -refused} if refused else {}
