"""The limits of batches that a new loop starts with: what its own first batches do is usual, and must not block those to come."""

from typing import Any

import pandas as pd

from stages.history.rules import judge
from stages.history.sketch import Sketch, sketch
from stages.intake.verdicts import usual
from stages.reading.periods import period
from stages.sections import Batches, Columns

LIMITS: dict[str, dict[str, float | None]] = {
    "refused": {"warn": 0.01, "block": 0.2},
    "one_rule": {"warn": 0.1, "block": 0.5},
    "volume": {"warn": 2, "block": 10},
    "missing": {"warn": 0.05, "block": 0.2},
    "one_value": {"warn": 0.2, "block": 0.5},
    "unit": {"warn": 3, "block": 8},
    "renamed": {"warn": 0.05, "block": 0.2},
    "label_share": {"warn": 0.1, "block": 0.25},
    "agreement": {"warn": 0.1, "block": 0.25},
    "reviewer_share": {"warn": 0.5, "block": None},
}
HISTORY, MAX_MIB = 8, 1024


def first_limits(frame: pd.DataFrame, batch: pd.Series, columns: Columns, task: str) -> dict[str, Any]:
    """The section `batches` of params.yaml: a limit that would block one of the first batches only warns.

    Parameters
    ----------
    frame : all rows, as the stages read them.
    batch : the period of each row.
    """
    found = _blocking(frame, batch, columns, task)
    return {name: limits | ({"block": None} if name in found else {}) for name, limits in LIMITS.items()}


def _blocking(frame: pd.DataFrame, batch: pd.Series, columns: Columns, task: str) -> set[str]:
    """The limits that block a batch of `frame`, as it is held against those before it."""
    strict = Batches.model_validate({"history": HISTORY, "max_mib": MAX_MIB} | LIMITS)
    history, found = list[Sketch](), set[str]()
    for _, rows in sorted(frame.groupby(batch), key=lambda pair: period(str(pair[0]))):
        own = sketch(rows, columns, failures={}, task=task)
        findings = judge(own, history[-strict.history :], strict)
        found |= {finding.rule.removeprefix("batch: ") for finding in findings if finding.severity == "block"}
        if usual(findings):
            history.append(own)
    return found & set(LIMITS)
