"""A metric of one model, or of two on the same rows, and how far it, or the difference, is left to chance."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from stages.evidence import counts, ranks, ratios, resampled
from stages.evidence.ranking import by_user, is_ranking
from stages.evidence.ratios import Pulled
from stages.evidence.row_means import ROW_MEANS, row_scores
from stages.evidence.scores import CALIBRATION_ERROR, Array, Predictions, finite, score

ROUNDING = 1e-12  # a spread this small beside the numbers that it comes from is rounding, not chance
EXTREMES = ("neg_max_error",)  # the largest of the rows: drawing them again does not tell how large the next one may be


@dataclass(frozen=True)
class Measured:
    """A metric of each model.

    Attributes
    ----------
    values : None where the metric is undefined.
    error : standard error of the last model's value minus the first one's, or of a single one's; None where it cannot be told.
    freedom : its degrees of freedom; None: normal.
    """

    values: list[float | None]
    error: float | None = None
    freedom: int | None = None


def measured(metric: str, sides: list[Predictions], seed: int) -> Measured:
    """Measure one model, or two on the same rows with labels as the same numbers from 0 on (-1: missing)."""
    whole = [usable(side) for side in sides]
    n, groups = len(sides[0].truth), sides[0].groups
    count = n if groups is None else len(pd.unique(groups))
    if count < 2 or metric in EXTREMES or not all(whole):
        return Measured([score(metric, side) if own else None for side, own in zip(sides, whole, strict=True)])
    if is_ranking(metric):
        return _rankings(metric, sides)
    if metric in ROW_MEANS or metric in ratios.RATIOS or metric in ranks.AREAS:
        return _from_pulls([_pulled(metric, side) for side in sides], groups, student=metric in ROW_MEANS)
    return _from_draws(metric, sides, seed, None if groups is None else count - 1)


def usable(side: Predictions) -> bool:
    """Whether every truth and answer is there."""
    if side.classes is None:
        return finite(side.truth) and finite(side.answer)
    return bool((side.truth >= 0).all() and (side.answer >= 0).all()) and (side.probability is None or finite(side.probability))


def _pulled(metric: str, side: Predictions) -> Pulled | None:
    """The value and each row's pull on it."""
    if metric in ranks.AREAS:
        return ranks.pulled(metric, side)
    if metric in ratios.RATIOS:
        return ratios.pulled(metric, side)
    rows = row_scores(metric, side)
    return None if rows is None else _mean(rows)


def _mean(values: Array) -> Pulled:
    mean = float(values.mean())
    return mean, (values - mean) / len(values)


def _rankings(metric: str, sides: list[Predictions]) -> Measured:
    """A mean over users, who stand alone."""
    found: list[Pulled | None] = []
    for side in sides:
        ranked = None if side.groups is None or side.classes is not None else side.groups
        users = None if ranked is None else by_user(metric, side.truth, side.answer, ranked)
        found.append(None if users is None else _mean(users))
    return _from_pulls(found, None, student=True)


def _from_pulls(found: list[Pulled | None], groups: Array | None, *, student: bool) -> Measured:
    """The variance is the sum of the squares of what each row, or group, pulls."""
    values = [None if own is None else own[0] for own in found]
    pulls = [own[1] for own in found if own is not None]
    if len(pulls) < len(values):
        return Measured(values)
    scale = len(pulls[0]) * max(max(float(own.max()), -float(own.min())) for own in pulls)
    apart = pulls[-1]
    if len(pulls) > 1:
        apart -= pulls[0]
    if groups is not None:
        apart = np.bincount(pd.factorize(groups)[0], apart)
    n = len(apart)
    error = float(np.sqrt(n / (n - 1) * (apart @ apart)))
    return Measured(values, _told(error, values, scale), n - 1 if student or groups is not None else None)


def _from_draws(metric: str, sides: list[Predictions], seed: int, freedom: int | None) -> Measured:
    if metric == CALIBRATION_ERROR:
        drawn = resampled.calibration_errors(sides, seed)
    else:
        drawn = (counts.drawn if metric in counts.COUNTED else resampled.scored)(metric, sides, seed)
    if drawn is None:
        return Measured([score(metric, side) for side in sides])
    return Measured(drawn.values, _told(drawn.standard_error(), drawn.values, 0.0), freedom)


def _told(error: float | None, values: list[float | None], scale: float) -> float | None:
    """A standard error that is one: None where it is undefined, 0 where it is rounding."""
    if error is None or not np.isfinite(error):
        return None
    return error if error > ROUNDING * max(scale, *(abs(value or 0.0) for value in values)) else 0.0
