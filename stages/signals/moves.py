"""By how much have the rows of one column moved away from what the baseline knows, where, and is that more than chance?

What the baseline knows is all of its training rows, and what the newest of them are like: old rows hold an old world, which the
newest have left behind. A share has moved only where it is far from both, in the same direction.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.sections import Drift
from stages.signals.profile import Sketch, number_codes, numbers
from stages.signals.shares import apart, apart_p_value, share_p_values

Array = NDArray[Any]

GAP = "no value"
NAME_LENGTH = 40  # of a category, in words for people


@dataclass(frozen=True, kw_only=True)
class Side:
    """The sketch of a column, and the rows that it was made of."""

    sketch: Sketch
    rows: int


@dataclass(frozen=True, kw_only=True)
class Move:
    """The largest change of a share against all training rows, of those that are `new` if any is; `where` it is.

    `new`: the largest change that the newest training rows do not show either. `p` of the new changes that are large enough, 1
    if none is; `complete`: every part of the column could be tested.
    """

    size: float
    where: str
    new: float
    p: float
    complete: bool = True


def move(whole: Side, newest: Side | None, now: Side, limits: Drift) -> Move:
    """Of a column with sketches of one kind; `newest` is None where all training rows are all that is known."""
    if now.sketch["kind"] == "numeric":
        return _numeric(whole, newest, now, limits)
    return _levels(whole, newest, now, limits)


def _levels(whole: Side, newest: Side | None, now: Side, limits: Drift) -> Move:
    """The largest change of a level's share; Bonferroni over all levels, of which gaps are one."""
    names = sorted({*whole.sketch["counts"], *now.sketch["counts"]})
    before, after = (_counts(side, names) for side in (whole, now))
    change = after / now.rows - before / whole.rows
    new = _new(change, None if newest is None else after / now.rows - _counts(newest, names) / newest.rows)
    large = new >= limits.min_change
    p = share_p_values(before[large], whole.rows, after[large], now.rows).min(initial=1.0)
    levels = max(1, len(names) + bool(before[0] + after[0]))  # texts may have no word
    at = int(np.argmax(np.abs(change) * (large if large.any() else 1)))
    kind = now.sketch["kind"]
    where = _moved(_level([None, *names][at], kind), before[at] / whole.rows, after[at] / now.rows)
    where += " of rows" if kind == "words" and at else ""  # a row has many words: their shares do not add up to 100 %
    return Move(size=float(abs(change[at])), where=where, new=float(new.max()), p=min(1.0, levels * float(p)))


def _counts(side: Side, names: list[str]) -> Array:
    """Rows with a gap, and with each level."""
    return np.array([side.sketch["missing"], *(side.sketch["counts"].get(name, 0) for name in names)], dtype="int64")


def _new(change: Array, since: Array | None) -> Array:
    """What of a change is as large since the newest training rows, and in the same direction; 0 where it was there before."""
    if since is None:
        return np.abs(change)
    nearer: Array = np.where(change * since > 0, np.minimum(np.abs(change), np.abs(since)), 0.0)
    return nearer


def _numeric(whole: Side, newest: Side | None, now: Side, limits: Drift) -> Move:
    """The larger change of the distribution and of the share of gaps; Bonferroni over both."""
    parts = [_levels(_gaps(whole), newest and _gaps(newest), _gaps(now), limits)]
    present = [_present(side) for side in (whole, now)]
    if min(present) >= limits.min_rows:
        parts.append(_distribution(whole, newest if newest and _present(newest) >= limits.min_rows else None, now, limits))
    largest = max(parts, key=lambda part: (part.new >= limits.min_change, part.size))
    new, p = max(part.new for part in parts), min(part.p for part in parts)
    return replace(largest, new=new, p=min(1.0, 2 * p), complete=len(parts) == 2 or not all(present))


def _gaps(side: Side) -> Side:
    return replace(side, sketch={"kind": "gaps", "missing": side.sketch["missing"], "counts": {}})


def _present(side: Side) -> int:
    return side.rows - int(side.sketch["missing"])


def _distribution(whole: Side, newest: Side | None, now: Side, limits: Drift) -> Move:
    """Kolmogorov and Smirnov's test of the numbers that are there, on codes of the same bits."""
    sides = [side for side in (whole, now, newest) if side]
    bits = min(side.sketch["bits"] for side in sides)
    codes, (before, after, *since) = _rows_by_code([side.sketch for side in sides], bits)
    change = apart(before, after)
    new = _new(change, apart(since[0], after) if since else None)
    large = new >= limits.min_change
    at = int(np.argmax(np.abs(change) * (large if large.any() else 1)))
    size = float(abs(change[at]))
    p = apart_p_value(size, int(before.sum()), int(after.sum())) if large.any() else 1.0
    below = [float(side[: at + 1].sum() / side.sum()) for side in (before, after)]
    return Move(size=size, where=_moved(f"up to {numbers(codes[[at]], bits)[0]:.6g}", *below), new=float(new.max()), p=p)


def _rows_by_code(sketches: list[Sketch], bits: int) -> tuple[Array, list[Array]]:
    """All codes of so many bits, ascending, and each sketch's rows by code."""
    found = [(codes >> (sketch["bits"] - bits), rows) for sketch in sketches for codes, rows in [number_codes(sketch)]]
    codes = np.unique(np.concatenate([own for own, _ in found]))
    return codes, [np.bincount(np.searchsorted(codes, own), rows, minlength=len(codes)) for own, rows in found]


def _moved(label: str, before: float, after: float) -> str:
    return f"{label}: {before:.1%} → {after:.1%}"


def _level(name: str | None, kind: str) -> str:
    """A level in words for people; which words a bucket stands for, nobody knows."""
    if name is None:
        return GAP
    line = "some words" if kind == "words" else " ".join(name.split())
    return line if len(line) <= NAME_LENGTH else f"{line[: NAME_LENGTH - 1]}…"
