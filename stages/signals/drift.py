"""Have the rows changed against the baseline's profile? Large and significant, or it does not count.

With large samples everything is significant and with small ones everything looks large, so a column has drifted only where a
share has changed by at least `min_change` and the change is significant after Holm's correction over all features, the
predictions and the labels together: while nothing changes, all of drift fires in at most `trigger.significance` of the runs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from stages.sections import Columns, Drift, TriggerParams
from stages.signals.profile import Sketch, number_codes, numbers, readable
from stages.signals.shares import distance, holm, share_p_values
from stages.signals.signal import Signal, State
from stages.signals.world import Week

Array = NDArray[Any]
Family = Literal["feature", "prediction", "label"]

SIGNALS: dict[Family, str] = {"feature": "feature_drift", "prediction": "prediction_drift", "label": "label_shift"}
GAP = "no value"
NAME_LENGTH = 40  # of a category, in words for people


@dataclass(frozen=True, kw_only=True)
class ColumnDrift:
    """One column: the largest `change` of a share, `where` it is, its corrected p-value on `n` rows now, and the state.

    `change` is None where nothing could be compared (`where` says why), `p_value` where there were too few rows to try.
    """

    family: Family
    column: str
    change: float | None
    where: str
    p_value: float | None
    n: int
    state: State


@dataclass(frozen=True, kw_only=True)
class _Change:
    """`p` of the changes that are large enough, 1 if none is; `complete`: every part of the column could be tested."""

    size: float
    where: str
    p: float
    complete: bool = True


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
    rows = list(_compared(current | {"labels": labels}, reference, columns, trigger.drift))
    corrected = iter(holm([row.p_value for row in rows if row.p_value is not None]))
    judged = [row if row.p_value is None else _judged(row, next(corrected), trigger) for row in rows]
    return sorted(judged, key=lambda row: (-1.0 if row.change is None else -row.change, row.change is None, row.column))


def weekly(
    weeks: Sequence[Week], reference: dict[str, Any], columns: Columns, trigger: TriggerParams
) -> dict[str, dict[str, float | None]]:
    """The change of every feature column and of the predictions, by column as `drift` names it and by week.

    None where there is nothing to compare, or too few rows: of those every change looks large.
    """
    changes: dict[str, dict[str, float | None]] = {}
    for week in weeks:
        for row in _compared(week.profile | {"labels": None}, reference, columns, trigger.drift):
            if row.family != "label":
                changes.setdefault(row.column, {})[week.name] = None if row.p_value is None else row.change
    return changes


def drift_signals(rows: Sequence[ColumnDrift], trigger: TriggerParams) -> list[Signal]:
    """The signals feature_drift, prediction_drift and label_shift."""
    return [_signal(name, [row for row in rows if row.family == family], trigger) for family, name in SIGNALS.items()]


def _signal(name: str, rows: list[ColumnDrift], trigger: TriggerParams) -> Signal:
    states = {row.state for row in rows}
    order: tuple[State, ...] = ("fired", "quiet", "underpowered")
    state: State = next((one for one in order if one in states), "unknown")
    told = [row for row in rows if row.state == state]
    return Signal(
        name=name,
        state=state,
        value=max((row.change for row in told if row.change is not None), default=None),
        threshold=trigger.drift.min_change,
        n=max((row.n for row in rows), default=0),
        p_value=min((row.p_value for row in told if row.p_value is not None), default=None),
        why=_why(told, rows) if rows else "no column to compare",
    )


def _why(told: list[ColumnDrift], rows: list[ColumnDrift]) -> str:
    """The first of the columns that decide, how many more there are, and how many could not be judged."""
    first, open_ones = told[0], [row for row in rows if row.state in ("unknown", "underpowered") and row not in told]
    more = f" and {_columns(len(told) - 1, 'more ')}" if len(told) > 1 else ""
    if first.state == "unknown":
        return f"{first.where} ({first.column}{more})"
    words = f"{first.column} {first.where}" if first.state == "fired" else f"{first.column}: {first.where}"
    if first.state == "quiet":
        words, more = f"no large and significant change in {_columns(len(told))}, the largest is {words}", ""
    return words + more + (f"; {_columns(len(open_ones))} could not be judged" if open_ones else "")


def _columns(n: int, more: str = "") -> str:
    return f"{n} {more}column" + ("" if n == 1 else "s")


def _judged(row: ColumnDrift, p: float, trigger: TriggerParams) -> ColumnDrift:
    return replace(row, p_value=p, state="fired" if p < trigger.significance else row.state)


def _compared(current: dict[str, Any], reference: dict[str, Any], columns: Columns, limits: Drift) -> Iterator[ColumnDrift]:
    """Every column, p-values uncorrected and nothing fired yet."""
    for name in columns.features:
        pair = reference.get("columns", {}).get(name), current["columns"].get(name)
        yield _row("feature", name, pair, (reference.get("rows", 0), current["rows"]), limits)
    said = reference.get("predictions"), current["predictions"]
    yield _row("prediction", f"predicted {columns.target}", said, (_rows(said[0]), _rows(said[1])), limits)
    given = reference.get("labels"), current["labels"]
    yield _row("label", columns.target, given, (_rows(given[0]), _rows(given[1])), limits)


def _row(
    family: Family, column: str, pair: tuple[Sketch | None, Sketch | None], rows: tuple[int, int], limits: Drift
) -> ColumnDrift:
    old, new = pair
    reason = _incomparable(old, new, rows)
    if reason or old is None or new is None:
        return ColumnDrift(family=family, column=column, change=None, where=reason, p_value=None, n=rows[1], state="unknown")
    found = _change(old, new, rows, limits)
    powered = min(rows) >= limits.min_rows
    return ColumnDrift(
        family=family,
        column=column,
        change=found.size,
        where=found.where if powered else f"{min(rows)} rows are too few",
        p_value=found.p if powered else None,
        n=rows[1],
        state="quiet" if powered and found.complete else "underpowered",
    )


def _incomparable(old: Sketch | None, new: Sketch | None, rows: tuple[int, int]) -> str:
    """Why two sketches cannot be compared; empty where they can."""
    if not old:
        return "the baseline's profile has nothing of it"
    if not readable(old):
        return "the baseline's profile was made by an earlier version"
    if not new or not rows[1]:
        return "no rows to compare"
    return "" if old["kind"] == new["kind"] else f"{old['kind']} in the baseline's profile, {new['kind']} now"


def _rows(sketch: Sketch | None) -> int:
    """The rows of a sketch in which a row has one value at most."""
    return sketch["missing"] + sum(sketch["counts"].values()) if sketch and readable(sketch) else 0


def _change(old: Sketch, new: Sketch, rows: tuple[int, int], limits: Drift) -> _Change:
    if old["kind"] == "numeric":
        return _numeric(old, new, rows, limits)
    return _levels(old, new, rows, limits)


def _levels(old: Sketch, new: Sketch, rows: tuple[int, int], limits: Drift) -> _Change:
    """The largest change of a level's share; Bonferroni over all levels, of which gaps are one."""
    names = sorted({*old["counts"], *new["counts"]})
    before, after = (
        np.array([side["missing"], *(side["counts"].get(name, 0) for name in names)], dtype="int64") for side in (old, new)
    )
    change = np.abs(after / rows[1] - before / rows[0])
    large = change >= limits.min_change
    p = share_p_values(before[large], rows[0], after[large], rows[1]).min(initial=1.0)
    levels = max(1, len(names) + bool(before[0] + after[0]))  # texts may have no word
    at = int(np.argmax(change))
    where = _moved(_level([None, *names][at], old["kind"]), before[at] / rows[0], after[at] / rows[1])
    where += " of rows" if old["kind"] == "words" and at else ""  # a row has many words: their shares do not add up to 100 %
    return _Change(size=float(change[at]), where=where, p=min(1.0, levels * float(p)))


