"""A sketch of rows that is kept beside the model, so that change is seen without the old rows.

Every part is a table of counts, so sketches add up: `merge` of the profiles of parts is the profile of the whole, to the byte.
No word of a text is kept, only how many rows have a word of which bucket.
"""

import zlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pandas.api.types import is_bool_dtype, is_numeric_dtype
from scipy import sparse

from stages.sections import Columns

Array = NDArray[Any]
Sketch = dict[str, Any]

NUMBERS = 2048  # different codes that are kept of a numeric column
MANTISSA = 52  # bits of a float64's mantissa: a code of so many is the number itself
BUCKETS = 4096  # of words
PIECE = 2_000  # rows whose words are held in memory at a time
KINDS = {
    "categorical": {"kind", "missing", "counts"},
    "words": {"kind", "missing", "counts"},
    "numeric": {"kind", "missing", "counts", "bits"},
}


def profile(
    frame: pd.DataFrame, columns: Columns, labels: pd.Series | None = None, predictions: pd.Series | None = None
) -> dict[str, Any]:
    """Sketch the feature columns, the labels and a model's answers.

    Parameters
    ----------
    frame : with the columns `columns.features`.
    labels, predictions : classes as text, or numbers; of these rows or of others, None where there are none.

    Returns
    -------
    dict with `rows`, `columns` (a sketch by name), `labels` and `predictions` (a sketch or None). A sketch has `kind`, `missing`
    (rows without a value) and `counts`, by `kind`: `categorical` rows by value; `words` rows by bucket of a word that they have;
    `numeric` rows by code, the number in the order of all numbers with `bits` bits of its mantissa.
    """
    sketches = {name: _words(frame[name]) for name in columns.text}
    sketches |= {name: _values(frame[name]) for name in columns.categorical}
    sketches |= {name: _numbers(frame[name]) for name in columns.numeric}
    return {
        "rows": len(frame),
        "columns": dict(sorted(sketches.items())),
        "labels": None if labels is None else answers(labels),
        "predictions": None if predictions is None else answers(predictions),
    }


def of_training(
    frame: pd.DataFrame, newest: Array, columns: Columns, labels: pd.Series, predictions: pd.Series | None
) -> dict[str, Any]:
    """The profile of training rows, and as its `newest` part the profile of those of the newest batches; None without any.

    Old rows hold an old world. What the newest rows show as well is no news to a model that has learned from them.

    Parameters
    ----------
    newest : which rows those are, bool, shape (rows,).
    predictions : answers on the newest rows, so the newest part has none of its own.
    """
    parts = [profile(frame[own], columns, labels[own]) for own in (~newest, newest)]
    said = None if predictions is None else answers(predictions)
    return merge(parts) | {"predictions": said, "newest": parts[1] if newest.any() else None}


def answers(values: pd.Series) -> Sketch:
    """The sketch of labels or predictions, of classes where they are no numbers."""
    return _numbers(values) if is_numeric_dtype(values) and not is_bool_dtype(values) else _values(values)


