"""Does the business feel it? A fall of the last week, a slow fall, and a fall since something went live; more is always better.

A KPI has fallen where it lost more than `trigger.max_kpi_drop` of its level, and more than its own noise explains (the p-value is
multiplied by the number of falls looked at). What is absent or has a gap is unknown, never stable.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from stages.errors import InputError
from stages.evidence.scores import Array
from stages.sections import TriggerParams
from stages.signals.daily import Effect, effect
from stages.signals.events import Events
from stages.signals.signal import Signal, State, beyond

WEEK, BEFORE = 7, 28  # days
LEAST, LEAST_BEFORE = 3, 14  # values that are needed in the last week (since a change), and before
Change = tuple[date, str]  # something that went live: its day and its name


@dataclass(frozen=True, kw_only=True)
class _Series:
    """One KPI up to `as_of`: `days` (0 is `as_of`, -1 the day before) and their values."""

    name: str
    days: Array
    values: Array

    def of(self, mask: Array) -> "_Series":
        return _Series(name=self.name, days=self.days[mask], values=self.values[mask])


@dataclass(frozen=True, kw_only=True)
class _Fall:
    """What became of one KPI on `n` days: the `effect` on its `level`; or the `problem` that keeps it unknown.

    `excuse`: why a fall does not count. `since`: what it is held against, in words.
    """

    kpi: str
    since: str
    n: int = 0
    level: float = 1.0
    effect: Effect | None = None
    problem: str = ""
    excuse: str = ""

    @property
    def drop(self) -> float:
        """Relative to the level; below 0 it is a rise."""
        return -self.effect.size / self.level if self.effect else 0.0

    def state(self, limit: float, significance: float) -> State:
        if self.effect is None:
            return "unknown"
        return beyond(self.drop > limit and not self.excuse, self.effect.p_value < significance)

    def words(self, p_value: float) -> str:
        moved = f"{'fell' if self.drop > 0 else 'rose'} by {abs(self.drop):.1%} {self.since} (p = {p_value:.2g})"
        return f"{self.kpi}: {self.problem}" if self.problem else f"{self.kpi} {moved}{self.excuse}"


def read_kpi(path: Path) -> pd.DataFrame:
    """Read `data/kpi.csv`: the columns date (YYYY-MM-DD), kpi, value; a line without a value is a gap and is left out.

    Raises
    ------
    InputError
        Where the file is missing or lacks a column, where a date or value cannot be read or is infinite, or where one KPI has two
        values on a day.
    """
    try:
        frame = pd.read_csv(path, dtype={"date": "str", "kpi": "str"})
        found = frame[["date", "kpi", "value"]].dropna(subset="value")
        kpi = found.assign(date=pd.to_datetime(found["date"], format="%Y-%m-%d"), value=found["value"].astype("float64"))
    except FileNotFoundError:
        raise InputError(f"{path} must exist, with at least its header `date,kpi,value`, got nothing there; add it") from None
    except (KeyError, ValueError, OSError) as error:
        raise InputError(
            f"{path} must have the columns date (YYYY-MM-DD), kpi, value (a number), got {type(error).__name__}; mend it"
        ) from None
    if kpi[["date", "kpi"]].isna().any(axis=None) or not np.isfinite(kpi["value"]).all():
        raise InputError(f"{path} must have a date, a kpi and a finite value in each line, got one without; mend it")
    twice = kpi[kpi.duplicated(["date", "kpi"])]
    if len(twice):
        where = f"{twice['kpi'].iloc[0]} on {twice['date'].iloc[0].date()}"
        raise InputError(f"{path} must have one value a day for each kpi, got two of {where}; keep one")
    return kpi.reset_index(drop=True)


def without_past_events(kpi: pd.DataFrame, events: Events, as_of: date) -> pd.DataFrame:
    """The KPI without the days of incidents that are closed and of one-offs that are over: that fall is explained, and past."""
    closed = [(own.opened, own.closed - timedelta(days=1)) for own in events.incidents if own.closed and own.closed <= as_of]
    over = [(own.starts, own.ends) for own in events.one_offs if own.ends < as_of]
    gone = [any(first <= day <= last for first, last in (*closed, *over)) for day in kpi["date"].dt.date]
    return kpi[~np.array(gone, dtype=bool)]


def kpi_fall(kpi: pd.DataFrame, as_of: date, trigger: TriggerParams) -> Signal:
    """Whether any KPI's last 7 days lie below the 28 days before."""
    falls = [_step(own, 1 - WEEK, "against the four weeks before") for own in _each(kpi, as_of)]
    return _signal("kpi_fall", falls, trigger)


def kpi_slope(kpi: pd.DataFrame, as_of: date, trigger: TriggerParams) -> Signal:
    """Whether any KPI went down over the last 35 days, by the slope of its trend."""
    return _signal("kpi_slope", [_trend(own) for own in _each(kpi, as_of)], trigger)