def _numeric(old: Sketch, new: Sketch, rows: tuple[int, int], limits: Drift) -> _Change:
    """The larger change of the distribution and of the share of gaps; Bonferroni over both."""
    gaps = [np.array([side["missing"]]) for side in (old, new)]
    shares = [side["missing"] / n for side, n in zip((old, new), rows, strict=True)]
    gap = _Change(
        size=abs(shares[1] - shares[0]),
        where=_moved(GAP, *shares),
        p=float(share_p_values(gaps[0], rows[0], gaps[1], rows[1])[0]),
    )
    parts = [gap]
    present = [n - side["missing"] for side, n in zip((old, new), rows, strict=True)]
    if min(present) >= limits.min_rows:
        parts.append(_distribution(old, new))
    largest = max(parts, key=lambda part: part.size)
    p = min((part.p for part in parts if part.size >= limits.min_change), default=1.0)
    return replace(largest, p=min(1.0, 2 * p), complete=len(parts) == 2 or not all(present))


def _distribution(old: Sketch, new: Sketch) -> _Change:
    """Kolmogorov and Smirnov's test of the numbers that are there, on codes of the same bits."""
    bits = min(old["bits"], new["bits"])
    (before, before_rows), (after, after_rows) = (number_codes(side) for side in (old, new))
    codes, places = np.unique(
        np.concatenate([before >> (old["bits"] - bits), after >> (new["bits"] - bits)]), return_inverse=True
    )
    rows = [
        np.bincount(places[: len(before)], before_rows, minlength=len(codes)),
        np.bincount(places[len(before) :], after_rows, minlength=len(codes)),
    ]
    size, at, p = distance(*rows)
    below = [float(side[: at + 1].sum() / side.sum()) for side in rows]
    return _Change(size=size, where=_moved(f"up to {numbers(codes[[at]], bits)[0]:.6g}", *below), p=p)


def _moved(label: str, before: float, after: float) -> str:
    return f"{label}: {before:.1%} → {after:.1%}"


def _level(name: str | None, kind: str) -> str:
    """A level in words for people; which words a bucket stands for, nobody knows."""
    if name is None:
        return GAP
    line = "some words" if kind == "words" else " ".join(name.split())
    return line if len(line) <= NAME_LENGTH else f"{line[: NAME_LENGTH - 1]}…"
