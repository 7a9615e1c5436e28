"""Days that are not like others: campaigns, one-offs that are over, deployments; what they explain says nothing lasting."""

from collections.abc import Mapping, Sequence
from datetime import date

from stages.settings import Params
from stages.signals.change import Weekly
from stages.signals.drift import ColumnDrift
from stages.signals.events import Window
from stages.signals.signal import Signal
from stages.signals.world import World

MOST = 0.5  # share of the rows that performance was judged on from which unusual days explain it
ON_RECENT = ("feature_drift", "prediction_drift")  # signals that look at the recent rows
ON_FRESH = ("label_shift", "performance")  # signals that look at the newest fresh ones


def campaigns(world: World, signals: Mapping[str, Signal], params: Params) -> list[str]:
    """The campaigns that run, or in which recent rows or most rows that performance was judged on came in; with their days."""
    all_ = world.events.campaigns
    found = [*world.events.running("campaigns", world.as_of), *_on_recent(all_, world)]
    judged = any(signals[name].state == "fired" for name in ON_FRESH if name in signals)
    found += all_ if judged and _share_of_judged(all_, world, params) >= MOST else []
    known = [window for window in found if window.starts <= world.as_of]
    return list(dict.fromkeys(window.words for window in known))


def deployments(world: World, drift: Sequence[ColumnDrift], weekly: Weekly, params: Params) -> list[str]:
    """What was deployed lately, with its day; but not what went live when all that drifts had changed already."""
    recent = world.events.deployed(world.as_of, params.trigger.deployment_days)
    return [f"{own.name} went live on {own.at}" for own in recent if not _older(own.at, world, drift, weekly, params)]


def one_off(
    world: World, signals: Mapping[str, Signal], drift: Sequence[ColumnDrift], weekly: Weekly, params: Params
) -> str | None:
    """What explains, as a one-off, everything that fired of drift and performance; None where something stays unexplained."""
    over = [window for window in world.events.one_offs if window.ends < world.as_of]
    recent = [f"{window.words} is over, and not to be learned from" for window in _on_recent(over, world)]
    recent = recent or _gone(world, drift, weekly, params)
    share = _share_of_judged(over, world, params)
    touched = "; ".join(own.words for own in over)
    fresh = f"{share:.0%} of the rows that performance was judged on are of batches that were touched by: {touched}"
    explained = {ON_RECENT: "; ".join(recent), ON_FRESH: fresh if share >= MOST else ""}
    for names, words in explained.items():
        if not words and any(signals[name].state == "fired" for name in names if name in signals):
            return None
    return "; ".join(filter(None, explained.values())) or None


def _older(day: date, world: World, drift: Sequence[ColumnDrift], weekly: Weekly, params: Params) -> bool:
    """Whether every column that drifts had changed already in the last batch that ended before the day."""
    fired = [row.column for row in drift if row.state == "fired" and row.family != "label"]
    before = [week.name for week in world.weeks if week.last < day][-1:]
    changes = [weekly.get(column, {}).get(name) for column in fired for name in before]
    return bool(changes) and all(change is not None and change >= params.trigger.drift.min_change for change in changes)


def _on_recent(windows: Sequence[Window], world: World) -> list[Window]:
    weeks = [week for week in world.weeks if week.name in world.recent]
    return [own for own in windows if any(own.starts <= week.last and week.first <= own.ends for week in weeks)]


def _share_of_judged(windows: Sequence[Window], world: World, params: Params) -> float:
    """The share of the rows that performance was judged on whose batch shares a day with a window."""
    counts = world.fresh["batch"].value_counts(sort=False)
    judged = counts[list(world.fresh["batch"].unique()[-params.split.holdout_batches :])]
    days = {name: world.training[name] for name in judged.index}
    inside = [any(own.starts <= days[name].last and days[name].first <= own.ends for own in windows) for name in judged.index]
    return float(judged[inside].sum() / judged.sum()) if len(judged) else 0.0


def _gone(world: World, drift: Sequence[ColumnDrift], weekly: Weekly, params: Params) -> list[str]:
    """Drift over the recent batches of which the newest one, large enough to tell, shows nothing."""
    fired = [row.column for row in drift if row.state == "fired" and row.family != "label"]
    if not fired or len(world.recent) < 2 or world.weeks[-1].profile["rows"] < params.trigger.drift.min_rows:
        return []
    newest = world.weeks[-1].name
    changes = [weekly.get(column, {}).get(newest) for column in fired]
    if any(change is None or change >= params.trigger.drift.min_change for change in changes):
        return []
    return [f"{', '.join(fired)} changed for a time, and in {newest} no longer"]
