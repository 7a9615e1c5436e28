"""Does the baseline still do what it promised, on trusted labels that it never trained on and that judge no candidate?"""

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student

from stages.evidence.paired import ROW_MEANS, bounds
from stages.evidence.scores import Predictions, score
from stages.settings import Params
from stages.signals.signal import Signal, beyond
from stages.signals.world import World

_Bounded = tuple[float | None, float | None, float | None]  # a value, its lower and its upper bound

RESAMPLED = 5_000  # rows that are resampled at most; the noise of more rows follows from theirs


def performance(world: World, params: Params) -> Signal:
    """The baseline on the newest `split.holdout_batches` fresh batches against what it promised, measured on earlier ones.

    The loss must exceed `trigger.max_performance_drop`, and be beyond the noise of both figures: the promise was measured on
    `rows` rows of its own, so the error of the `n` fresh rows counts sqrt(1 + n / rows) times.
    """
    name, limit, promised = "performance", params.trigger.max_performance_drop, promise(world, params)
    after = since_promise(world, params)
    if world.said is None or promised is None:
        why = "no fresh trusted labels, or no promise of the baseline to hold them against"
        return Signal(name=name, state="unknown", threshold=limit, why=why)
    if not after:
        why = f"all {len(world.fresh)} fresh labels are of batches that the promise was measured on"
        return Signal(name=name, state="unknown", threshold=limit, why=why)
    said = coded(world.said).rows(world.fresh["batch"].isin(after[-params.split.holdout_batches :]).to_numpy())
    n, metric, significance = len(said.truth), params.gate.primary, params.trigger.significance
    value, low, high = _measured(metric, said, significance, params.seed)
    if value is None or low is None or high is None or n < params.trigger.drift.min_rows:
        return Signal(name=name, state="underpowered", threshold=limit, n=n, why=f"{n} fresh labels are too few")
    wider = np.sqrt(1 + n / (world.ledger.live.rows or n))  # an old entry names no rows: as many as now
    drop = promised - value
    least, most = drop - (high - value) * wider, drop + (value - low) * wider
    return Signal(
        name=name,
        state=beyond(drop > limit, least > 0),
        value=drop,
        threshold=limit,
        n=n,
        p_value=_p_value(drop, drop - least, significance, n) if metric in ROW_MEANS else None,
        interval=(float(least), float(most)),
        why=f"{metric} {value:.3f} on {n} fresh labels, {promised:.3f} was promised",
    )


def performance_by_week(world: World, params: Params) -> list[dict[str, Any]]:
    """The primary metric on each fresh batch, oldest first, with bounds that are each wrong with the chance of `significance`.

    Of a metric that is no mean over rows the reach is that of all fresh rows, stretched to the rows of the batch: for a picture,
    one bootstrap is enough.
    """
    if world.said is None:
        return []
    metric, said, batches = params.gate.primary, coded(world.said), world.fresh["batch"]
    weeks = {batch: said.rows((batches == batch).to_numpy()) for batch in dict.fromkeys(batches)}
    if metric in ROW_MEANS:
        found = [_measured(metric, own, params.trigger.significance, params.seed) for own in weeks.values()]
    else:
        whole = _measured(metric, said, params.trigger.significance, params.seed)
        found = [_stretched(score(metric, own), whole, len(said.truth) / len(own.truth)) for own in weeks.values()]
    return [
        {"batch": batch, "value": value, "low": low, "high": high, "n": len(weeks[batch].truth), "kind": "measured"}
        for batch, (value, low, high) in zip(weeks, found, strict=True)
    ]


def promise(world: World, params: Params) -> float | None:
    """What the production version promised, if it was today's primary metric."""
    live = world.ledger.live
    return live.promised if live.metric == params.gate.primary else None


def since_promise(world: World, params: Params) -> list[str]:
    """The fresh batches that were not mature when the baseline was promoted, oldest first: the others made its promise."""
    mature = world.ledger.live.as_of - timedelta(days=params.labels.maturity_days)
    return [name for name in dict.fromkeys(world.fresh["batch"]) if world.training[name].last > mature]


def newest(world: World, params: Params) -> Predictions:
    """What the baseline says on the newest fresh batches, as many as judge a candidate."""
    batches = list(dict.fromkeys(world.fresh["batch"]))[-params.split.holdout_batches :]
    assert world.said is not None
    return coded(world.said).rows(world.fresh["batch"].isin(batches).to_numpy())


def coded(said: Predictions) -> Predictions:
    """The same with classes as whole numbers in their order, which scorers read faster; labels of no class come last."""
    if said.classes is None:
        return said
    levels = pd.Index([*said.classes, *sorted(set(said.truth) - set(said.classes), key=str)])
    truth, answer = (levels.get_indexer(side) for side in (said.truth, said.answer))
    return Predictions(truth, answer, said.probability, np.arange(len(said.classes)))


def evenly(said: Predictions, most: int) -> Predictions:
    """At most `most` rows, evenly spaced."""
    n = len(said.truth)
    mask = np.zeros(n, dtype=bool)
    mask[np.linspace(0, n - 1, min(n, most)).astype(int)] = True
    return said.rows(mask)


def _measured(metric: str, said: Predictions, significance: float, seed: int) -> _Bounded:
    """The metric and its bounds; of more than `RESAMPLED` rows from the reach on so many, which shrinks with the root."""
    value, few = score(metric, said), said if metric in ROW_MEANS else evenly(said, RESAMPLED)
    about = value if len(few.truth) == len(said.truth) else score(metric, few)
    return _stretched(value, (about, *bounds(metric, few, 1 - significance, seed)), len(few.truth) / len(said.truth))


def _stretched(value: float | None, about: _Bounded, more: float) -> _Bounded:
    """`value` with the reach that another one has on `more` times as many rows."""
    middle, low, high = about
    if value is None or middle is None or low is None or high is None:
        return value, None, None
    return value, value - float((middle - low) * np.sqrt(more)), value + float((high - middle) * np.sqrt(more))


def _p_value(drop: float, reach: float, significance: float, n: int) -> float:
    """That nothing was lost, from the reach of Student's bound."""
    if reach == 0:
        return float(drop <= 0)
    return float(student.sf(drop / reach * student.ppf(1 - significance, n - 1), n - 1))
