"""Is a change more than chance? Tests that hold at every number of rows, and their correction for many columns."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, kolmogorov

Array = NDArray[Any]


def share_p_values(old: Array, old_rows: int, new: Array, new_rows: int) -> Array:
    """Two-sided p-values of equal shares, level by level: Fisher's exact test, from above.

    Of the side on which the level has the greater share, the chance of `k` rows or more is the hypergeometric probability of `k`
    times 1 + r + r r' + …, and the ratios r of one probability to the one before only fall: it is at most that of `k` / (1 - r).
    Twice that is at most 1 + 1/z² times too large, and never too small, however rare the level and however few the rows.

    Parameters
    ----------
    old, new : rows of each level, shape (levels,).
    """
    total, rows = old + new, old_rows + new_rows
    rose = new * old_rows >= old * new_rows
    k, size = np.where(rose, new, old), np.where(rose, new_rows, old_rows)
    left = rows - total - size + k  # rows of other levels on the other side
    ratio = (total - k) * (size - k) / ((k + 1) * (left + 1))
    at_k = np.exp(_log_choose(total, k) + _log_choose(rows - total, size - k) - _log_choose(rows, size))
    one_sided = np.divide(at_k, 1 - ratio, out=np.ones(len(total)), where=ratio < 1)
    p_values: Array = np.minimum(1.0, 2 * one_sided)
    return p_values


def apart(old: Array, new: Array) -> Array:
    """By how much more of the new rows than of the old ones are up to each number, shape (numbers,).

    Parameters
    ----------
    old, new : rows of each number, ascending, shape (numbers,); both of some rows.
    """
    more: Array = np.cumsum(new) / new.sum() - np.cumsum(old) / old.sum()
    return more


def apart_p_value(size: float, n: int, m: int) -> float:
    """Kolmogorov and Smirnov's asymptotic p-value of samples of `n` and `m` rows that are `size` apart at some number.

    Numbers of one code are ties, and few rows make the asymptotic p-value too large: both err towards no change.
    """
    return float(kolmogorov(size * np.sqrt(n * m / (n + m))))


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down correction: the k-th smallest of m is multiplied by m - k + 1, never below the one before.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    steps = np.asarray(p_values)[order] * np.arange(len(p_values), 0, -1)
    corrected = np.empty(len(p_values))
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return [float(p) for p in corrected]


def _log_choose(n: Array | int, k: Array) -> Array:
    logarithm: Array = -np.log1p(n) - betaln(n - k + 1.0, k + 1.0)
    return logarithm
