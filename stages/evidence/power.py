"""How many rows it takes to tell: before a comparison, and after one that came out open.

All by the normal distribution: a mean over `n` rows has the standard error spread / sqrt(n), where the spread is the standard
deviation of one row's difference. Rows that come in groups count for as much as those that were compared did.
"""

import math

from scipy.stats import norm

from stages.evidence.difference import Difference

POWER = 0.8  # chance of a proof that rows are counted for


def spread_of(disagreement: float, gain: float) -> float:
    """Standard deviation of one row's difference in accuracy, where the models differ on a share `disagreement` of the rows.

    A row is won (+1), lost (-1) or neither: the mean square is the disagreement, the square of the mean gain².

    Raises
    ------
    ValueError
        Where the models differ on fewer rows than one of them gains.
    """
    if not 0 <= abs(gain) <= disagreement <= 1:
        raise ValueError(f"a gain of {gain} takes a disagreement of at least as much, and at most 1, got {disagreement}")
    return math.sqrt(disagreement - gain * gain)


def row_spread(difference: Difference) -> float | None:
    """The same as it was measured, for any metric; None where it cannot be told.

    Models that are right on the same rows count as apart on one: on the next row they may be.
    """
    n, error = difference.n, difference.standard_error
    if difference.won is None or difference.lost is None:
        return error * math.sqrt(n) if error else None
    if not n or max(difference.won, difference.lost) == n:
        return None
    return spread_of(max(difference.won + difference.lost, 1) / n, (difference.won - difference.lost) / n)


def rows_needed(
    *, spread: float, true_gain: float, min_gain: float, strict: bool, confidence: float, power: float = POWER
) -> int | None:
    """Rows with which a candidate that truly gains `true_gain` passes with the chance `power`; None: no number is enough.

    Parameters
    ----------
    strict : the lower bound must reach `min_gain`; else the point estimate must, and the bound 0.

    Examples
    --------
    The models differ on 10 % of the rows, the variance is 0.1 - 0.02² = 0.0996, and (1.645 + 0.842)² * 0.0996 / 0.01² = 6158.

    >>> rows_needed(spread=spread_of(0.1, 0.02), true_gain=0.02, min_gain=0.01, strict=True, confidence=0.95)
    6158
    """
    proof, luck = float(norm.ppf(confidence)), float(norm.ppf(power))
    if strict:
        return _rows(spread, true_gain - min_gain, proof + luck)
    return _both(_rows(spread, true_gain, proof + luck), _rows(spread, true_gain - min_gain, luck))


def chance_equal_passes(difference: Difference, margin: float, confidence: float) -> float | None:
    """Chance that a candidate as good as the baseline has a lower bound of at least -`margin` on as many such rows.

    None where the difference has no bounds.
    """
    measured = _measured(difference, confidence)
    if measured is None:
        return None
    error, reach = measured
    return float(norm.cdf((margin - reach) / error))


def rows_to_settle(difference: Difference, margin: float, confidence: float) -> int | None:
    """How many more rows would settle with the chance `POWER` what is open, if the candidate is what it looks like.

    It passes where the lower bound is at least -`margin` (negative: a gain that is asked for), and fails where the loss is
    larger than that and proven above 0. None where the difference has no bounds, or lies on the margin.
    """
    measured = _measured(difference, confidence)
    if measured is None or difference.delta is None:
        return None
    error, reach = measured
    spread, proof, luck = error * math.sqrt(difference.n), reach / error, float(norm.ppf(POWER))
    if difference.delta > -margin:
        rows = _rows(spread, difference.delta + margin, proof + luck)
    else:
        rows = _both(_rows(spread, -difference.delta, proof + luck), _rows(spread, -difference.delta - margin, luck))
    return None if rows is None else max(rows - difference.n, 0)


def _measured(difference: Difference, confidence: float) -> tuple[float, float] | None:
    """The standard error, and how far a bound lies from the difference."""
    lower, upper = difference.bounds(confidence)
    spread = row_spread(difference)
    if lower is None or upper is None or spread is None:
        return None
    return spread / math.sqrt(difference.n), (upper - lower) / 2


def _both(one: int | None, other: int | None) -> int | None:
    """Rows for two marks at once: an estimate has to reach the larger one, so each alone has to be reached with that chance."""
    return None if one is None or other is None else max(one, other)


def _rows(spread: float, distance: float, z: float) -> int | None:
    """Rows on which `z` standard errors fit into `distance`."""
    return math.ceil((z * spread / distance) ** 2) if distance > 0 else None
