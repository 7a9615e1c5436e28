"""metrics/validation.json: what came in, what became of it, and what is known of who labelled it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

from stages.history.rules import Finding
from stages.intake.feedback import FeedbackFile
from stages.intake.split import NO_DAY, Roles
from stages.intake.verdicts import Judged
from stages.labels.trust import STATES, Trusted
from stages.reading.periods import Period

ROWS = ("in", "training", "holdout", "quarantined", "immature", "unlabelled", "expired", "blocked")


def report(
    batches: Sequence[Judged],
    files: Sequence[FeedbackFile],
    roles: Roles,
    trusted: Trusted,
    counts: Mapping[str, int],
    rules: Mapping[str, Mapping[str, int]],
    golden_rows: int,
    releases: Mapping[str, Any],
    near_duplicates: str,
    raw_labels: Mapping[str, Any],
) -> dict[str, Any]:
    """Everything a person or a later stage asks of validation, as JSON.

    Parameters
    ----------
    counts : rows by what became of them; `in` is their sum.
    rules : lines of the quarantine by rule and status.
    golden_rows : those with a label, which judge.
    releases : as `stages.intake.stale` reports them.
    near_duplicates : by what they were looked for, or why not.
    raw_labels : what became of the labels that the newest training batch with any brought (`stages.intake.settle.Settled`).
    """
    return {
        "problem": roles.problem,
        "as_of": None if roles.as_of == NO_DAY else roles.as_of.isoformat(),
        "rows": {name: counts.get(name, 0) for name in ROWS},
        "batches": {own.batch.key: _batch(own, roles) for own in batches} | {file.key: _file(file) for file in files},
        "rules": {rule: dict(by_status) for rule, by_status in sorted(rules.items())},
        "labels": _labels(trusted),
        "holdout": roles.named("holdout"),
        "recent": sorted(roles.recent),
        "feedback": _newest_actions(trusted.lines, roles.as_of),
        "newest_feedback": _newest_file(files, trusted),
        "raw_labels": {"file": None, "lines": 0, "refused": 0, "correct": 0, "confirm": 0} | dict(raw_labels),
        "reviewers": trusted.reviewers,
        "golden_rows": golden_rows,
        "near_duplicates": near_duplicates,
        "releases": dict(releases),
    }


def _batch(own: Judged, roles: Roles) -> dict[str, Any]:
    period = own.batch.period
    role = "blocked" if own.verdict == "blocked" or period is None else roles.role[period.name]
    about = _declared(period) | {"rows": own.batch.rows, "quarantined": own.refused, "role": role}
    return about | {"verdict": own.verdict, "reasons": _reasons(own.findings), "released": _reasons(own.released)}


def _file(file: FeedbackFile) -> dict[str, Any]:
    about = _declared(file.period) | {"rows": file.rows, "role": "feedback"}
    return about | {"verdict": file.verdict, "reasons": _reasons(file.findings), "released": _reasons(file.released)}


def _declared(period: Period | None) -> dict[str, Any]:
    """The period that a file declares, and its last day."""
    return {"batch": period.name, "last": period.last.isoformat()} if period else {"batch": None, "last": None}


def _reasons(findings: Sequence[Finding]) -> list[str]:
    return [f"{own.rule.removeprefix('batch: ')}: {own.why}" for own in findings]


def _labels(trusted: Trusted) -> dict[str, Any]:
    """Every line of feedback once, by what became of it; and how many rows have a label, or reviewers who disagree."""
    states = Counter(trusted.lines["state"])
    return {
        "in": len(trusted.lines),
        **{state: states[state] for state in STATES},
        "rows": len(trusted.labels),
        "conflicts": len(trusted.conflicts),
    }


def _newest_file(files: Sequence[FeedbackFile], trusted: Trusted) -> dict[str, Any]:
    """What became of the newest file of feedback: its answers, those refused, and those on rows whose reviewers disagree."""
    named = [file for file in files if file.period]
    if not named:
        return {"file": None, "verdict": None, "lines": 0, "refused": 0, "disputed": 0}
    newest = named[-1]  # files come oldest first
    own = trusted.lines[(trusted.lines["file"] == newest.key) & (trusted.lines["action"] != "skip")]
    return {
        "file": newest.key,
        "verdict": newest.verdict,
        "lines": len(own),
        "refused": int((own["state"] == "refused").sum()),
        "disputed": int(((own["state"] == "voted") & own["id"].isin(trusted.conflicts.index)).sum()),
    }


def _newest_actions(lines: pd.DataFrame, as_of: date) -> dict[str, int]:
    """What reviewers did in the seven days that end with `as_of`."""
    start, end = (pd.Timestamp(as_of + timedelta(days=days), tz="UTC") for days in (-6, 1))
    newest = lines.loc[(lines["reviewed_at"] >= start) & (lines["reviewed_at"] < end), "action"]
    return {action: int((newest == action).sum()) for action in ("correct", "confirm", "skip")}
