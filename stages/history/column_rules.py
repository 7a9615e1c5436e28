"""Batch rules on columns: gaps, defaults that replace what was not known, changed units, renamed categories."""

from collections.abc import Sequence

import numpy as np

from stages.history.column import CLOCK, TOP, Size
from stages.history.sketch import Sketch
from stages.history.usual import ENOUGH, Change, Range, shares, table, unlike

History = Sequence[Sketch]


def missing(own: Sketch, history: History) -> list[Change]:
    """Columns with more gaps than usual."""
    names = sorted(own.missing)
    past = [batch for batch in history if batch.rows and set(names) <= set(batch.missing)]
    if not own.rows or len(past) < ENOUGH:
        return []
    now = shares([own.missing[name] for name in names], own.rows, len(names))
    before = shares(table([batch.missing for batch in past], names), [[batch.rows] for batch in past], len(names))
    return _rises(now, before, [f"{name}: gaps" for name in names])


def one_value(own: Sketch, history: History) -> list[Change]:
    """Columns in which one value is on more rows than usual."""
    return [
        change for name in sorted(own.values) for change in _one_value(own, _with_values(history, name), name, len(own.values))
    ]


def unit(own: Sketch, history: History) -> list[Change]:
    """Numeric columns whose numbers are of another size than usual."""
    found = []
    for name, size in sorted(own.sizes.items()):
        past = [batch.sizes[name] for batch in history if name in batch.sizes]
        if len(past) < ENOUGH:
            continue
        change = unlike(_range([size], (1,)), _range(past, (len(past), 1)), factor=True).item()
        usual = float(np.median([before.median for before in past]))
        why = f"{name}: the median size {size.median:.4g} is {size.median / usual:.3g} times the usual {usual:.4g}"
        found.append(Change(size=abs(change), why=why, factor=True))
    return found


def renamed(own: Sketch, history: History) -> list[Change]:
    """Categorical columns in which values came up that no batch had, while values that the newest ones had are gone."""
    found = [_renamed(own, _with_values(history, name), name) for name in own.categorical]
    return [change for change in found if change]


def _one_value(own: Sketch, past: History, name: str, columns: int) -> list[Change]:
    values = sorted(own.values[name])
    if not values or len(past) < ENOUGH:
        return []
    at_once = columns * len(values)
    now = shares([own.values[name][value] for value in values], _present(own, name), at_once)
    counts = table([batch.values[name] for batch in past], values, [_rest(batch, name) for batch in past])
    before = shares(counts, [[_present(batch, name)] for batch in past], at_once)
    what = CLOCK if values == [CLOCK] else "value"
    found = _rises(now, before, [f"{name}: rows with one and the same {what}"] * len(values))
    return sorted(found, key=lambda change: -change.size)[:1]


def _renamed(own: Sketch, past: History, name: str) -> Change | None:
    if len(past) < ENOUGH or not own.values[name]:
        return None
    values = sorted(set(own.values[name]).union(*(batch.values[name] for batch in past)))
    now_counts = table([own.values[name]], values)[0]
    rests = [_rest(batch, name) for batch in past]
    now = shares(np.maximum(now_counts, np.where(now_counts > 0, 0, _rest(own, name))), _present(own, name), len(values))
    before = shares(
        table([batch.values[name] for batch in past], values, rests), [[_present(batch, name)] for batch in past], len(values)
    )
    seen = table([batch.values[name] for batch in past], values) > 0
    new = (now_counts > 0) & ~seen.any(axis=0) & (now.low > before.high).all(axis=0)
    gone = (now_counts == 0) & (now.high < before.low[-ENOUGH:]).all(axis=0)
    came, went = float(now.value[new].sum()), float(np.median(before.value[-ENOUGH:], axis=0)[gone].sum())
    why = f"{name}: {came:.1%} of the rows have values that are new, and values that {went:.1%} had are gone"
    return Change(size=min(came, went), why=why)


def _rises(now: Range, before: Range, names: list[str]) -> list[Change]:
    usual = np.median(before.value, axis=0)
    return [
        Change(size=change, why=f"{name} rose from {was:.1%} to {share:.1%} of the rows")
        for name, change, was, share in zip(names, unlike(now, before).tolist(), usual, now.value, strict=True)
    ]


def _with_values(history: History, name: str) -> list[Sketch]:
    return [batch for batch in history if batch.values.get(name)]


def _present(batch: Sketch, name: str) -> int:
    return batch.rows - batch.missing[name]


def _rest(batch: Sketch, name: str) -> int:
    """On how many rows a value that was not kept may be: no more than the rarest one that was."""
    return min(batch.values[name].values()) if len(batch.values[name]) >= TOP else 0


def _range(sizes: Sequence[Size], shape: tuple[int, ...]) -> Range:
    return Range(*(np.reshape([getattr(size, name) for size in sizes], shape) for name in ("median", "low", "high")))
