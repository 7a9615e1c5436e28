"""The difference between two models on the same rows, with its uncertainty.

For a metric that is a mean over rows the bounds are Student's for paired differences; for any other they are percentiles of
a paired bootstrap (the same resampled rows for both models).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from stages.evidence.scores import Array, Predictions, score

RESAMPLES = 400
ROW_MEANS = ("accuracy", "neg_mean_absolute_error", "neg_mean_squared_error")


@dataclass(frozen=True)
class Difference:
    """Candidate minus baseline on `n` rows: `lower` and `upper` are one-sided bounds, each at the confidence asked for."""

    n: int
    baseline: float | None
    candidate: float | None
    delta: float | None
    lower: float | None
    upper: float | None


def difference(metric: str, baseline: Predictions, candidate: Predictions, confidence: float, seed: int) -> Difference:
    """Compare two models on the same rows.

    Returns
    -------
    Difference
        With None where the metric is undefined on one side; bounds are None below 2 rows.

    Examples
    --------
    Of 4 rows the baseline has 2 right, the candidate 3, one of them new: differences 1, 0, 0, 0, mean 0.25,
    standard error 0.25, and t(0.95, 3) = 2.353: the lower bound is 0.25 - 0.588 = -0.338.
    """
    n = len(baseline.truth)
    old, new = score(metric, baseline), score(metric, candidate)
    if old is None or new is None:
        return Difference(n, old, new, None, None, None)
    if n < 2:
        return Difference(n, old, new, new - old, None, None)
    if metric in ROW_MEANS:
        gains = row_scores(metric, candidate) - row_scores(metric, baseline)
        return Difference(n, old, new, new - old, *mean_bounds(gains, confidence))
    return Difference(n, old, new, new - old, *_bootstrap(metric, baseline, candidate, confidence, seed))


def row_scores(metric: str, said: Predictions) -> Array:
    """Each row's share in a metric of `ROW_MEANS`; shape (rows,); their mean is the metric."""
    if metric == "accuracy":
        return np.asarray(said.truth == said.answer, dtype="float64")
    error: Array = said.truth - said.answer
    return -np.abs(error) if metric == "neg_mean_absolute_error" else -np.square(error)


def mean_bounds(values: Array, confidence: float) -> tuple[float, float]:
    """One-sided lower and upper bounds of a mean, each at `confidence`; Student's t, `scipy.stats.ttest_1samp`'s interval."""
    n = len(values)
    reach = float(student.ppf(confidence, n - 1) * values.std(ddof=1) / np.sqrt(n))
    return float(values.mean()) - reach, float(values.mean()) + reach


def bounds(metric: str, said: Predictions, confidence: float, seed: int) -> tuple[float | None, float | None]:
    """One-sided bounds of one model's metric, each at `confidence`; None below 2 rows or where the metric is undefined."""
    if len(said.truth) < 2 or score(metric, said) is None:
        return None, None
    if metric in ROW_MEANS:
        return mean_bounds(row_scores(metric, said), confidence)
    draws = [score(metric, said, weights) for weights in _resamples(len(said.truth), seed)]
    return _percentiles([draw for draw in draws if draw is not None], confidence)


def _resamples(n: int, seed: int) -> Iterator[Array]:
    random = np.random.default_rng(seed)
    for _ in range(RESAMPLES):
        yield np.bincount(random.integers(0, n, n), minlength=n)


def _percentiles(draws: list[float], confidence: float) -> tuple[float | None, float | None]:
    if len(draws) < RESAMPLES // 2:
        return None, None
    lower, upper = np.quantile(draws, [1 - confidence, confidence])
    return float(lower), float(upper)


def _bootstrap(
    metric: str, baseline: Predictions, candidate: Predictions, confidence: float, seed: int
) -> tuple[float | None, float | None]:
    deltas = []
    for weights in _resamples(len(baseline.truth), seed):
        old, new = score(metric, baseline, weights), score(metric, candidate, weights)
        if old is not None and new is not None:
            deltas.append(new - old)
    return _percentiles(deltas, confidence)
