"""Have the rows changed against the baseline's profile? Large, significant and new, or it does not count.

With large samples everything is significant and with small ones everything looks large, so a column has drifted only where a
share has changed by at least `min_change` and the change is significant after Holm's correction over all features, the
predictions and the labels together: while nothing changes, all of drift fires in at most `trigger.significance` of the runs.
And a change that the newest training rows show as well is known since training: the model has learned from it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from stages.sections import Columns, Drift, TriggerParams
from stages.signals.moves import Side, move
from stages.signals.profile import Sketch, readable
from stages.signals.shares import holm
from stages.signals.signal import Signal, State

if TYPE_CHECKING:  # heavy, and needed only to read its profile
    from stages.signals.world import Week

Family = Literal["feature", "prediction", "label"]
_Held = tuple[Sketch | None, int]  # what a profile has of a column, and of how many rows

SIGNALS: dict[Family, str] = {"feature": "feature_drift", "prediction": "prediction_drift", "label": "label_shift"}


@dataclass(frozen=True, kw_only=True)
class ColumnDrift:
    """One column: the largest `change` of a share, `where` it is, its corrected p-value on `n` rows now, and the state.

    `change` is None where nothing could be compared (`where` says why), `p_value` where there were too few rows to try.
    `new` is what of the change the newest training rows do not show either: only that can fire.
    """

    family: Family
    column: str
    change: float | None
    where: str
    p_value: float | None
    n: int
    state: State
    new: float | None = None

    def known(self, least: float) -> bool:
        """Whether it stays quiet although it changed by `least` or more, because the newest training rows show that as well."""
        return self.state == "quiet" and self.change is not None and self.new is not None and self.new < least <= self.change


def drift(
    current: dict[str, Any], labels: Sketch | None, reference: dict[str, Any], columns: Columns, trigger: TriggerParams
) -> list[ColumnDrift]:
    """Compare recent rows with the baseline's profile, column by column; the largest change first.

    Parameters
    ----------
    current : the profile of the recent rows, with the baseline's own answers as predictions.
    labels : the sketch of the fresh labels, None where there are none.
    reference : the baseline's profile.

    Returns
    -------
    One row a feature column, one for the predictions and one for the labels.
    """
    rows = list(compared(current | {"labels": labels}, reference, columns, trigger.drift))
    corrected = iter(holm([row.p_value for row in rows if row.p_value is not None]))
    judged = [row if row.p_value is None else _judged(row, next(corrected), trigger) for row in rows]
    return sorted(judged, key=lambda row: (-1.0 if row.change is None else -row.change, row.change is None, row.column))


def weekly(
    weeks: Sequence["Week"], reference: dict[str, Any], columns: Columns, trigger: TriggerParams
) -> dict[str, dict[str, float | None]]:
    """What is new in every feature column and in the predictions, by column as `drift` names it and by week.

    None where there is nothing to compare, or too few rows: of those every change looks large.
    """
    changes: dict[str, dict[str, float | None]] = {}
    for week in weeks:
        for row in compared(week.profile | {"labels": None}, reference, columns, trigger.drift):
            if row.family != "label":
                changes.setdefault(row.column, {})[week.name] = None if row.p_value is None else row.new
    return changes


def compared(current: dict[str, Any], reference: dict[str, Any], columns: Columns, limits: Drift) -> Iterator[ColumnDrift]:
    """Every column against the baseline's profile, p-values uncorrected and nothing fired yet."""
    profiles = reference, reference.get("newest") or {}, current
    for name in columns.features:
        yield _row("feature", name, [_feature(own, name) for own in profiles], limits)
    yield _row("prediction", f"predicted {columns.target}", [_answers(own, "predictions") for own in profiles], limits)
    yield _row("label", columns.target, [_answers(own, "labels") for own in profiles], limits)


def drift_signals(rows: Sequence[ColumnDrift], trigger: TriggerParams) -> list[Signal]:
    """The signals feature_drift, prediction_drift and label_shift."""
    return [_signal(name, [row for row in rows if row.family == family], trigger) for family, name in SIGNALS.items()]


