"""Paired proportions: two models right or wrong on the same rows.

Tango's score test (T. Tango, Statistics in Medicine 17, 1998): under the hypothesis that the difference is `delta`, the share of
rows that only the baseline has right is estimated under that hypothesis too, so that the test holds for few rows.
"""

import math

from scipy.optimize import brentq
from scipy.stats import norm


def score_z(won: int, lost: int, n: int, delta: float) -> float:
    """The test statistic for a difference of `delta`; standard normal where that is the true difference.

    Examples
    --------
    At 0 it is McNemar's: 15 won and 5 lost give (15 - 5) / sqrt(20) = 2.236.

    >>> round(score_z(15, 5, 100, 0.0), 3)
    2.236
    """
    gap = won - lost - n * delta
    a, b, c = 2 * n, -won - lost + (2 * n - won + lost) * delta, -lost * delta * (1 - delta)
    lost_share = (math.sqrt(max(b * b - 4 * a * c, 0.0)) - b) / (2 * a)
    variance = n * (2 * lost_share + delta * (1 - delta))
    return gap / math.sqrt(variance) if variance > 0 else 0.0 if gap == 0 else math.copysign(math.inf, gap)


def score_bounds(won: int, lost: int, n: int, confidence: float) -> tuple[float | None, float | None]:
    """One-sided lower and upper bounds of the difference, each at `confidence`; None without rows."""
    if n == 0:
        return None, None
    z, found = float(norm.ppf(confidence)), (won - lost) / n
    lower = brentq(lambda delta: score_z(won, lost, n, delta) - z, -1, found) if found > -1 else -1.0
    upper = brentq(lambda delta: score_z(won, lost, n, delta) + z, found, 1) if found < 1 else 1.0
    return float(lower), float(upper)
