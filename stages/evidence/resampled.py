"""Both models' metrics on rows drawn again, with replacement: where no formula says how far a metric is left to chance.

The work must not grow with the rows. Where a metric is a function of sums over rows, rows are first summed into at most `UNITS`
blocks, and blocks are drawn: sums over rows that do not hang together do not hang together either.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stages.evidence.calibration_error import BINS, expected_error, gaps, shares
from stages.evidence.scores import Array, Predictions, right, score

REPLICATES = 2_000
FEW = 400  # replicates where each takes a scorer
MOST_ROWS = 5_000  # about as many rows are drawn where each replicate takes a scorer
UNITS = 2_000  # at most: the spread of so many is known to 1.6 %, as that of so many replicates
CHUNK = 150_000  # numbers at once, which bounds the memory


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Metrics of the models, on all rows and on drawn ones.

    Attributes
    ----------
    values : of each model; None where it is undefined.
    draws : shape (models, replicates); NaN where a draw leaves it undefined.
    shrink : what the spread of the draws is to be multiplied by, where fewer rows were drawn than there are.
    """

    values: list[float | None]
    draws: Array
    shrink: float = 1.0

    def standard_error(self) -> float | None:
        """Of the last model's value minus the first one's, or of a single one's; None where most draws are undefined."""
        apart = self.draws[-1] - self.draws[0] if len(self.draws) > 1 else self.draws[0]
        known = apart[~np.isnan(apart)]
        return float(known.std(ddof=1)) * self.shrink if len(known) > len(apart) / 2 else None


def units(rows: int, groups: Array | None, seed: int) -> Array:
    """The unit that each row is drawn with, from 0 on: itself or its group; of more than `UNITS` of these, a block of them."""
    code = None if groups is None else pd.factorize(groups)[0]
    count = rows if code is None else int(code.max()) + 1
    unit = np.arange(count, dtype="int32")
    if count > UNITS:
        unit = (unit % UNITS).astype("int16")
        np.random.default_rng(seed).shuffle(unit)
    return unit if code is None else unit[code]


def drawn_sums(parts: Array, seed: int) -> Array:
    """Parts of shape (units, sums) added up over drawn units; shape (replicates, sums)."""
    found, done = np.empty((REPLICATES, parts.shape[1])), 0
    for times in _times(len(parts), REPLICATES, seed):
        np.matmul(times.astype("float64"), parts, out=found[done : done + len(times)])
        done += len(times)
    return found


def widened(count: int) -> float:
    """The bootstrap of few units is too narrow: it divides by their number, where Student divides by one less."""
    return float(np.sqrt(count / (count - 1)))


def calibration_errors(sides: list[Predictions], seed: int) -> Drawn | None:
    """The expected calibration error; None where a model gives no probabilities."""
    unit = units(len(sides[0].truth), sides[0].groups, seed)
    count, parts = int(unit.max()) + 1, []
    for side in sides:
        confidence = None if side.probability is None else side.probability.max(axis=1)
        if confidence is None or not shares(confidence):
            return None
        place, gap = gaps(confidence, right(side))
        parts.append(np.bincount(unit * BINS + place, gap, minlength=count * BINS).reshape(count, BINS))
    sums = np.column_stack([*parts, np.bincount(unit)])
    values, draws = _errors(sums.sum(axis=0, keepdims=True)), _errors(drawn_sums(sums, seed))
    return Drawn(values=[float(value) for value in values[:, 0]], draws=draws, shrink=widened(count))


def scored(metric: str, sides: list[Predictions], seed: int) -> Drawn | None:
    """Any metric of scikit-learn's, from rows that are really drawn, about `MOST_ROWS` of them; None where undefined."""
    values = [score(metric, side) for side in sides]
    if None in values:
        return None
    code = np.arange(len(sides[0].truth)) if sides[0].groups is None else pd.factorize(sides[0].groups)[0]
    chosen, share = _few(code)
    count = int(chosen.max()) + 1
    order = np.argsort(chosen, kind="stable")
    size = np.bincount(chosen[chosen >= 0], minlength=count)
    ordered = order[len(order) - size.sum() :]
    draws = []
    for times in _times(count, FEW, seed):
        for once in times:
            rows = np.repeat(ordered, np.repeat(once, size))
            draws.append([score(metric, side.rows(rows)) for side in sides])
    found = np.array(draws, dtype="float64").T
    return Drawn(values=values, draws=found, shrink=share**0.5 * widened(count))


def _few(code: Array) -> tuple[Array, float]:
    """Evenly spaced units of about `MOST_ROWS` rows, numbered anew (-1: left out), and the share of the units that they are."""
    count = int(code.max()) + 1
    step = max(1, min(len(code) // MOST_ROWS, count // FEW))
    return np.where(code % step == 0, code // step, -1), -(-count // step) / count


def _times(count: int, replicates: int, seed: int) -> Iterator[Array]:
    """How often each of `count` units is drawn, in chunks of shape (some replicates, units)."""
    random, some = np.random.default_rng(seed), max(1, CHUNK // count)
    for start in range(0, replicates, some):
        size = min(some, replicates - start)
        place = random.integers(0, count, (size, count)) + np.arange(size)[:, np.newaxis] * count
        yield np.bincount(place.ravel(), minlength=size * count).reshape(size, count)


def _errors(sums: Array) -> Array:
    """By model and replicate; the last column of `sums` counts the rows."""
    models = (sums.shape[1] - 1) // BINS
    return np.stack([expected_error(sums[:, own * BINS : (own + 1) * BINS], sums[:, -1]) for own in range(models)])
