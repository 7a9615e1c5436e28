"""Has a column changed against the baseline's profile? Large and significant, or it does not count.

With large samples everything is significant and with small ones everything looks large, so a column has drifted only where
the change in shares is at least `min_change` and significant after Holm's correction over all columns.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom, kstwobign, norm

from stages.sections import Columns, Drift
from stages.signals.profile import WORDS, profile

Array = NDArray[Any]

RARE = 0.1  # a share below which the normal distribution makes chance look like change


@dataclass(frozen=True)
class ColumnDrift:
    """One column: the largest `change` of a share, in which value or word (`where`), its corrected p-value and the state."""

    column: str
    change: float
    where: str
    p_value: float
    state: str


def feature_drift(recent: pd.DataFrame, reference: dict[str, Any], columns: Columns, drift: Drift) -> list[ColumnDrift]:
    """Compare recent rows with a profile, column by column; the largest change first."""
    current = profile(recent, None, columns)
    found = {
        name: _change(reference["columns"][name], current["columns"][name])
        for name in columns.features
        if name in reference["columns"]
    }
    corrected = holm([p for _, _, p in found.values()])
    powered = min(len(recent), reference["rows"]) >= drift.min_rows
    rows = [
        ColumnDrift(name, change, where, p, _state(change, p, drift) if powered else "underpowered")
        for (name, (change, where, _)), p in zip(found.items(), corrected, strict=True)
    ]
    return sorted(rows, key=lambda row: (-row.change, row.column))


def label_shift(recent: pd.Series, reference: dict[str, int], drift: Drift) -> ColumnDrift | None:
    """Compare recent labels with those the baseline was trained on; None where one side has none (regression, version 0)."""
    counts = {str(value): int(count) for value, count in recent.dropna().value_counts().items()}
    if not counts or not reference:
        return None
    old, new = sum(reference.values()), sum(counts.values())
    change, where, p = _levels(reference, old, counts, new)
    powered = min(old, new) >= drift.min_rows
    return ColumnDrift("label", change, where, p, _state(change, p, drift) if powered else "underpowered")


def holm(p_values: list[float]) -> list[float]:
    """Holm's step-down correction: the k-th smallest of m is multiplied by m - k + 1, never below the one before.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    steps = np.asarray(p_values)[order] * np.arange(len(p_values), 0, -1)
    corrected = np.empty(len(p_values))
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return [float(p) for p in corrected]


def _state(change: float, p: float, drift: Drift) -> str:
    return "fired" if change >= drift.min_change and p < drift.significance else "quiet"


def _change(old: dict[str, Any], new: dict[str, Any]) -> tuple[float, str, float]:
    """The largest change of a share, where it is, and its p-value."""
    if not old["present"] or not new["present"]:
        gone = bool(old["present"]) != bool(new["present"])
        return (1.0, "all missing", 0.0) if gone else (0.0, "", 1.0)
    if old["kind"] == "numeric":
        return _distribution(old, new)
    counts = _known_words(old["counts"], new["counts"]) if old["kind"] == "text" else old["counts"]
    return _levels(counts, old["present"], new["counts"], new["present"])


def _known_words(old: dict[str, int], new: dict[str, int]) -> dict[str, int]:
    """The profile's words; a new word may have been as frequent as the rarest word that the profile kept."""
    floor = min(old.values(), default=0) if len(old) >= WORDS else 0
    return dict.fromkeys(new, floor) | old


def _levels(old: dict[str, int], old_rows: int, new: dict[str, int], new_rows: int) -> tuple[float, str, float]:
    """The largest change of a level's share and the smallest p-value, Bonferroni over the levels."""
    levels = sorted(set(old) | set(new))
    if not levels:  # texts without a word
        return 0.0, "", 1.0
    counts = np.array([[side.get(level, 0) for level in levels] for side in (old, new)])
    before, after = counts[0] / old_rows, counts[1] / new_rows
    place = int(np.argmax(np.abs(after - before)))
    p = float(min(1.0, _proportions(counts, old_rows, new_rows).min() * len(levels)))
    return float(abs(after - before)[place]), f"{levels[place]}: {before[place]:.1%} → {after[place]:.1%}", p


def _proportions(counts: Array, old_rows: int, new_rows: int) -> Array:
    """Two-sided p-values of equal shares: the z-test, and for rare levels the binomial of the new rows among all of the level.

    Parameters
    ----------
    counts : rows by side (old, new) and level, shape (2, levels).
    """
    total, rows = counts.sum(axis=0), old_rows + new_rows
    pooled = total / rows
    error = np.sqrt(pooled * (1 - pooled) * (1 / old_rows + 1 / new_rows))
    z = np.divide(np.abs(counts[1] / new_rows - counts[0] / old_rows), error, out=np.zeros(len(total)), where=error > 0)
    share = new_rows / rows
    tail = np.minimum(binom.cdf(counts[1], total, share), binom.sf(counts[1] - 1, total, share))
    p_values: Array = np.where(pooled < RARE, 2 * tail, 2 * norm.sf(z))
    return p_values


def _distribution(old: dict[str, Any], new: dict[str, Any]) -> tuple[float, str, float]:
    """Kolmogorov-Smirnov on the number codes; conservative, because numbers of one code are ties."""
    sides = [pd.Series({int(code): count for code, count in side["counts"].items()}, dtype="int64") for side in (old, new)]
    both = pd.concat(sides, axis=1).fillna(0).sort_index()
    shares = (both / both.sum()).cumsum().to_numpy()
    change = float(np.abs(shares[:, 0] - shares[:, 1]).max())
    n, m = old["present"], new["present"]
    return change, "distribution", float(kstwobign.sf(change * np.sqrt(n * m / (n + m))))
