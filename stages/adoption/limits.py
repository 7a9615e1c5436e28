"""The limits of batches that a new loop starts with: what its own first batches do is usual, and must not block those to come."""

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Any

import pandas as pd

from stages.history.column_rules import one_value, renamed, unit
from stages.history.past import Past
from stages.history.rules import judge
from stages.history.sketch import Sketch, sketch
from stages.intake.verdicts import usual
from stages.reading.periods import Period, period
from stages.sections import Batches, Columns, Drift
from stages.signals.drift import compared
from stages.signals.profile import merge, profile

LIMITS: dict[str, dict[str, float | None]] = {
    "refused": {"warn": 0.01, "block": 0.2},
    "one_rule": {"warn": 0.1, "block": 0.5},
    "volume": {"warn": 2, "block": 10},
    "missing": {"warn": 0.05, "block": 0.2},
    "one_value": {"warn": 0.2, "block": 0.5},
    "unit": {"warn": 2, "block": 8},
    "renamed": {"warn": 0.05, "block": 0.2},
    "label_share": {"warn": 0.1, "block": 0.25},
    "agreement": {"warn": 0.1, "block": 0.25},
    "reviewer_share": {"warn": 0.5, "block": None},
}
HISTORY, MAX_MIB = 8, 1024
LEAST_CHANGE, MOST_CHANGE = 0.05, 0.1  # beyond that, the harm that drift does would go unseen with it
SIGNIFICANCE, LOOKS = 0.05, 8  # of a usual change; the newest looks for drift that tell what is usual
MOVED_BY_THE_CALENDAR = {"one_value": one_value, "unit": unit, "renamed": renamed}

First = Sequence[tuple[Period, Sketch]]  # the batches that a loop starts with, oldest first


def first_limits(frame: pd.DataFrame, batch: pd.Series, columns: Columns, task: str) -> dict[str, Any]:
    """The section `batches` of params.yaml.

    A column that is unlike itself from batch to batch follows the calendar. Of what remains, a limit that would block one of the
    first batches only warns.

    Parameters
    ----------
    frame : all rows, as the stages read them.
    batch : the period of each row.
    """
    groups = sorted((period(str(name)), rows) for name, rows in frame.groupby(batch))
    first = [(own, sketch(rows, columns, failures={}, task=task)) for own, rows in groups]
    strict = Batches.model_validate({"history": HISTORY, "max_mib": MAX_MIB, "calendar": []} | LIMITS)
    calendar = [name for name in columns.features if _moves(name, first, strict)]
    found = _blocking(first, strict.model_copy(update={"calendar": calendar}))
    limits = {name: own | ({"block": None} if name in found else {}) for name, own in LIMITS.items()}
    return {"calendar": calendar} | limits


def first_min_change(
    frame: pd.DataFrame, batch: pd.Series, columns: Columns, calendar: Sequence[str], recent: int, min_rows: int
) -> float:
    """The smallest change that is drift, `trigger.drift.min_change`: more than an ordinary look at the first batches shows.

    Rows of a batch are not independent (another shift of agents, one large customer), so batches differ by more than chance where
    nothing happens. The median over the looks counts, rounded up to 0.01; at least 0.05, and at most 0.1, because the first
    batches may hold a change of the world themselves.

    Parameters
    ----------
    frame, batch : as in `first_limits`; `calendar` as it finds it.
    recent : the batches of a look.
    """
    names = sorted(map(str, batch.unique()), key=period)
    cuts = [0, *sorted(range(len(names) - recent, 0, -recent)[:LOOKS]), len(names)]
    blocks = [frame[batch.isin(names[start:end])] for start, end in pairwise(cuts)]
    found = _unexplained([profile(own, columns, own[columns.target].dropna()) for own in blocks], columns, calendar, min_rows)
    return min(MOST_CHANGE, max(LEAST_CHANGE, math.ceil(round(100 * median(found or [0.0]), 6)) / 100))


def _unexplained(profiles: Sequence[dict[str, Any]], columns: Columns, calendar: Sequence[str], min_rows: int) -> list[float]:
    """The largest change of each look that chance does not explain: against all before, and those just before, as in a run."""
    limits, before, found = Drift(min_change=LEAST_CHANGE, min_rows=min_rows), profiles[0], []
    for newest, now in pairwise(profiles):
        rows = [row for row in compared(now, before | {"newest": newest}, columns, limits) if row.column not in calendar]
        tested = [(row.p_value, row.new or 0.0) for row in rows if row.p_value is not None]
        if tested:
            found.append(max(new if p < SIGNIFICANCE else 0.0 for p, new in tested))
        before = merge([before, now])
    return found


def _moves(name: str, first: First, limits: Batches) -> bool:
    """Whether a column is unlike itself in one of the batches, as it is held against those before it."""
    history = list[Sketch]()
    for _, own in first:
        alone = own.without(own.missing.keys() - {name})
        newest = history[-limits.history :]
        found = {rule: look(alone, newest) for rule, look in MOVED_BY_THE_CALENDAR.items()}
        if any(change.reaches(getattr(limits, rule).warn) for rule, changes in found.items() for change in changes):
            return True
        history.append(alone)
    return False


def _blocking(first: First, limits: Batches) -> set[str]:
    """The limits that block a batch, as it is held against those before it."""
    past, found = Past(limits.history), set[str]()
    for number, (own, drawn) in enumerate(first):
        findings = judge(drawn, past.history, limits, volumes=past.volumes(own))
        found |= {finding.rule.removeprefix("batch: ") for finding in findings if finding.severity == "block"}
        if usual(findings):
            past.add(number, own.name, own, drawn)
    return found & set(LIMITS)
