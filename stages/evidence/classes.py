"""Labels as whole numbers: a million of them are compared, counted and sorted as numbers, not as text."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

Array = np.ndarray[Any, np.dtype[Any]]
ROWS_AT_ONCE = 100_000  # that are looked up or counted, which bounds the memory


def places(labels: Array, classes: Array) -> Array:
    """Each label's place in `classes`, -1 where it is none of them; shape (rows,)."""
    # As the objects they are: pandas would turn text into another kind of text first.
    known = pd.Index(classes, dtype=None if classes.dtype.kind in "biuf" else object)
    found = np.empty(len(labels), dtype=np.min_scalar_type(-1 - len(known)))
    for start in range(0, len(labels), ROWS_AT_ONCE):
        part = labels[start : start + ROWS_AT_ONCE]
        same = pd.Index(part, dtype=object if known.dtype == object else part.dtype)
        found[start : start + ROWS_AT_ONCE] = known.get_indexer(same)
    return found


def coded(columns: Sequence[Array], classes: Sequence[Array]) -> tuple[list[Array], Array]:
    """Columns of labels as numbers from 0 on (-1: missing, NaN or None), and the labels that they stand for.

    These are every class of the models in order, then what else is in the columns.
    """
    known = classes[0] if all(np.array_equal(own, classes[0]) for own in classes) else _objects(_ordered(classes))
    codes = [places(column, known) for column in columns]
    others = [pd.unique(column[code < 0]) for column, code in zip(columns, codes, strict=True)]
    beyond = list(dict.fromkeys(label for found in others for label in found[~pd.isna(found)]))
    if not beyond:
        return codes, known
    known = np.concatenate([_objects(known.tolist()), _objects(beyond)])
    return [places(column, known) for column in columns], known


def _ordered(classes: Sequence[Array]) -> list[Any]:
    every = {label for own in classes for label in own.tolist()}
    return sorted(every, key=lambda label: (type(label).__name__, label))


def _objects(labels: list[Any]) -> Array:
    found = np.empty(len(labels), dtype=object)
    found[:] = labels
    return found


def never_predicted(truth: Array, answer: Array, least: int) -> list[str]:
    """The classes on at least `least` rows that are never answered."""
    names, rows = np.unique(truth.astype(str), return_counts=True)
    return sorted({str(name) for name in names[rows >= least]} - {str(name) for name in answer})
