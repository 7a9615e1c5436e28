"""Do the labels of a batch belong to its rows? Counted by how often they equal the predictions that were served nearby."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[Any]

LAGS = (-2, -1, 0, 1, 2)


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How often labels equal predictions.

    `by_lag`: (rows agreeing, rows compared) of each label with the prediction so many rows below it. `by_chance`, `at_best`: rows
    that would agree were the same labels dealt out at random, or as well as can be.
    """

    by_lag: dict[int, tuple[int, int]]
    by_chance: float
    at_best: int

    @property
    def compared(self) -> int:
        """Rows with a label and a prediction."""
        return self.by_lag[0][1]


def agreement(labels: pd.Series, served: pd.Series) -> Agreement:
    """Compare the labels with the predictions, both in file order.

    Numbers agree where both lie above, or both not above, the median of their own column.
    """
    own, other = _halves(labels, served) if pd.api.types.is_float_dtype(labels) else _codes(labels, served)
    both = (own >= 0) & (other >= 0)
    classes = max(own.max(initial=0), other.max(initial=0)) + 1
    counts = np.stack([np.bincount(codes[both], minlength=classes) for codes in (own, other)])
    return Agreement(
        by_lag={lag: _agreeing(own, other, lag) for lag in LAGS},
        by_chance=float((counts[0] * (counts[1] / max(both.sum(), 1))).sum()),
        at_best=int(counts.min(axis=0).sum()),
    )


NOTHING = Agreement(by_lag=dict.fromkeys(LAGS, (0, 0)), by_chance=0.0, at_best=0)


def _codes(labels: pd.Series, served: pd.Series) -> tuple[Array, Array]:
    codes, _ = pd.factorize(pd.concat([labels.astype("str"), served.astype("str")], ignore_index=True))
    return codes[: len(labels)], codes[len(labels) :]


def _halves(labels: pd.Series, served: pd.Series) -> tuple[Array, Array]:
    return _half(labels), _half(pd.to_numeric(served, errors="coerce"))


def _half(numbers: pd.Series) -> Array:
    """1 above the median, 0 not above it, -1 for a gap; shape (rows,)."""
    held = numbers.to_numpy(dtype="float64")
    present = np.isfinite(held)
    middle = np.median(held[present]) if present.any() else 0.0
    return np.where(present, np.where(held > middle, 1, 0), -1)


def _agreeing(own: Array, other: Array, lag: int) -> tuple[int, int]:
    mine = own[max(-lag, 0) : len(own) - max(lag, 0)]
    near = other[max(lag, 0) : len(other) + min(lag, 0)]
    compared = (mine >= 0) & (near >= 0)
    return int((compared & (mine == near)).sum()), int(compared.sum())
