"""How well does the baseline do on rows whose labels are still to come? An estimate from its own scores.

Confidence-based performance estimation (NannyML's CBPE; Kivimäki, Białek, Nurminen & Kuberski, JAIR 2025): if a score of 0.8
means that 80 % are right, then scores alone say how many are right. It sees harm that comes from other rows, more of which are
hard. It does not see that rows of one kind get another label than before, until fresh labels show it: those recalibrate. And it
errs where rows of one score are harder in new places than in old ones: by a point or two in a model that fits, by ten and more in
one that does not, when a feature moves by two standard deviations. So it is a reason to look for labels, not a measurement.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.stats import norm

from stages.evidence.scores import Array, Predictions, score
from stages.settings import Params
from stages.signals.performance import promise
from stages.signals.said import coded, thinned
from stages.signals.signal import Signal, beyond
from stages.signals.world import World

ROWS, CELLS = 20_000, 200_000  # rows, and rows times classes, that are looked at, at most
DRAWS = 50  # of the bootstrap; enough to know a standard error to a tenth


def estimated_performance(world: World, params: Params) -> Signal:
    """The expected primary metric on recent rows without labels, against what the baseline promised.

    The estimated loss must exceed `trigger.max_performance_drop` and the noise of the recent rows, of the fresh labels that
    recalibrate, and of the promise.
    """
    name, limit, least = "estimated_performance", params.trigger.max_performance_drop, params.trigger.drift.min_rows
    said, asked, promised = world.coded, world.unlabelled, promise(world, params)
    if said is None or asked is None or promised is None:
        why = "no fresh labels to calibrate with, no recent rows, or no promise of the baseline"
        return Signal(name=name, state="unknown", threshold=limit, why=why)
    if any(own.probability is None or not np.isfinite(own.probability).all() for own in (said, asked)):
        why = "the model gives no probabilities to estimate from"
        return Signal(name=name, state="unknown", threshold=limit, why=why)
    n, known = len(asked.answer), len(said.truth)
    if min(n, known) < least:
        why = f"{n} recent rows and {known} fresh labels to calibrate with: fewer than {least}"
        return Signal(name=name, state="underpowered", threshold=limit, n=n, why=why)
    return _against(promised, world.ledger.live.rows or known, said, coded(asked), params)


def recalibrated(said: Predictions, weights: Array, asked: Predictions) -> Array:
    """The chance of each label, as labelled rows show it: isotonic regression, first of each class, then of the answer.

    One class against the rest does not know which class was the answer, and is too sure of it where there are several. So the
    chance of the answer is regressed once more on whether it was right, and the other labels share what is left.

    Parameters
    ----------
    said : labelled rows, coded; `weights` count them.
    asked : the rows in question, coded.

    Returns
    -------
    Shape (rows, labels), each row's sum is 1: the classes, then labels that the model does not know, of which its scores say
    nothing.
    """
    labels = max(_scores(said).shape[1], int(said.truth.max()) + 1)
    given, scores = (np.pad(own, ((0, 0), (0, labels - own.shape[1]))) for own in (_scores(said), _scores(asked)))
    by_label = [isotonic(given[:, own], said.truth == own, weights, [given[:, own], scores[:, own]]) for own in range(labels)]
    before, chances = (_shared(np.column_stack(side)) for side in zip(*by_label, strict=True))
    known, rows = np.arange(len(before)), np.arange(len(chances))
    answer = chances[rows, asked.answer]
    (sure,) = isotonic(before[known, said.answer], said.truth == said.answer, weights, [answer])
    others = np.ones_like(chances)
    others[rows, asked.answer] = 0
    rest = np.where((chances * others).sum(axis=1, keepdims=True) > 0, chances * others, others)
    final: Array = _shared(rest) * (1 - sure)[:, np.newaxis]
    final[rows, asked.answer] += sure
    return final


def expected(metric: str, chances: Array, asked: Predictions, weights: Array) -> float | None:
    """The metric over rows times labels, each as often as it is likely: of accuracy, the mean chance of the answer."""
    if metric == "accuracy":
        return float(np.average(chances[np.arange(len(chances)), asked.answer], weights=weights))
    likely = chances * weights[:, np.newaxis]
    row, label = np.nonzero(likely)
    return score(metric, Predictions(label, asked.answer[row], _scores(asked)[row], asked.classes), likely[row, label])


def _against(promised: float, rows: int, said: Predictions, asked: Predictions, params: Params) -> Signal:
    """The signal, where there is enough to estimate from; both answers are coded, and the promise was measured on `rows` rows."""
    name, limit, significance = "estimated_performance", params.trigger.max_performance_drop, params.trigger.significance
    metric, n = params.gate.primary, len(asked.answer)
    few, many = _bounded(said), _bounded(asked)
    value = expected(metric, recalibrated(few, np.ones(len(few.truth)), many), many, np.ones(len(many.answer)))
    draws = _draws(metric, few, many, params.seed)
    if value is None or len(draws) < DRAWS // 2:
        return Signal(name=name, state="unknown", threshold=limit, n=n, why=f"{metric} is undefined on what was estimated")
    estimated, measured = draws.var(axis=0, ddof=1)
    drop, error = promised - value, float(np.sqrt(estimated + measured * len(few.truth) / rows))
    reach = error * float(norm.ppf(1 - significance))
    return Signal(
        name=name,
        state=beyond(drop > limit, drop > reach),
        value=drop,
        threshold=limit,
        n=n,
        p_value=float(norm.sf(drop / error)) if error else float(drop <= 0),
        interval=(drop - reach, drop + reach),
        why=f"{metric} {value:.3f} estimated for {n} recent rows without labels, {promised:.3f} was promised",
    )


def _draws(metric: str, said: Predictions, asked: Predictions, seed: int) -> Array:
    """By draw of the bootstrap, the estimate and the metric on the labelled rows; shape (draws, 2)."""
    random, draws = np.random.default_rng(seed), []
    for _ in range(DRAWS):
        known, rows = (np.bincount(random.integers(0, n, n), minlength=n) for n in (len(said.truth), len(asked.answer)))
        value = expected(metric, recalibrated(said, known, asked), asked, rows.astype("float64"))
        draws.append((value, score(metric, said, known)))
    return np.array([own for own in draws if None not in own], dtype="float64").reshape(-1, 2)


def _bounded(said: Predictions) -> Predictions:
    return thinned(said, min(ROWS, CELLS // _scores(said).shape[1]))


def _scores(said: Predictions) -> Array:
    assert said.probability is not None
    return said.probability


def isotonic(score: Array, holds: Array, weights: Array, at: Sequence[Array]) -> list[Array]:
    """The chance that something holds, as a rising curve of a score, read off at other scores.

    scikit-learn's IsotonicRegression says the same; its checks would cost the bootstrap most of its time.
    """
    known, place = np.unique(score, return_inverse=True)
    rows, held = (np.bincount(place, own, len(known)) for own in (weights, weights * holds))
    seen = rows > 0
    curve = isotonic_regression(held[seen] / rows[seen], weights=rows[seen]).x
    return [np.interp(own, known[seen], curve) for own in at]


def _shared(chances: Array) -> Array:
    """Rows that sum to 1; where nothing is likely, everything is."""
    total = chances.sum(axis=1, keepdims=True)
    shares: Array = np.where(total > 0, chances / np.where(total > 0, total, 1), 1 / chances.shape[1])
    return shares
