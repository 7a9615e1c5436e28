"""What is usual? A batch is held against each batch of the history; it is unlike them where it is so beyond noise.

A share or a number of rows is known to an interval. Two batches differ beyond noise where their intervals do not overlap: less
powerful than a test, exact on a handful of rows, and the same for every rule.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, gammaincinv

Array = NDArray[Any]

CHANCE = 0.001  # that an interval's one end misses; shared by the columns or values that a rule compares at once
ENOUGH = 3  # batches that make a history
_ROUNDING = 1e-9  # a share of 15 % is 5 points above one of 10 %, whatever the last bit says


@dataclass(frozen=True)
class Range:
    """Estimates with the ends of their intervals; arrays of one shape."""

    value: Array
    low: Array
    high: Array


@dataclass(frozen=True, kw_only=True)
class Change:
    """How far a batch is from usual, on the scale of its limits (of factors: the natural logarithm), and in words."""

    size: float
    why: str
    factor: bool = False

    def reaches(self, limit: float | None) -> bool:
        """Whether it is as large as a limit; a limit of null is never reached, and no change is no change whatever the limit."""
        if limit is None or self.size <= 0:
            return False
        return self.size >= (math.log(limit) if self.factor else limit) - _ROUNDING


def shares(counts: ArrayLike, totals: ArrayLike, at_once: int = 1) -> Range:
    """Shares of rows with their exact intervals (Clopper and Pearson 1934); of no rows anything from 0 to 1 may be the share.

    Returns
    -------
    Range of shape (values,) at least.

    Parameters
    ----------
    at_once : how many shares are compared at once: the more there are, the wider the intervals (Bonferroni).
    """
    k, n = np.broadcast_arrays(np.atleast_1d(counts).astype("float64"), np.asarray(totals, dtype="float64"))
    chance = CHANCE / max(at_once, 1)
    low = np.where(k > 0, betaincinv(np.maximum(k, 1), n - k + 1, chance), 0.0)
    high = np.where(k < n, betaincinv(k + 1, np.maximum(n - k, 1), 1 - chance), 1.0)
    return Range(k / np.maximum(n, 1), low, np.where(n > 0, high, 1.0))


def amounts(counts: ArrayLike) -> Range:
    """Numbers of rows with their exact Poisson intervals (Garwood 1936)."""
    k = np.asarray(counts, dtype="float64")
    low = np.where(k > 0, gammaincinv(np.maximum(k, 1), CHANCE), 0.0)
    return Range(k, low, gammaincinv(k + 1, 1 - CHANCE))


def unlike(own: Range, past: Range, *, factor: bool = False) -> Array:
    """How far a batch is from its history, with a sign; shape (values,).

    Counted is the distance from the median of the history, or twice that from the most similar batch of it, whichever is smaller:
    a rhythm that the history has seen is usual. Where any batch of the history is the same but for noise it is 0.

    Parameters
    ----------
    own : shape (values,).
    past : shape (batches, values).
    factor : whether a distance is the logarithm of a quotient, or a difference.
    """
    apart = (own.low > past.high) | (own.high < past.low)
    with np.errstate(divide="ignore"):  # no rows at all are infinitely fewer than usual
        now, usual, each = (np.log(x) if factor else x for x in (own.value, np.median(past.value, axis=0), past.value))
    nearest = np.where(apart, np.abs(now - each), 0.0).min(axis=0)
    change = now - usual
    distance: Array = np.copysign(np.minimum(np.abs(change), 2 * nearest), change)
    return distance


def table(batches: Sequence[dict[str, int]], names: Sequence[str], others: Sequence[int] | None = None) -> Array:
    """Counts by batch and name, shape (batches, names); a name that a batch does not have counts as its number in `others`."""
    rest = others if others is not None else [0] * len(batches)
    return np.array([[own.get(name, other) for name in names] for own, other in zip(batches, rest, strict=True)], dtype="float64")
