"""Every signal of the trigger, each computed once."""

from scipy.stats import binomtest

from stages.evidence.paired import bounds
from stages.evidence.scores import score
from stages.settings import Params
from stages.signals.drift import ColumnDrift, label_shift
from stages.signals.kpi import kpi_fall
from stages.signals.signal import Signal, flag
from stages.signals.world import World

SIGNIFICANCE = 0.05


def signals(world: World, drift: list[ColumnDrift], params: Params) -> list[Signal]:
    """Every signal, fired or not."""
    ours = params.trigger
    return [
        flag("request", ours.request is not None, None, None, 0, ours.request or "nobody asked"),
        flag(
            "first_model", world.ledger.live.version == 0, None, None, 0, f"version {world.ledger.live.version} is in production"
        ),
        _cadence(world, params),
        _new_labels(world, params),
        _performance(world, params),
        _drifted("feature_drift", drift, params),
        _drifted("label_shift", _label_shift(world, params), params),
        _correction_rate(world, params),
        kpi_fall(world.kpi, world.as_of, ours.max_kpi_drop),
    ]


def _new_labels(world: World, params: Params) -> Signal:
    n, least = world.new_labels, params.trigger.min_new_labels
    return flag("new_labels", n >= least, n, least, n, f"{n} trusted labels that the baseline never saw")


def _cadence(world: World, params: Params) -> Signal:
    last = world.ledger.last_attempt(world.as_of)
    if last is None:
        return Signal("cadence", "unknown", None, params.trigger.cadence_days, 0, "no attempt yet")
    days = (world.as_of - last).days
    return flag(
        "cadence",
        days >= params.trigger.cadence_days,
        days,
        params.trigger.cadence_days,
        0,
        f"{days} days since the last attempt or promotion",
    )


def _performance(world: World, params: Params) -> Signal:
    """The baseline on fresh rows against what it promised: the loss must be large, and beyond the noise of the fresh rows."""
    live, limit = world.ledger.live, params.trigger.max_performance_drop
    if world.said is None or live.promised is None or live.metric != params.gate.primary:
        return Signal(
            "performance",
            "unknown",
            None,
            limit,
            0,
            "no fresh trusted labels, or no promise of the baseline to hold them against",
        )
    value = score(params.gate.primary, world.said)
    _, upper = bounds(params.gate.primary, world.said, params.gate.confidence, params.seed)
    n = len(world.fresh)
    if value is None or upper is None or n < params.trigger.drift.min_rows:
        return Signal("performance", "underpowered", None, limit, n, f"{n} fresh labels are too few")
    drop = live.promised - value
    return flag(
        "performance",
        drop > limit and upper < live.promised,
        drop,
        limit,
        n,
        f"{params.gate.primary} {value:.3f} on {n} fresh labels, {live.promised:.3f} was promised",
    )


def _label_shift(world: World, params: Params) -> list[ColumnDrift]:
    if not len(world.fresh):
        return []
    found = label_shift(world.fresh[params.columns.target], world.profile["labels"], params.trigger.drift)
    return [found] if found else []


def _drifted(name: str, rows: list[ColumnDrift], params: Params) -> Signal:
    """One signal for a family of columns: fired where any is, underpowered where all are."""
    limit = params.trigger.drift.min_change
    if not rows:
        return Signal(name, "unknown", None, limit, 0, "nothing to compare")
    fired = [row for row in rows if row.state == "fired"]
    if not fired and all(row.state == "underpowered" for row in rows):
        return Signal(name, "underpowered", rows[0].change, limit, 0, f"fewer than {params.trigger.drift.min_rows} rows")
    top = (fired or rows)[0]
    return flag(
        name,
        bool(fired),
        top.change,
        limit,
        len(rows),
        f"{top.column} {top.where}" + (f" and {len(fired) - 1} more columns" if len(fired) > 1 else ""),
    )


def _correction_rate(world: World, params: Params) -> Signal:
    done, limit = world.validation["feedback"], params.trigger.max_correction_rate
    n = done["correct"] + done["confirm"]
    if n == 0:
        return Signal("correction_rate", "unknown", None, limit, 0, "no reviews in the last week")
    rate = done["correct"] / n
    p_value = binomtest(done["correct"], n, limit, alternative="greater").pvalue
    return flag(
        "correction_rate",
        rate > limit and p_value < SIGNIFICANCE,
        rate,
        limit,
        n,
        f"{rate:.1%} of {n} reviewed outputs were corrected",
    )