def kpi_fall_since_change(kpi: pd.DataFrame, changes: Sequence[Change], as_of: date, trigger: TriggerParams) -> Signal:
    """Whether any KPI fell right after something went live: the days since then, at least 3, against the 28 days before.

    Each day of the last `deployment_days` on which something went live is looked at; the day itself counts on neither side.
    A fall that had begun before is not the doing of the change.

    Parameters
    ----------
    changes : deployments and promotions, with the day on which each went live.
    """
    name, limit, span = "kpi_fall_since_change", trigger.max_kpi_drop, trigger.deployment_days
    recent = [(day, what) for day, what in sorted(changes) if as_of - timedelta(days=span) <= day <= as_of]
    if kpi.empty:
        return _signal(name, [], trigger)
    if not recent:
        return Signal(name=name, state="quiet", threshold=limit, why=f"nothing went live in the last {span} days")
    told = {day: " and ".join(what for own, what in recent if own == day) for day, _ in recent if (as_of - day).days >= LEAST}
    if not told:
        why = f"too early to tell: {recent[-1][1]} went live less than {LEAST} days ago"
        return Signal(name=name, state="underpowered", threshold=limit, why=why)
    falls = [_since(own, (day - as_of).days, what) for own in _each(kpi, as_of) for day, what in told.items()]
    return _signal(name, falls, trigger)


def kpi_fall_since_promotion(
    kpi: pd.DataFrame, promoted: Sequence[Change], deployed: Sequence[Change], as_of: date, trigger: TriggerParams
) -> Signal:
    """The same since the production version came in; quiet where a step on the day of a deployment fits the KPI better.

    Parameters
    ----------
    promoted : the promotion or rollback that put the production version there; none for version 0.
    """
    others = [own for own in deployed if own[0] not in [day for day, _ in promoted]]
    model, other = (kpi_fall_since_change(kpi, changes, as_of, trigger) for changes in (promoted, others))
    if model.state == other.state == "fired" and (other.p_value or 0) < (model.p_value or 0):
        model = replace(model, state="quiet", why=f"{other.why}, which fits better than since {promoted[-1][1]}")
    return replace(model, name="kpi_fall_since_promotion")


def _each(kpi: pd.DataFrame, as_of: date) -> list[_Series]:
    """Every KPI of the file; one that has no value left is there, with none."""
    known = kpi.assign(day=(kpi["date"] - pd.Timestamp(as_of)).dt.days).sort_values("day")
    groups = [(str(name), own[own["day"] <= 0]) for name, own in known.groupby("kpi")]
    return [_Series(name=name, days=own["day"].to_numpy(), values=own["value"].to_numpy()) for name, own in groups]


def _step(own: _Series, start: int, since: str, gap: int = 0) -> _Fall:
    """The days from `start` on against the 28 before; `gap` days between them count on neither side."""
    after = own.days >= start
    before = (own.days < start - gap) & (own.days >= start - gap - BEFORE)
    for side, least, where in ((after, LEAST, "lately"), (before, LEAST_BEFORE, "in the four weeks before")):
        if side.sum() < least:
            return _Fall(kpi=own.name, since=since, problem=f"{side.sum()} values {where}, at least {least} are needed")
    kept = before | after
    return _moved(own.of(kept), after[kept], float(own.values[before].mean()), since)


def _trend(own: _Series) -> _Fall:
    """The fall over all 35 days that the slope stands for."""
    since, span = "in five weeks, by its slope", WEEK + BEFORE
    step, kept = _step(own, 1 - WEEK, since), own.of(own.days > -span)
    return step if step.problem else _moved(kept, kept.days / span, float(kept.values.mean()), since)


def _since(own: _Series, day: int, what: str) -> _Fall:
    """The days after `day` against the 28 before; no fall of that day where half of it was there in the last 3 values before."""
    fall, past = _step(own, day + 1, f"since {what}", gap=1), own.of(own.days < day)
    earlier = _step(past, past.days[-LEAST], "").drop if len(past.days) >= LEAST else 0.0
    return replace(fall, excuse=f", but by {earlier:.1%} just before" if earlier > max(fall.drop / 2, 0.0) else "")


def _moved(own: _Series, regressor: Array, level: float, since: str) -> _Fall:
    if level <= 0:
        return _Fall(kpi=own.name, since=since, problem="its level is not above 0, so no share of it can be lost")
    found = effect(own.days, own.values, regressor)
    problem = "" if found else "too few values to tell a fall from the pattern of the week"
    return _Fall(kpi=own.name, since=since, n=len(own.days), level=level, effect=found, problem=problem)


def _signal(name: str, falls: list[_Fall], trigger: TriggerParams) -> Signal:
    """The worst of all falls; nothing is quiet while one of them is unknown."""
    limit = trigger.max_kpi_drop
    if not falls:
        return Signal(name=name, state="unknown", threshold=limit, why="no KPI is recorded")
    significance = trigger.significance / len(falls)
    order: tuple[State, ...] = ("fired", "unknown", "underpowered", "quiet")
    states = [(fall.state(limit, significance), fall) for fall in falls]
    worst = min(order.index(own) for own, _ in states)
    fall = max((fall for own, fall in states if own == order[worst]), key=lambda own: (own.drop, own.kpi))
    if fall.effect is None:
        return Signal(name=name, state="unknown", threshold=limit, why=fall.words(1.0))
    low, high = fall.effect.interval(significance)
    p_value = min(1.0, fall.effect.p_value * len(falls))
    interval = (-high / fall.level, -low / fall.level)
    return Signal(
        name=name, state=order[worst], value=fall.drop, threshold=limit, n=fall.n, p_value=p_value, interval=interval,
        why=fall.words(p_value),
    )  # fmt: skip