def _signal(name: str, rows: list[ColumnDrift], trigger: TriggerParams) -> Signal:
    states, least = {row.state for row in rows}, trigger.drift.min_change
    order: tuple[State, ...] = ("fired", "quiet", "underpowered")
    state: State = next((one for one in order if one in states), "unknown")
    of_state = [row for row in rows if row.state == state]
    told = [row for row in of_state if not row.known(least)] or of_state
    return Signal(
        name=name,
        state=state,
        value=max((row.change for row in told if row.change is not None), default=None),
        threshold=least,
        n=max((row.n for row in rows), default=0),
        p_value=min((row.p_value for row in told if row.p_value is not None), default=None),
        why="; ".join(_why(told, rows, least)) if rows else "no column to compare",
    )


def _why(told: list[ColumnDrift], rows: list[ColumnDrift], least: float) -> Iterator[str]:
    """The first of the columns that decide, how many more there are, what is known since training, and what cannot be judged."""
    known = [row for row in rows if row.known(least)]
    if told[0] not in known:
        yield _decided(told)
    if known:
        yield f"known since training: {known[0].column} {known[0].where}{_more(known)}"
    open_ones = [row for row in rows if row.state in ("unknown", "underpowered") and row not in told]
    if open_ones:
        yield f"{_columns(len(open_ones))} could not be judged"


def _decided(told: list[ColumnDrift]) -> str:
    first = told[0]
    if first.state == "unknown":
        return f"{first.where} ({first.column}{_more(told)})"
    if first.state == "quiet":
        return f"no large and significant change in {_columns(len(told))}, the largest is {first.column}: {first.where}"
    return f"{first.column}{'' if first.state == 'fired' else ':'} {first.where}{_more(told)}"


def _more(told: list[ColumnDrift]) -> str:
    return f" and {_columns(len(told) - 1, 'more ')}" if len(told) > 1 else ""


def _columns(n: int, more: str = "") -> str:
    return f"{n} {more}column" + ("" if n == 1 else "s")


def _judged(row: ColumnDrift, p: float, trigger: TriggerParams) -> ColumnDrift:
    return replace(row, p_value=p, state="fired" if p < trigger.significance else row.state)


def _feature(profile: dict[str, Any], name: str) -> _Held:
    return profile.get("columns", {}).get(name), profile.get("rows", 0)


def _answers(profile: dict[str, Any], name: str) -> _Held:
    """Of rows that have one value at most."""
    sketch = profile.get(name)
    return sketch, sketch["missing"] + sum(sketch["counts"].values()) if sketch and readable(sketch) else 0


def _row(family: Family, column: str, held: Sequence[_Held], limits: Drift) -> ColumnDrift:
    """One column; `held` by the whole profile, by its newest part and by the recent rows."""
    (old, old_rows), newest, (now, n) = held
    reason = _incomparable(old, now, n)
    if reason or old is None or now is None:
        return ColumnDrift(family=family, column=column, change=None, where=reason, p_value=None, n=n, state="unknown")
    known = _known(*newest, now["kind"], limits)
    found = move(Side(sketch=old, rows=old_rows), known, Side(sketch=now, rows=n), limits)
    powered = min(old_rows, n) >= limits.min_rows
    return ColumnDrift(
        family=family,
        column=column,
        change=found.size,
        where=found.where if powered else f"{min(old_rows, n)} rows are too few",
        p_value=found.p if powered else None,
        n=n,
        state="quiet" if powered and found.complete else "underpowered",
        new=found.new,
    )


def _known(sketch: Sketch | None, rows: int, kind: str, limits: Drift) -> Side | None:
    """The newest part of a profile, where there is one of the same kind, with rows enough to be held against."""
    if not sketch or not readable(sketch) or sketch["kind"] != kind or rows < limits.min_rows:
        return None
    return Side(sketch=sketch, rows=rows)


def _incomparable(old: Sketch | None, now: Sketch | None, n: int) -> str:
    """Why two sketches cannot be compared; empty where they can."""
    if not old:
        return "the baseline's profile has nothing of it"
    if not readable(old):
        return "the baseline's profile was made by an earlier version"
    if not now or not n:
        return "no rows to compare"
    return "" if old["kind"] == now["kind"] else f"{old['kind']} in the baseline's profile, {now['kind']} now"
