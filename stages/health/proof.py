"""What few versions can prove: a share with exact bounds, a sum of gains, a trend."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import beta, kendalltau, norm, theilslopes

FEWEST = 4  # values from which a trend can be significant at 5 %: all falling has the chance 1 / 4!


@dataclass(frozen=True, kw_only=True)
class Bounded:
    """A value with its one-sided bounds."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True, kw_only=True)
class Trend:
    """Kendall's tau of values in their order, the one-sided p-value of a fall, and the median slope (Theil and Sen) a step."""

    n: int
    tau: float
    p_value: float
    slope: float

    @property
    def fall(self) -> float:
        """What the slope loses from the first value to the last."""
        return -self.slope * (self.n - 1)


def share(hits: int, n: int, confidence: float) -> Bounded:
    """A share of `n` > 0 with the bounds of Clopper and Pearson, each at `confidence`.

    Examples
    --------
    All of five, at 95 %: the lower bound is 0.05 ** (1 / 5).

    >>> round(share(5, 5, 0.95).lower, 3)
    0.549
    """
    lower = float(beta.ppf(1 - confidence, hits, n - hits + 1)) if hits else 0.0
    upper = float(beta.ppf(confidence, hits + 1, n - hits)) if hits < n else 1.0
    return Bounded(value=hits / n, lower=lower, upper=upper)


def total(values: Sequence[float], errors: Sequence[float], confidence: float) -> Bounded:
    """A sum of independent values with standard errors, and its bounds by the normal distribution."""
    reach = float(norm.ppf(confidence)) * math.sqrt(sum(error**2 for error in errors))
    value = sum(values)
    return Bounded(value=value, lower=value - reach, upper=value + reach)


def trend(values: Sequence[float]) -> Trend | None:
    """Mann and Kendall's test for a fall; None below `FEWEST` values."""
    n = len(values)
    if n < FEWEST:
        return None
    if len(set(values)) == 1:
        return Trend(n=n, tau=0.0, p_value=1.0, slope=0.0)
    found = kendalltau(range(n), values, alternative="less")
    slope = theilslopes(values, range(n)).slope
    return Trend(n=n, tau=float(found.statistic), p_value=float(found.pvalue), slope=float(slope))
