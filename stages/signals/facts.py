"""What is simply so, or not, on the day of a run: in words with their numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from scipy.stats import binom

from stages.settings import Params
from stages.signals.arrivals import cost
from stages.signals.change import Change, Weekly, rows_since
from stages.signals.drift import ColumnDrift
from stages.signals.events import later
from stages.signals.previous import previous_version
from stages.signals.signal import Signal
from stages.signals.unusual import campaigns, deployments, one_off
from stages.signals.volume import delivered
from stages.signals.world import World

DRIFT = ("feature_drift", "prediction_drift", "label_shift")
KPI = ("kpi_fall", "kpi_slope")


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Whether something is so; None where that cannot be told."""

    holds: bool | None
    why: str


def facts(
    world: World,
    signals: Mapping[str, Signal],
    drift: Sequence[ColumnDrift],
    weekly: Weekly,
    change: Change | None,
    params: Params,
) -> dict[str, Fact]:
    """Every fact by name.

    Parameters
    ----------
    signals : every signal by name.
    drift : the rows of `stages.signals.drift.drift`; `weekly` the changes week by week.
    """
    labels = _labels(world, signals, change, params)
    return {
        "cool_down": _cool_down(world, params),
        "previous_version": _previous(world, params),
        "recent_deployment": _so("; ".join(deployments(world, drift, weekly, params)), "nothing went live that drift is from"),
        **_events(world, signals, params),
        "one_off": _so(one_off(world, signals, drift, weekly, params), "no one-off is known that explains what fired"),
        **_stability(signals),
        "poor_data": _poor_data(world, params),
        **labels,
        "trusted_labels": _trusted(labels),
    }


def _so(words: str | None, otherwise: str) -> Fact:
    return Fact(holds=bool(words), why=words or otherwise)


def _previous(world: World, params: Params) -> Fact:
    entry, why = previous_version(world.ledger, world.kpi, params.trigger)
    return Fact(holds=entry is not None, why=why)


def _cool_down(world: World, params: Params) -> Fact:
    last, days = world.ledger.last_attempt(world.as_of), params.trigger.cool_down_days
    if last is None:
        return Fact(holds=False, why="nothing was tried yet")
    ago = (world.as_of - last).days
    if ago >= days:
        return Fact(holds=False, why=f"the last attempt was {ago} days ago, on {last}")
    words = f"the last attempt was {ago} days ago, on {last}, and the cool-down of {days} days ends on {later(last, days)}"
    return Fact(holds=True, why="; ".join(filter(None, [words, cost(world, params)])))


def _events(world: World, signals: Mapping[str, Signal], params: Params) -> dict[str, Fact]:
    broken = [f"{event.what} (open since {event.opened})" for event in world.events.open_incidents(world.as_of)]
    frozen = [window.words for window in world.events.running("freezes", world.as_of)]
    return {
        "open_incident": _so("; ".join(broken), "no incident is open"),
        "data_freeze": _so("; ".join(frozen), "no freeze is on"),
        "campaign": _so("; ".join(campaigns(world, signals, params)), "no campaign touches the rows that were looked at"),
    }


def _stability(signals: Mapping[str, Signal]) -> dict[str, Fact]:
    stable = {"performance_stable": _quiet(["performance"], signals), "kpi_stable": _quiet(KPI, signals)}
    said = {"performance_stable": "performance", "kpi_stable": "the business (KPI)"}
    words = {True: "is stable", False: "has fallen", None: "is unknown"}
    tail = ", ".join(f"{said[name]} {words[fact.holds]}" for name, fact in stable.items())
    return {**stable, "drift": _drift(signals, tail)}


def _drift(signals: Mapping[str, Signal], tail: str) -> Fact:
    """Whether any of drift fired; what it did to performance and the business belongs to it."""
    fired = [signals[name].why for name in DRIFT if signals[name].state == "fired"]
    if fired:
        return Fact(holds=True, why=f"{'; '.join(fired)}; {tail}")
    quiet = _quiet(DRIFT, signals)
    return Fact(holds=False, why="nothing has changed by much") if quiet.holds else Fact(holds=None, why=quiet.why)


