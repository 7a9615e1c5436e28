"""What a model learns from: rows in the order of their batches, and how much each of them counts."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from sklearn.utils.class_weight import compute_sample_weight

Array = np.ndarray[Any, np.dtype[Any]]

NEWEST = 0.2  # share of the rows, in whole batches, that count as the newest


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Training rows.

    Attributes
    ----------
    inputs : the columns that a model sees, shape (rows, features).
    labels : shape (rows,).
    batch : the place in time of each row's batch, 0 the oldest; shape (rows,).
    trust : how much each row's label counts by its source, shape (rows,); None: all alike.
    weights : how much each row counts when the model is fitted, shape (rows,): trust, times the weight of its class where
        classes are balanced; None: all alike.
    """

    inputs: pd.DataFrame
    labels: Array
    batch: Array
    trust: Array | None = None
    weights: Array | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def at(self, which: Array) -> "Rows":
        """Those rows at these positions, or where a mask is true."""
        return Rows(
            inputs=self.inputs.iloc[which],
            labels=self.labels[which],
            batch=self.batch[which],
            trust=None if self.trust is None else self.trust[which],
            weights=None if self.weights is None else self.weights[which],
        )


def evenly(rows: int, most: int) -> Array:
    """The positions of at most `most` of so many rows, evenly spaced, the first and the last among them.

    Examples
    --------
    >>> evenly(5, 3).tolist(), evenly(2, 3).tolist()
    ([0, 2, 4], [0, 1])
    """
    return np.linspace(0, rows - 1, min(rows, most)).astype(int)


def newest(batch: Array) -> Array:
    """Which rows lie in the fewest newest batches that hold `NEWEST` of all rows; the oldest batch never, so of one batch none.

    Parameters
    ----------
    batch : the place in time of each row's batch, 0 the oldest; shape (rows,).

    Returns
    -------
    bool, shape (rows,).

    Examples
    --------
    The last batch holds a tenth of the rows, the last two a half.

    >>> newest(np.repeat([0, 1, 2], [5, 4, 1])).sum()
    np.int64(5)
    """
    counts = np.bincount(batch)
    newer: Array = counts[::-1].cumsum()[::-1] - counts  # rows of the batches after each
    found: Array = (newer[batch] < NEWEST * len(batch)) & (batch > batch.min())
    return found


def source_weights(sources: "pd.Series[str]", weights: dict[str, float]) -> Array | None:
    """How much each row's label counts by its source, 1 where the source is not named; None where none is."""
    if not weights:
        return None
    found: Array = sources.map(weights).fillna(1.0).to_numpy(dtype="float64")
    return found


def row_weights(labels: Array, trust: Array | None, class_weight: Literal["balanced"] | None) -> Array | None:
    """How much each row counts: `trust`, and where classes are balanced rows / (classes · rows of its class) times that."""
    if class_weight is None:
        return trust
    balanced: Array = compute_sample_weight(class_weight, labels)
    return balanced if trust is None else balanced * trust


def group_codes(column: "pd.Series[Any]") -> Array:
    """A number for each row's group; a row that names none stands alone."""
    codes, names = pd.factorize(column)
    alone = codes < 0
    return np.where(alone, len(names) + np.cumsum(alone), codes)
