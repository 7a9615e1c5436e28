"""Metrics that are a smooth function of means over rows, or a median, and each row's pull on them (the influence function).

What a row pulls is the change of the metric, to the first order, when the row counts for a little more. The pulls add up to 0,
and the sum of their squares is the metric's variance, as that of a mean: row i pulls (x_i - mean) / n there.
"""

from collections.abc import Callable

import numpy as np

from stages.evidence.row_means import brier_scores, log_losses
from stages.evidence.scores import Array, Predictions

Pulled = tuple[float, Array]  # a metric's value, and each row's pull on it


def pulled(metric: str, said: Predictions) -> Pulled | None:
    """The value of a metric of `RATIOS` and each row's pull on it; None where it is undefined."""
    if len(said.truth) < 2 or (metric in _OF_NUMBERS and said.classes is not None):
        return None
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        found = _OF_NUMBERS[metric](said) if metric in _OF_NUMBERS else _OF_CHANCES[metric](said)
    return found if found and np.isfinite(found[0]) else None


def root(squares: Array) -> Pulled:
    """-sqrt(mean): its derivative by the mean is -1 / (2 sqrt(mean))."""
    mean = squares.mean()
    value = float(np.sqrt(mean))
    return -value, (mean - squares) / (2 * value * len(squares)) if value else np.zeros(len(squares))


def explained(losses: Array, without: Array) -> Pulled:
    """1 - mean loss / mean loss of a model that knows no features; 1 or 0 where the latter is 0, as scikit-learn has it.

    That model is the best constant, so its own dependence on the row is of the second order.
    """
    n, least, most = len(losses), losses.mean(), without.mean()
    if most == 0:
        return float(least == 0), np.zeros(n)
    pull = losses - least
    pull /= -most
    pull += (without - most) * (least / most**2)
    pull /= n
    return float(1 - least / most), pull


def median(losses: Array) -> Pulled:
    """-median: rows on either side pull it their way, the harder the fewer losses there are about it.

    How many there are is read off the quantiles beside it (E. Bofinger, Australian Journal of Statistics 17, 1975).
    """
    n = len(losses)
    near = min(0.648 * n**-0.2, 0.45)
    low, middle, high = np.quantile(losses, [0.5 - near, 0.5, 0.5 + near])
    return -float(middle), (0.5 - (losses > middle)) * (high - low) / (2 * near * n)


def _squared_error(said: Predictions) -> Pulled:
    return root(np.square(said.truth - said.answer))


def _squared_log_error(said: Predictions) -> Pulled:
    return root(np.square(np.log1p(said.truth) - np.log1p(said.answer)))


def _r2(said: Predictions) -> Pulled:
    return explained(np.square(said.truth - said.answer), np.square(said.truth - said.truth.mean()))


def _variance(said: Predictions) -> Pulled:
    error = said.truth - said.answer
    return explained(np.square(error - error.mean()), np.square(said.truth - said.truth.mean()))


def _absolute(said: Predictions) -> Pulled:
    return explained(np.abs(said.truth - said.answer), np.abs(said.truth - np.median(said.truth)))


def _median(said: Predictions) -> Pulled:
    return median(np.abs(said.truth - said.answer))


def _log_loss(said: Predictions) -> Pulled | None:
    losses = log_losses(said)
    return None if losses is None else explained(losses, -np.log(_shares(said.truth)))


def _brier(said: Predictions) -> Pulled | None:
    losses = brier_scores(said)
    if losses is None or said.classes is None:
        return None
    share = _shares(said.truth)
    if share[0] == 1:  # one class: nothing to explain
        return None
    without = share.mean() - 2 * share + 1  # the squares of all shares add up to the mean share
    return explained(losses, without / 2 if len(said.classes) == 2 else without)


def _shares(truth: Array) -> Array:
    """The share of the rows that have this row's class; shape (rows,)."""
    _, place, counts = np.unique(truth, return_inverse=True, return_counts=True)
    shares: Array = counts[place] / len(truth)
    return shares


_OF_NUMBERS: dict[str, Callable[[Predictions], Pulled]] = {
    "neg_root_mean_squared_error": _squared_error,
    "neg_root_mean_squared_log_error": _squared_log_error,
    "r2": _r2,
    "explained_variance": _variance,
    "d2_absolute_error_score": _absolute,
    "neg_median_absolute_error": _median,
}
_OF_CHANCES: dict[str, Callable[[Predictions], Pulled | None]] = {"d2_log_loss_score": _log_loss, "d2_brier_score": _brier}
RATIOS = (*_OF_NUMBERS, *_OF_CHANCES)
