"""By how much did a daily figure move, and how sure is that? A week has a pattern, and a day is like the day before.

Both fool a plain test: Welch's t, asked to be wrong in 5 % of cases, is wrong in 17 % where neighbouring days correlate by 0.5.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from stages.evidence.scores import Array

RHO = np.arange(0.0, 0.96, 0.05)  # correlations of a day with the day before that are looked at
MARGIN = 0.1  # added to the correlation found: a month tells it to ± 0.2, and too low a value means false alarms
ROUNDING = 1e-9  # relative to the figure's size: what is less is no noise but arithmetic


@dataclass(frozen=True, kw_only=True)
class Effect:
    """By how much a figure moves where the regressor rises by one, its standard error and the degrees of freedom behind it."""

    size: float
    error: float
    freedom: float

    @property
    def p_value(self) -> float:
        """That the figure did not fall, one-sided."""
        if self.error == 0:
            return float(self.size >= 0)
        return float(student.cdf(self.size / self.error, self.freedom))

    def interval(self, significance: float) -> tuple[float, float]:
        """Bounds of the size, each of which is wrong with the chance `significance`."""
        reach = self.error * float(student.ppf(1 - significance, self.freedom)) if self.error else 0.0
        return self.size - reach, self.size + reach


def effect(days: Array, values: Array, regressor: Array) -> Effect | None:
    """Ordinary least squares on the regressor and a level for each day of the week, with errors that follow AR(1).

    The correlation with the day before is the one under which residuals of this very design are expected to correlate as they
    do (so its usual bias in short series is gone); the error is the sandwich of that AR(1), the degrees of freedom are
    Satterthwaite's.

    Parameters
    ----------
    days : whole numbers, one a value; gaps are allowed.
    regressor : 1 after a step and 0 before it, or the day itself for a trend.

    Returns
    -------
    Effect, or None where the values cannot tell the regressor from the pattern of the week or its effect from noise.
    """
    design = np.column_stack([*(days % 7 == own for own in np.unique(days % 7)), regressor]).astype("float64")
    if np.linalg.matrix_rank(design) < design.shape[1] or len(days) < design.shape[1] + 2:
        return None
    inverse = np.linalg.pinv(design)
    left = values - design @ (inverse @ values)
    size = float(inverse[-1] @ values)
    if np.abs(left).max() <= ROUNDING * np.abs(values).max():
        return Effect(size=0.0 if abs(size) <= ROUNDING * np.abs(values).max() else size, error=0.0, freedom=1.0)
    return _with_error(size, inverse[-1], left, np.eye(len(days)) - design @ inverse, np.abs(np.subtract.outer(days, days)))


def _with_error(size: float, weights: Array, left: Array, maker: Array, apart: Array) -> Effect:
    """The error of `weights @ values`.

    Parameters
    ----------
    left : residuals; `maker` makes them out of values.
    apart : days between two values, shape (values, values).
    """
    likeness = min(_correlation(left, maker, apart) + MARGIN, float(RHO[-1])) ** apart
    spread = maker @ likeness
    variance = left @ left / np.trace(spread)
    freedom = np.trace(spread) ** 2 / np.trace(spread @ spread)
    return Effect(size=size, error=float(np.sqrt(variance * (weights @ likeness @ weights))), freedom=float(freedom))


def _correlation(left: Array, maker: Array, apart: Array) -> float:
    """The correlation of a day with the day before, 0 at least; where no two days are neighbours, from the nearest there are."""
    neighbours = (apart == apart[apart > 0].min()) / 2
    spreads = [maker @ rho**apart for rho in RHO]
    expected = [np.trace(spread @ maker @ neighbours) / np.trace(spread) for spread in spreads]
    return float(np.interp(left @ neighbours @ left / (left @ left), expected, RHO))
