"""Do the baseline's scores still mean what they say: of all answers that it is 80 % sure of, are 80 % right?"""

import numpy as np
from scipy.stats import norm

from stages.evidence.scores import Array
from stages.settings import Params
from stages.signals.performance import newest
from stages.signals.said import thinned
from stages.signals.signal import Signal, beyond
from stages.signals.world import World

BINS = 10
DRAWS = 999
ROWS = 20_000  # rows that are looked at, at most


def calibration(world: World, params: Params) -> Signal:
    """The mean gap between the score of the answer and the share that is right, on the newest fresh batches.

    It must exceed `trigger.max_calibration_error`, and what scores that hold would show by chance.
    """
    name, limit, least = "calibration", params.trigger.max_calibration_error, params.trigger.drift.min_rows
    if world.said is None:
        return Signal(name=name, state="unknown", threshold=limit, why="no fresh trusted labels of the baseline to look at")
    said = thinned(newest(world, params), ROWS)
    n, scores = len(said.truth), said.probability
    if scores is None or not np.isfinite(scores).all():
        return Signal(name=name, state="unknown", threshold=limit, n=n, why="the model gives no probabilities")
    if n < least:
        return Signal(name=name, state="underpowered", threshold=limit, n=n, why=f"{n} fresh labels are too few")
    sure, right = scores.max(axis=1), said.truth == said.answer
    value, error = calibration_error(sure, right)
    p_value = by_chance(sure, right, params.seed)
    reach = error * float(norm.ppf(1 - params.trigger.significance))
    return Signal(
        name=name,
        state=beyond(value > limit, p_value < params.trigger.significance),
        value=value,
        threshold=limit,
        n=n,
        p_value=p_value,
        interval=(max(0.0, value - reach), min(1.0, value + reach)),
        why=f"scores off by {value:.1%} on average: {sure.mean():.1%} sure, {right.mean():.1%} right on {n} fresh labels",
    )


def calibration_error(sure: Array, right: Array) -> tuple[float, float]:
    """Expected calibration error over 10 bins with as many rows each, and its standard error.

    Noise alone makes gaps: a bin's true gap g shows, on average, as the mean of a folded normal, which is more than |g|. What the
    measured gap would add once more is taken off: the debiased error of Kumar, Liang & Ma, "Verified Uncertainty Calibration"
    (NeurIPS 2019), with the folded normal's mean in closed form in place of resampling.

    Parameters
    ----------
    sure : score of the answer, shape (rows,).
    right : whether the answer is right, shape (rows,).

    Examples
    --------
    100 answers that are 80 % sure, 60 of them right: the gap is 0.2, its standard error sqrt(0.6 * 0.4 / 99) = 0.0492. At
    4.06 standard errors a folded normal is a normal, so nothing is taken off.
    """
    order = np.argsort(sure, kind="stable")
    gaps, starts = right[order] - sure[order], _starts(sure[order])
    rows = np.diff(starts, append=len(sure))
    means = np.add.reduceat(gaps, starts) / rows
    spread = np.add.reduceat((gaps - np.repeat(means, rows)) ** 2, starts) / np.maximum(rows - 1, 1)
    error, size, share = np.sqrt(spread / rows), np.abs(means), rows / len(sure)
    z = np.divide(size, error, out=np.full(len(rows), np.inf), where=error > 0)
    folded = 2 * (error * norm.pdf(z) - size * norm.sf(z))  # the folded normal's mean less the gap
    return max(0.0, float(share @ (size - folded))), float(np.sqrt(share**2 @ error**2))


def by_chance(sure: Array, right: Array, seed: int) -> float:
    """The chance that scores which hold show gaps as large: `right` is drawn from the scores (Bröcker & Smith, 2007).

    Exact for any number of rows and any scores, where a chi-square over bins cries wolf for a model that is almost always sure.
    """
    scores = np.sort(sure)
    starts, random = _starts(scores), np.random.default_rng(seed)
    order = np.argsort(sure, kind="stable")
    drawn = (random.random(len(scores)) < scores for _ in range(DRAWS))
    shown = [np.abs(np.add.reduceat(own - scores, starts)).sum() for own in (right[order], *drawn)]
    return float(np.mean(np.array(shown) >= shown[0] - 1e-9))


def _starts(scores: Array) -> Array:
    """Where bins begin in sorted scores; rows of one score share a bin."""
    cuts = scores[np.arange(BINS) * len(scores) // BINS]
    return np.unique(np.searchsorted(scores, cuts))