def _quiet(names: Sequence[str], signals: Mapping[str, Signal]) -> Fact:
    """Whether all signals are quiet: one that fired settles it, one that is not known leaves it open."""
    found = [signals[name] for name in names]
    for state, holds in (("fired", False), ("unknown", None), ("underpowered", None)):
        own = [signal for signal in found if signal.state == state]
        if own:
            return Fact(holds=holds, why="; ".join(f"{signal.name} {state}: {signal.why}" for signal in own))
    return Fact(holds=True, why="; ".join(signal.why for signal in found))


def _poor_data(world: World, params: Params) -> Fact:
    recent = [
        own
        for own in world.validation["batches"].values()
        if own["role"] != "feedback" and own["batch"] in world.validation["recent"]
    ]
    rows, limit = sum(own["rows"] for own in recent), params.trigger.max_quarantined
    if not rows:
        return Fact(holds=True, why="there are no recent rows")
    share, blocked = sum(own["quarantined"] for own in recent) / rows, _newest_blocked(world)
    words = [blocked, f"{share:.1%} of {rows} recent rows are in quarantine, {limit:.0%} are allowed"]
    return Fact(holds=bool(blocked) or share > limit, why="; ".join(filter(None, words)))


def _newest_blocked(world: World) -> str:
    """The blocked files that are newer than any accepted one; "" where there are none. The first model takes what there is."""
    newer = list(takewhile(lambda own: own["verdict"] == "blocked", reversed(delivered(world.validation))))
    if not newer or not world.ledger.live.version:
        return ""
    rows, first, last = sum(own["rows"] for own in newer), newer[-1]["batch"], newer[0]["batch"]
    named = f"the newest {len(newer)} files, {first} to {last}, are" if len(newer) > 1 else f"the newest file, {last}, is"
    return f"{named} blocked ({rows} rows)"


def _labels(world: World, signals: Mapping[str, Signal], change: Change | None, params: Params) -> dict[str, Fact]:
    """Few labels block no first model: it learns from whatever there is."""
    new, least, counted = len(world.fresh), params.trigger.min_new_labels, bool(world.ledger.live.version)
    words = f"{new} trusted labels are new to the baseline"
    asked = f"{words}, {least} are asked for"
    since = _few_since(world, signals, change, least) if counted and change else _so("", "no change is known")
    return {
        "nothing_new": _so("" if new else "the baseline has seen every trusted label", words),
        "few_labels": Fact(holds=counted and new < least, why=asked),
        "few_labels_since_change": since,
        "poor_labels": _poor_labels(world.validation, params),
    }


def _few_since(world: World, signals: Mapping[str, Signal], change: Change, least: int) -> Fact:
    """A change that is only seen in the rows counts where performance fell on such rows: no other reason is about it."""
    rows = rows_since(world, change.day)
    words = f"{rows} trusted labels are of rows after {change.words}, {least} are asked for"
    if change.on_record or (rows and signals["performance"].state == "fired"):
        return Fact(holds=rows < least, why=words)
    return Fact(holds=False, why=f"{words} once the change is on record, or performance falls on such rows")


def _poor_labels(validation: Mapping[str, Any], params: Params) -> Fact:
    """Whether the newest feedback is blocked, or more of it refused or in conflict than is allowed and than chance explains.

    Without any feedback, the labels count that came with the rows.
    """
    feedback, raw = validation["newest_feedback"], validation["raw_labels"]
    newest = feedback if feedback["file"] else raw
    if not newest["file"]:
        return Fact(holds=None, why="there are no labels yet, in data/feedback or in data/raw")
    if newest.get("verdict") == "blocked":
        return Fact(holds=True, why=f"{newest['file']} is blocked")
    bad, n, limit = newest["refused"] + newest.get("disputed", 0), newest["lines"], params.trigger.max_refused_labels
    if not n:
        return Fact(holds=None, why=f"{newest['file']} has no answers")
    poor = bad / n > limit and float(binom.sf(bad - 1, n, limit)) < params.trigger.significance
    why = f"{bad / n:.0%} of {n} labels in {newest['file']} were refused or are in conflict, {limit:.0%} are allowed"
    return Fact(holds=poor, why=why)


def _trusted(labels: Mapping[str, Fact]) -> Fact:
    """What is not known to be good is not trusted."""
    poor, few = labels["poor_labels"], labels["few_labels"]
    against = [fact.why for fact in (poor, few) if fact.holds is not False]
    return Fact(holds=not against, why="; ".join(against) or f"{poor.why}; {few.why}")
