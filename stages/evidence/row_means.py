"""Metrics that are a mean over rows: each row's share in them, as scikit-learn counts it."""

from collections.abc import Callable

import numpy as np
from scipy.special import xlogy

from stages.evidence.classes import places
from stages.evidence.scores import COST, Array, Predictions, finite, right


def row_scores(metric: str, said: Predictions) -> Array | None:
    """Each row's share in a metric of `ROW_MEANS`; shape (rows,); their mean is the metric, None where that is undefined."""
    if len(said.truth) == 0 or (metric in _NUMBERS and said.classes is not None):
        return None
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        rows = _NUMBERS[metric](said.truth, said.answer) if metric in _NUMBERS else _OTHERS[metric](said)
    return rows if rows is not None and finite(rows) else None


def log_losses(said: Predictions) -> Array | None:
    """-log of the probability of the truth; scikit-learn wants every class among the truth, and keeps away from 0 and 1."""
    column = _columns(said)
    if column is None or said.probability is None or not _every_class(said, column):
        return None
    eps = np.finfo(said.probability.dtype).eps
    losses: Array = -np.log(np.clip(_of_truth(said.probability, column), eps, 1 - eps))
    return losses


def brier_scores(said: Predictions) -> Array | None:
    """The squared distance from what came true; of two classes half of it, as each error counts twice."""
    column = _columns(said)
    if column is None or said.probability is None:
        return None
    if said.probability.shape[1] == 2:
        halves: Array = np.square(1 - _of_truth(said.probability, column))
        return halves
    if not _every_class(said, column):
        return None
    squares: Array = np.einsum("ij,ij->i", said.probability, said.probability)
    squares += 1 - 2 * _of_truth(said.probability, column)
    return squares


def _of_truth(probability: Array, column: Array) -> Array:
    if probability.shape[1] == 2:  # scikit-learn looks at the second column only
        return np.where(column == 1, probability[:, 1], 1 - probability[:, 1])
    found: Array = np.take_along_axis(probability, column[:, np.newaxis], axis=1)[:, 0]
    return found


def _columns(said: Predictions) -> Array | None:
    """The column of `probability` that each row's truth has; None where one has none or a value is no probability."""
    if said.classes is None or said.probability is None or not (said.probability.min() >= 0 and said.probability.max() <= 1):
        return None
    column = places(said.truth, said.classes)
    return None if column.min() < 0 else column


def _every_class(said: Predictions, column: Array) -> bool:
    return said.classes is not None and bool(np.bincount(column, minlength=len(said.classes)).all())


def _right(said: Predictions) -> Array | None:
    return None if said.classes is None else right(said).astype("float64")


def _costs(said: Predictions) -> Array | None:
    return None if said.costs is None else -said.costs


def _log(said: Predictions) -> Array | None:
    losses = log_losses(said)
    return None if losses is None else -losses


def _brier(said: Predictions) -> Array | None:
    losses = brier_scores(said)
    return None if losses is None else -losses


def _absolute(truth: Array, answer: Array) -> Array:
    error: Array = np.abs(truth - answer)
    return -error


def _squared(truth: Array, answer: Array) -> Array:
    square: Array = np.square(truth - answer)
    return -square


def _relative(truth: Array, answer: Array) -> Array:
    share: Array = np.abs(truth - answer) / np.maximum(np.abs(truth), np.finfo("float64").eps)
    return -share


def _squared_log(truth: Array, answer: Array) -> Array:
    square: Array = np.square(np.log1p(truth) - np.log1p(answer))
    return -square


def _poisson(truth: Array, answer: Array) -> Array:
    """NaN, as below, where a number is outside of what the deviance is defined for: that leaves the metric undefined."""
    deviance: Array = 2 * (xlogy(truth, truth / answer) - truth + answer)
    return np.where((truth >= 0) & (answer > 0), -deviance, np.nan)


def _gamma(truth: Array, answer: Array) -> Array:
    deviance: Array = 2 * (np.log(answer / truth) + truth / answer - 1)
    return np.where((truth > 0) & (answer > 0), -deviance, np.nan)


_NUMBERS: dict[str, Callable[[Array, Array], Array]] = {
    "neg_mean_absolute_error": _absolute,
    "neg_mean_squared_error": _squared,
    "neg_mean_absolute_percentage_error": _relative,
    "neg_mean_squared_log_error": _squared_log,
    "neg_mean_poisson_deviance": _poisson,
    "neg_mean_gamma_deviance": _gamma,
}
_OTHERS: dict[str, Callable[[Predictions], Array | None]] = {
    "accuracy": _right,
    "neg_log_loss": _log,
    "neg_brier_score": _brier,
    COST: _costs,
}
ROW_MEANS = (*_OTHERS, *_NUMBERS)
