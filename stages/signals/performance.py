"""Does the baseline still do what it promised, on trusted labels that it never trained on and that judge no candidate?"""

from datetime import date, timedelta
from typing import Any

import numpy as np
from scipy.stats import t as student

from stages.evidence.paired import bounds
from stages.evidence.row_means import ROW_MEANS
from stages.evidence.scores import Predictions, score
from stages.settings import Params
from stages.signals.events import later
from stages.signals.said import thinned
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
    if promised is None or world.said is None or not after:
        return Signal(name=name, state="unknown", threshold=limit, why=_why_unknown(world, promised, params))
    said = world.said_on(after[-params.split.holdout_batches :])
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
    if world.coded is None:
        return []
    metric, weeks = params.gate.primary, {batch: world.said_on([batch]) for batch in dict.fromkeys(world.fresh["batch"])}
    if metric in ROW_MEANS:
        found = [_measured(metric, own, params.trigger.significance, params.seed) for own in weeks.values()]
    else:
        whole = _measured(metric, world.coded, params.trigger.significance, params.seed)
        found = [_stretched(score(metric, own), whole, len(world.fresh) / len(own.truth)) for own in weeks.values()]
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
    mature = _mature_then(world, params)
    return [name for name in dict.fromkeys(world.fresh["batch"]) if world.training[name].last > mature]


def newest(world: World, params: Params) -> Predictions:
    """What the baseline says on the newest fresh batches, as many as judge a candidate."""
    return world.said_on(list(dict.fromkeys(world.fresh["batch"]))[-params.split.holdout_batches :])


def _mature_then(world: World, params: Params) -> date:
    """The last day whose labels were mature when the baseline was promoted."""
    return world.ledger.live.as_of - timedelta(days=params.labels.maturity_days)


def _why_unknown(world: World, promised: float | None, params: Params) -> str:
    """What there is to hold against each other, and until when that stays so."""
    if promised is None:
        return f"the baseline promised no {params.gate.primary}"
    lacking = "no fresh trusted labels"
    if len(world.fresh):
        lacking = f"all {len(world.fresh)} fresh labels are of batches that the promise was measured on"
    day = _next_to_tell(world, params)
    return f"{lacking}; the next rows that can tell come on {day} or later" if day else lacking


def _next_to_tell(world: World, params: Params) -> date | None:
    """When the first batch that made no promise has left the holdout: as old as the newest training batch is today."""
    newest = next(reversed(world.training.values()), None)
    if newest is None:
        return None
    days = (newest.last - newest.first).days + 1
    batches = max(0, (_mature_then(world, params) - newest.last).days) // days + 1
    return later(world.as_of, batches * days)


def _measured(metric: str, said: Predictions, significance: float, seed: int) -> _Bounded:
    """The metric and its bounds; of more than `RESAMPLED` rows from the reach on so many, which shrinks with the root."""
    value, few = score(metric, said), said if metric in ROW_MEANS else thinned(said, RESAMPLED)
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
