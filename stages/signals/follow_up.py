"""When to look again, and what would settle the matter until then."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from stages.settings import Params
from stages.signals.arrivals import day_of, next_batch, reach
from stages.signals.change import Change, rows_since
from stages.signals.events import later
from stages.signals.facts import Fact
from stages.signals.policy import Decision
from stages.signals.signal import Signal, state
from stages.signals.world import World

HALF = 0.5  # share of rows after the change below which a model knows mostly the old world

SETTLING = {
    "open_incident": "the incident closed in data/events.yaml, and a batch from after it",
    "cool_down": "nothing but time",
    "data_freeze": "a batch from after the freeze",
    "campaign": "a batch from after the campaign: drift that stays is more than the campaign",
    "poor_data": "recent rows that pass the rules named by `ratchet quarantine list`: mend the export, or release what is right",
    "poor_labels": "feedback that passes the rules named by `ratchet quarantine list`: mend it, or release what is right",
    "kpi_fall_since_promotion": "`ratchet rollback`: a KPI that comes back within days was the model's doing",
    "kpi_fall_since_change": "undo the deployment, or mend it: a KPI that comes back within days was its doing",
    "kpi_fall": "what the business changed, or a deployment that is missing in data/events.yaml",
    "kpi_slope": "what the business changed, or a deployment that is missing in data/events.yaml",
    "drift": "the cause of the drift, on record in data/events.yaml: under changes if it stays, under one_offs if it is over",
    "recent_deployment": "whether the deployment changed what a column means: then mend it, there is nothing to learn",
    "correction_rate": "a second reviewer on a sample of the corrected rows, who sees neither answer nor correction",
    "calibration": "the share that is right by score (metrics/plots/calibration_baseline.csv): scores alone need recalibration",
    "estimated_performance": "labels of recent rows: what is estimated from scores is not measured",
}


@dataclass(frozen=True, kw_only=True)
class _Case:
    """A decision with all that it was made of."""

    world: World
    decision: Decision
    signals: Mapping[str, Signal]
    facts: Mapping[str, Fact]
    change: Change | None
    params: Params


def follow_up(world: World, change: Change | None, params: Params) -> Signal:
    """Whether the baseline was promoted after a change on rows from mostly before it, and enough from after it came since.

    Enough is as many as the last attempt had, and `trigger.min_new_labels` at least: each look learns twice as much of the new
    world as the one before, so a change asks for a few of them, and not for one a batch.
    """
    live, least = world.ledger.live, params.trigger.min_new_labels
    if not live.version or change is None or live.as_of < change.day:
        why = "no change is known that some of the baseline's training rows are older than"
        return Signal(name="follow_up", state="quiet", threshold=least, why=why)
    rows, since = world.card["rows"], rows_since(world, change.day)
    seen = since - rows_since(world, change.day, after=world.trained_through)
    new = rows_since(world, change.day, after=_tried_through(world))
    least = max(least, since - new)
    why = (
        f"the baseline learned from {rows} rows, {seen} of them from after {change.words}; "
        f"{new} more rows from after it have trusted labels now"
    )
    fired = seen < HALF * rows and new >= least
    return Signal(name="follow_up", state=state(fired), value=new, threshold=least, n=rows, why=why)


def _tried_through(world: World) -> date:
    """The last day that the baseline, or a candidate since, learned from: as many batches were too new then as today."""
    last, newest = world.ledger.last_attempt(world.as_of), next(reversed(world.training.values()), None)
    if last is None or newest is None:
        return world.trained_through
    late = sum(week.last > newest.last for week in world.weeks)
    then = [week.last for week in world.weeks if week.last <= last]
    return then[-late - 1] if len(then) > late else world.trained_through


def next_look(
    decision: Decision,
    world: World,
    signals: Mapping[str, Signal],
    facts: Mapping[str, Fact],
    change: Change | None,
    params: Params,
) -> dict[str, Any]:
    """The day of the next look, why then, and what evidence would settle the matter.

    Of several days the last counts: all that stands in the way has to be gone. A day is an estimate where labels have to come in.
    """
    case = _Case(world=world, decision=decision, signals=signals, facts=facts, change=change, params=params)
    day, why = max(_days(case), key=lambda look: look[0])
    return {"on": day.isoformat(), "why": why, "evidence": list(dict.fromkeys(_evidence(case)))}


def _days(case: _Case) -> Iterator[tuple[date, str]]:
    """Every day that matters with its reason; the next batch, that brings a look in any case, first."""
    world, ours, held = case.world, case.params.trigger, case.decision.held
    batch = next_batch(world)
    yield batch, "the next batch is complete then"
    if case.decision.verdict == "retrain":
        yield from _after_retraining(case)
    last = world.ledger.last_attempt(world.as_of)
    if "cool_down" in held and last:
        yield later(last, ours.cool_down_days), "the cool-down ends"
    for name, kind, words in (("data_freeze", "freezes", "freeze"), ("campaign", "campaigns", "campaign")):
        for window in world.events.running(kind, world.as_of) if name in held else ():  # type: ignore[arg-type]
            yield later(window.ends, 1), f"the {words} is over: {window.what}"
    for name, missing in _missing(case).items():
        since = case.change.day if case.change and name == "few_labels_since_change" else date.min
        day = day_of(missing, world, case.params, after=since)
        if day:
            yield day, f"{missing} more trusted labels should be there, at the pace of the newest batches ({name})"


def _missing(case: _Case) -> dict[str, int]:
    """Labels that are missing, by the fact that says so."""
    least, found = case.params.trigger.min_new_labels, {}
    if "few_labels" in case.decision.held:
        found["few_labels"] = least - len(case.world.fresh)
    if "few_labels_since_change" in case.decision.held and case.change:
        found["few_labels_since_change"] = least - rows_since(case.world, case.change.day)
    return {name: missing for name, missing in found.items() if missing > 0}


def _after_retraining(case: _Case) -> Iterator[tuple[date, str]]:
    """A model that learns mostly from before a change is looked at again once there is more to learn from."""
    rows, change = sum(own.rows for own in case.world.training.values()), case.change
    if change is None or rows_since(case.world, change.day) >= HALF * rows:
        return
    since, ours = rows_since(case.world, change.day), case.params.trigger
    more = max(ours.min_new_labels, since)
    labels = day_of(more, case.world, case.params, after=change.day)
    day = max(later(case.world.as_of, ours.cool_down_days), labels or date.min)
    yield (
        day,
        f"{since} of the {rows} rows to train on are from after {change.words}; "
        f"{more} more should have labels by then, enough to train once more",
    )


def _evidence(case: _Case) -> Iterator[str]:
    """What would settle the matter, by what was decisive; of a retraining and a skip nothing is open."""
    if case.decision.verdict not in ("rollback", "blocked", "investigate"):
        return
    held = case.decision.held
    poor = [name for name in ("poor_data", "poor_labels") if "correction_rate" in held and case.facts[name].holds]
    yield from (SETTLING[name] for name in (*held, *poor) if name in SETTLING)
    yield from (f"{missing} more trusted labels ({name})" for name, missing in _missing(case).items())
    if {"drift", "estimated_performance"} & set(case.decision.held):
        yield from _unknown(case)


def _unknown(case: _Case) -> Iterator[str]:
    """What would tell whether performance and the business hold, where that is not known."""
    performance = case.signals["performance"]
    if performance.state in ("unknown", "underpowered"):
        yield rows_to_tell(case.world, case.params) or f"performance on trusted labels: {performance.why}"
    if case.facts["kpi_stable"].holds is None:
        yield "a KPI in data/kpi.csv, day by day for the last five weeks"


def rows_to_tell(world: World, params: Params) -> str | None:
    """How many fresh labels show a drop of `trigger.max_performance_drop` with 80 % power; None where no formula says so.

    Of the accuracy p on n rows against one promised on m rows the variance is p (1 - p) (1/n + 1/m); a drop d is shown where
    d = (z_significance + z_power) times its root.
    """
    live, drop = world.ledger.live, params.trigger.max_performance_drop
    if params.gate.primary != "accuracy" or live.metric != "accuracy" or not live.promised or not live.rows or not drop:
        return None
    variance = live.promised * (1 - live.promised)
    left = (drop / reach(1 - params.trigger.significance)) ** 2 / variance - 1 / live.rows if variance else 0.0
    if left <= 0:
        return (
            f"a promise measured on more than {live.rows} rows (split.holdout_batches): against this one no drop of {drop} shows"
        )
    return (
        f"{math.ceil(1 / left)} fresh trusted labels ({len(world.fresh)} are there) would show a drop of {drop} in 4 of 5 cases"
    )
