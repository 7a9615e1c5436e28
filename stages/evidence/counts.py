"""Metrics that are a function of counts: how many rows have which truth and got which answers from both models.

Rows of one cell (truth, baseline's answer, candidate's answer) are alike, so that drawing rows is drawing how often each cell
comes up: a Poisson number about the rows that it has, whose cost does not depend on the rows. Only occupied cells are kept.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from stages.evidence.classes import ROWS_AT_ONCE
from stages.evidence.resampled import CHUNK, REPLICATES, UNITS, Drawn, drawn_sums, units, widened
from stages.evidence.scores import OF_TWO_CLASSES, Array, Predictions

AVERAGES = ("macro", "micro", "weighted")
COUNTED = (
    "balanced_accuracy",
    "matthews_corrcoef",
    *OF_TWO_CLASSES,
    *(f"{name}_{average}" for name in OF_TWO_CLASSES for average in AVERAGES),
)

TABLE = 4_000_000  # cells that are counted in a table, occupied or not


@dataclass(frozen=True, kw_only=True)
class Tally:
    """By class (first axis) and table (second): the rows that have it, that got it as the answer, and for which that is right."""

    true: Array
    said: Array
    right: Array


def drawn(metric: str, sides: list[Predictions], seed: int) -> Drawn | None:
    """The metric of each model, and on drawn rows; None where it is undefined. Labels are numbers from 0 on, the same for all."""
    if any(side.classes is None or (metric in OF_TWO_CLASSES and len(side.classes) != 2) for side in sides):
        return None
    labels = max(2, *(1 + int(max(side.truth.max(), side.answer.max())) for side in sides))
    if metric in OF_TWO_CLASSES and labels > 2:
        return None
    columns, groups = [sides[0].truth, *(side.answer for side in sides)], sides[0].groups
    cells, rows = _occupied(columns, labels)
    summed = _summing(cells, labels)
    if groups is None and len(rows) <= UNITS:
        draws, shrink = _drawn_cells(rows, summed, seed), 1.0
    else:
        parts = _by_unit(columns, labels, units(len(columns[0]), groups, seed))
        draws, shrink = drawn_sums(parts, seed).T, widened(len(parts))
    values = _by_model(metric, (summed @ rows)[:, np.newaxis], labels)
    return Drawn(values=[float(own) for own in values[:, 0]], draws=_by_model(metric, draws, labels), shrink=shrink)


def value(metric: str, tally: Tally) -> Array:
    """A metric of every table, as scikit-learn has it; shape (tables,). Of two classes the second is the positive one."""
    if metric == "matthews_corrcoef":
        return _correlation(tally)
    if metric == "balanced_accuracy":
        present = tally.true > 0
        return _safe(_safe(tally.right, tally.true).sum(axis=0), present.sum(axis=0))
    name, _, average = metric.partition("_")
    above, below = _parts(name, tally)
    if average == "micro":
        return _safe(above.sum(axis=0), below.sum(axis=0))
    by_class = _safe(above, below)
    if average == "macro":  # over the labels that are there, as truth or as answer
        return _safe(by_class.sum(axis=0), ((tally.true + tally.said) > 0).sum(axis=0))
    return _safe((by_class * tally.true).sum(axis=0), tally.true.sum(axis=0)) if average == "weighted" else by_class[1]


def _parts(name: str, tally: Tally) -> tuple[Array, Array]:
    """Above and below the fraction line."""
    if name == "f1":
        return 2 * tally.right, tally.true + tally.said
    if name == "jaccard":
        return tally.right, tally.true + tally.said - tally.right
    return tally.right, tally.said if name == "precision" else tally.true


def _correlation(tally: Tally) -> Array:
    rows = tally.true.sum(axis=0)
    both = tally.right.sum(axis=0) * rows - (tally.true * tally.said).sum(axis=0)
    apart = [rows**2 - np.square(side).sum(axis=0) for side in (tally.true, tally.said)]
    return _safe(both, np.sqrt(apart[0] * apart[1]))


def _safe(above: Array, below: Array) -> Array:
    """A fraction, 0 where there is nothing below the line, as scikit-learn has it."""
    return np.divide(above, below, out=np.zeros(np.shape(below)), where=below > 0)


def _occupied(columns: list[Array], labels: int) -> tuple[list[Array], Array]:
    """The occupied cells, a label for each column, and how many rows each has."""
    shape = (labels,) * len(columns)
    if np.prod(shape) > TABLE:
        cells, rows = np.unique(np.ravel_multi_index(columns, shape), return_counts=True)
    else:
        every = _counted(columns, shape).ravel()
        cells = np.flatnonzero(every)
        rows = every[cells]
    return list(np.unravel_index(cells, shape)), rows


def _counted(columns: list[Array], shape: tuple[int, ...]) -> Array:
    """How many rows have each combination of codes; of that shape. Some rows at a time, which bounds the memory."""
    found = np.zeros(np.prod(shape), dtype="int64")
    for start in range(0, len(columns[0]), ROWS_AT_ONCE):
        place = np.ravel_multi_index([column[start : start + ROWS_AT_ONCE] for column in columns], shape)
        found += np.bincount(place, minlength=len(found))
    return found.reshape(shape)


def _summing(cells: list[Array], labels: int) -> csr_array:
    """What adds cells up to the rows of a tally: true, then for each model said and right; shape (sums, cells)."""
    truth, *answers = cells
    rows, columns = [truth], [np.arange(len(truth))]
    for own, answer in enumerate(answers):
        hit = np.flatnonzero(answer == truth)
        rows += [answer + (1 + 2 * own) * labels, answer[hit] + (2 + 2 * own) * labels]
        columns += [columns[0], hit]
    place = np.concatenate(rows), np.concatenate(columns)
    return csr_array((np.ones(len(place[0])), place), shape=((1 + 2 * len(answers)) * labels, len(truth)))


def _drawn_cells(rows: Array, summed: csr_array, seed: int) -> Array:
    """The sums of drawn cells; shape (sums, replicates)."""
    random, some = np.random.default_rng(seed), max(1, CHUNK // len(rows))
    sizes = [min(some, REPLICATES - start) for start in range(0, REPLICATES, some)]
    return np.concatenate([summed @ random.poisson(rows, (size, len(rows))).T for size in sizes], axis=1)


def _by_unit(columns: list[Array], labels: int, unit: Array) -> Array:
    """The same sums of each unit; shape (units, sums)."""
    truth, *answers = columns
    count, sums = int(unit.max()) + 1, 1 + 2 * len(answers)
    parts = np.empty((count, sums, labels))
    parts[:, 0] = _counted([unit, truth], (count, labels))
    for own, answer in enumerate(answers):
        parts[:, 1 + 2 * own] = _counted([unit, answer], (count, labels))
        hit = answer == truth
        parts[:, 2 + 2 * own] = _counted([unit[hit], truth[hit]], (count, labels))
    return parts.reshape(count, sums * labels)


def _by_model(metric: str, sums: Array, labels: int) -> Array:
    """From sums of shape (sums, tables) to values of shape (models, tables); NaN where no row was drawn."""
    true, *parts = sums.reshape(-1, labels, sums.shape[1])
    pairs = zip(parts[::2], parts[1::2], strict=True)
    found = np.stack([value(metric, Tally(true=true, said=said, right=hit)) for said, hit in pairs])
    return np.where(true.sum(axis=0) > 0, found, np.nan)
