"""A sketch of the training data that is kept beside the model, so that drift is seen without the old rows.

Every part is a table of counts, so two sketches merge by adding up (of words, the most frequent are kept).
"""

import re
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from stages.sections import Columns

WORDS = 1000  # the most frequent words of a text column
_WORD = re.compile(r"(?u)\b\w\w+\b")
STEPS = 16  # bins an octave: a number is known to 1/16 of its size at worst


def profile(frame: pd.DataFrame, labels: pd.Series | None, columns: Columns) -> dict[str, Any]:
    """Sketch the feature columns and the labels.

    Returns
    -------
    dict with `rows` and, a column, `kind` (text, categorical, numeric), `present` (rows that are no gap) and `counts`: rows by
    value, rows by word, or rows by number code; `labels` likewise for classes.
    """
    sketches = {name: _sketch("text", frame[name], word_counts(frame[name])) for name in columns.text}
    sketches |= {name: _sketch("categorical", frame[name], _values(frame[name])) for name in columns.categorical}
    sketches |= {name: _sketch("numeric", frame[name], _values(codes(frame[name]))) for name in columns.numeric}
    counted = {} if labels is None or pd.api.types.is_float_dtype(labels) else _values(labels)
    return {"rows": len(frame), "columns": sketches, "labels": counted}


def codes(numbers: pd.Series) -> pd.Series:
    """Whole numbers in the order of the numbers, 16 to an octave; gaps are left out.

    Examples
    --------
    >>> codes(pd.Series([-1.0, 0.0, 1.0, 1.01, 2.0])).tolist()
    [-20016, 0, 20016, 20016, 20032]
    """
    mantissa, exponent = np.frexp(np.abs(numbers.dropna().to_numpy(dtype="float64")))
    size = 20000 + exponent * STEPS + np.floor((mantissa - 0.5) * 2 * STEPS)
    return pd.Series(np.where(mantissa == 0, 0, np.sign(numbers.dropna().to_numpy()) * size).astype("int64"))


def word_counts(text: pd.Series) -> dict[str, int]:
    """Rows by word, of the `WORDS` most frequent: lower case, two letters or more, as scikit-learn's vectorizers read."""
    counts: Counter[str] = Counter()
    for document in text.dropna().astype(object):
        counts.update(set(_WORD.findall(document.lower())))
    frequent = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:WORDS]
    return dict(sorted(frequent))


def _values(values: pd.Series) -> dict[str, int]:
    return {str(value): int(count) for value, count in values.dropna().value_counts().items()}


def _sketch(kind: str, column: pd.Series, counts: dict[str, int]) -> dict[str, Any]:
    return {"kind": kind, "present": int(column.notna().sum()), "counts": counts}
