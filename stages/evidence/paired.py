"""The difference between two models on the same rows, with its uncertainty.

Each kind of metric has its own way: a mean over rows Student's t on paired rows, areas under curves and other smooth functions
the pull of each row, functions of counts drawn counts, rankings Student's t on users, and any other metric drawn rows. Rows of
one group stay together: what varies is the sum of their pulls, and what is drawn is the group.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import stdtrit
from scipy.stats import norm

from stages.errors import CannotJudge
from stages.evidence.classes import coded, places
from stages.evidence.difference import Difference
from stages.evidence.measured import measured, usable
from stages.evidence.scores import Array, Predictions, right
from stages.evidence.segments import Segments


def difference(metric: str, baseline: Predictions, candidate: Predictions, seed: int) -> Difference:
    """Compare two models on the same rows.

    Returns
    -------
    Difference
        With None where the metric is undefined on one side; without a standard error below 2 rows.

    Raises
    ------
    CannotJudge
        Where the rows are not the same.

    Examples
    --------
    Of 4 rows the baseline has 2 right, the candidate 3, one of them new: differences 1, 0, 0, 0, mean 0.25, standard error 0.25.
    """
    return _compared(metric, _alike(baseline, candidate), seed)


def by_segments(metric: str, baseline: Predictions, candidate: Predictions, segments: Segments, seed: int) -> list[Difference]:
    """`difference` in every segment, in the order of their names; labels are looked up once, rows sorted once a column."""
    sides = _alike(baseline, candidate)
    found: dict[int, Difference] = {}
    for codes in segments.codes:
        order = np.argsort(codes, kind="stable")
        ends = np.cumsum(np.bincount(codes + 1, minlength=len(segments.names) + 1))
        for own in np.flatnonzero(np.diff(ends)).tolist():
            rows = order[ends[own] : ends[own + 1]]
            found[own] = _compared(metric, [side.rows(rows) for side in sides], seed)
    empty = Difference(n=0, groups=None if baseline.groups is None else 0)
    return [found.get(own, empty) for own in range(len(segments.names))]


def bounds(metric: str, said: Predictions, confidence: float, seed: int) -> tuple[float | None, float | None]:
    """One-sided bounds of one model's metric, each at `confidence`; None below 2 rows or where the metric is undefined."""
    found = measured(metric, _alike(said), seed)
    (value,) = found.values
    if value is None or found.error is None:
        return None, None
    reach = found.error * float(norm.ppf(confidence) if found.freedom is None else stdtrit(found.freedom, confidence))
    return value - reach, value + reach


def _compared(metric: str, sides: list[Predictions], seed: int) -> Difference:
    n, groups = len(sides[0].truth), sides[0].groups
    if metric == "accuracy" and groups is None and n > 1 and all(usable(side) and side.classes is not None for side in sides):
        return _proportions(*(right(side) for side in sides))
    found = measured(metric, sides, seed)
    old, new = found.values
    return Difference(
        n=n,
        groups=None if groups is None else len(pd.unique(groups)),
        baseline=old,
        candidate=new,
        delta=None if old is None or new is None else new - old,
        standard_error=found.error,
        freedom=found.freedom if found.error else None,
    )


def _proportions(old: Array, new: Array) -> Difference:
    """Accuracy where rows stand alone: who is right on which rows is all there is to know."""
    n, won, lost = len(old), int(np.count_nonzero(new & ~old)), int(np.count_nonzero(old & ~new))
    delta = (won - lost) / n
    return Difference(
        n=n,
        baseline=float(old.mean()),
        candidate=float(new.mean()),
        delta=delta,
        standard_error=float(np.sqrt(max(won + lost - n * delta**2, 0.0) / (n - 1) / n)),
        freedom=n - 1,
        won=won,
        lost=lost,
    )


def _alike(*sides: Predictions) -> list[Predictions]:
    """The same with labels as numbers from 0 on, which are the same for all (-1: missing).

    Raises
    ------
    CannotJudge
        Where rows, truth, groups or kind of answers are not the same.
    """
    mend = "score both models on one file"
    sizes = [len(column) for side in sides for column in (side.truth, side.answer)]
    if len(set(sizes)) > 1:
        raise CannotJudge(f"evidence: truth and answers must have the same rows, got {sizes} rows; {mend}")
    classes = [side.classes for side in sides if side.classes is not None]
    if len(classes) not in (0, len(sides)):
        raise CannotJudge(f"evidence: both models must answer in classes or both in numbers, got one each; {mend}")
    if not np.array_equal(sides[0].groups, sides[-1].groups):  # type: ignore[arg-type]  # None equals None
        raise CannotJudge(f"evidence: both models must have the same groups of rows, got two; {mend}")
    columns = list({id(column): column for side in sides for column in (side.truth, side.answer)}.values())
    codes, known = coded(columns, classes) if classes else (columns, np.empty(0))
    code = {id(column): own for column, own in zip(columns, codes, strict=True)}
    truth = code[id(sides[0].truth)]
    if not np.array_equal(truth, code[id(sides[-1].truth)], equal_nan=True):
        raise CannotJudge(f"evidence: both models must be held against the same truth, got two; {mend}")
    names = [None if side.classes is None else places(side.classes, known) for side in sides]
    return [replace(side, truth=truth, answer=code[id(side.answer)], classes=own) for side, own in zip(sides, names, strict=True)]