def merge(profiles: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The profile of all rows from the profiles of parts, at least one, of the same columns.

    Labels and predictions are those of the parts that have them; which rows are the newest, the parts do not tell.
    """
    parts = {name: [one["columns"][name] for one in profiles] for name in profiles[0]["columns"]}
    said = {name: [one[name] for one in profiles if one[name] is not None] for name in ("labels", "predictions")}
    return {
        "rows": sum(one["rows"] for one in profiles),
        "columns": {name: _merged(sketches) for name, sketches in parts.items()},
        **{name: _merged(sketches) if sketches else None for name, sketches in said.items()},
    }


def readable(sketch: object) -> bool:
    """Whether this version made the sketch."""
    return isinstance(sketch, dict) and set(sketch) == KINDS.get(str(sketch.get("kind")))


def number_codes(sketch: Sketch) -> tuple[Array, Array]:
    """The codes of a numeric sketch, ascending, and their rows; both of shape (codes,)."""
    codes = np.fromiter(map(int, sketch["counts"]), dtype="int64", count=len(sketch["counts"]))
    rows = np.fromiter(sketch["counts"].values(), dtype="int64", count=len(codes))
    order = np.argsort(codes)
    return codes[order], rows[order]


def numbers(codes: Array, bits: int) -> Array:
    """The numbers at which codes begin (below zero: end), shape (codes,)."""
    return _flipped(codes << (MANTISSA - bits)).view("float64")


def _merged(sketches: Sequence[Sketch]) -> Sketch:
    missing, kind = sum(one["missing"] for one in sketches), sketches[0]["kind"]
    if kind == "numeric":
        parts = [(number_codes(one), MANTISSA - one["bits"]) for one in sketches]
        images = np.concatenate([codes << shift for (codes, _), shift in parts])
        order = np.argsort(images, kind="stable")
        rows = np.concatenate([rows for (_, rows), _ in parts])[order]
        return _coded(images[order], rows, missing, max(shift for _, shift in parts))
    counts: Counter[str] = Counter()
    for one in sketches:
        counts.update(one["counts"])
    return {"kind": kind, "missing": missing, "counts": dict(sorted(counts.items()))}


def _values(column: pd.Series) -> Sketch:
    found = column.astype("str").value_counts()  # gaps stay gaps
    counts = dict(sorted(zip(found.index.tolist(), found.tolist(), strict=True)))
    return {"kind": "categorical", "missing": len(column) - sum(counts.values()), "counts": counts}


def _numbers(column: pd.Series) -> Sketch:
    held = column.to_numpy(dtype="float64", na_value=np.nan)
    present = np.sort(held[~np.isnan(held)] + 0.0)  # no negative zero
    return _coded(_flipped(present.view("int64")), None, len(held) - len(present), 0)


def _coded(images: Array, rows: Array | None, missing: int, shift: int) -> Sketch:
    """Drop the last `shift` bits of every image, and as many more as it takes until at most `NUMBERS` codes are left.

    Two neighbours have the same code where no bit from `shift` on differs, so the most bits that can stay are told by the
    NUMBERS-th largest difference; and it is no matter which bits beyond them were dropped before.

    Parameters
    ----------
    images : ascending, shape (numbers,).
    rows : by image, shape (numbers,); None: one each.
    """
    differ = (images[1:] ^ images[:-1]).view("uint64")
    if len(differ) >= NUMBERS:
        shift = max(shift, int(np.partition(differ, -NUMBERS)[-NUMBERS]).bit_length())
    starts = np.flatnonzero(np.append(True, differ >> np.uint64(shift) != 0)[: len(images)])
    codes = (images[starts] >> shift).tolist()
    counted = np.diff(np.append(starts, len(images))) if rows is None else np.add.reduceat(rows, starts) if len(rows) else rows
    counts = dict(sorted(zip(map(str, codes), counted.tolist(), strict=True)))
    return {"kind": "numeric", "missing": missing, "bits": MANTISSA - shift, "counts": counts}


def _flipped(images: Array) -> Array:
    """From the bits of floats to whole numbers in the order of the floats, and back: below zero all bits but the sign turn."""
    return np.where(images < 0, images ^ np.iinfo("int64").max, images)


def _words(column: pd.Series) -> Sketch:
    rows = np.zeros(BUCKETS, dtype="int64")
    for start in range(0, len(column), PIECE):
        rows += np.bincount(_row_buckets(column.iloc[start : start + PIECE]), minlength=BUCKETS)
    counts = {str(bucket): int(rows[bucket]) for bucket in np.flatnonzero(rows)}
    return {"kind": "words", "missing": int(column.isna().sum()), "counts": dict(sorted(counts.items()))}


def _row_buckets(texts: pd.Series) -> Array:
    """Every bucket of every text, once each, as scikit-learn's vectorizers read words: lower case, two letters or more.

    Every different spelling is taken apart once, not every occurrence.
    """
    cells = pa.chunked_array([pa.array(texts, from_pandas=True)]).cast(pa.large_string()).combine_chunks()
    spellings = pc.utf8_split_whitespace(cells)
    spelled = pc.dictionary_encode(pc.list_flatten(spellings))
    words = pc.split_pattern_regex(pc.utf8_lower(spelled.dictionary), r"[^\pL\pN_]+")
    flat, spelling = pc.list_flatten(words), pc.list_parent_indices(words)
    long = pc.greater_equal(pc.utf8_length(flat), 2)
    buckets = [zlib.crc32(word) % BUCKETS for word in pc.filter(flat, long).cast(pa.large_binary()).to_pylist()]
    row = pc.list_parent_indices(spellings).to_numpy()
    has = _ones(row, spelled.indices.to_numpy(), (len(texts), len(spelled.dictionary)))
    means = _ones(pc.filter(spelling, long).to_numpy(), np.array(buckets, dtype="int64"), (len(spelled.dictionary), BUCKETS))
    found: Array = (has @ means).indices
    return found


def _ones(row: Array, column: Array, shape: tuple[int, int]) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(row), dtype="int32"), (row, column)), shape=shape)
