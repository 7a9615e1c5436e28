"""What a batch looks like as a whole: counts that stay small whatever its size, so that no batch needs the rows of another."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from pandas.api.types import is_float_dtype

from stages.history.alignment import NOTHING, Agreement, agreement
from stages.history.column import Array, Look, Size, category, identifiers, instants, mixed, numbers, text
from stages.sections import Columns

NO_HASHES = np.array([], dtype="uint64")


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """A batch of rows, or of feedback; what does not apply is empty.

    Rows by name: gaps of a column (`missing`), most frequent values of a column (`values`; of text under a hash, of times only
    the most frequent time of day), `labels`, `reviewers`, `rules` that they fail; rows by hour of the day in UTC (`hours`); rows
    that do not count (`refused`). `content` is one hash of all rows in any order, of raw rows whatever their ids; "" where there
    are none. `hashes` are those of raw rows one by one, shape (rows,): for whoever needs them at once, they are not kept.
    """

    rows: int
    feedback: bool
    categorical: tuple[str, ...]
    missing: dict[str, int]
    values: dict[str, dict[str, int]]
    sizes: dict[str, Size]
    hours: tuple[int, ...]
    labels: dict[str, int]
    agreement: Agreement
    reviewers: dict[str, int]
    rules: dict[str, int]
    refused: int
    content: str
    hashes: Array = field(default_factory=lambda: NO_HASHES, repr=False, compare=False)

    def without(self, columns: Collection[str]) -> "Sketch":
        """The same batch, of which some columns are not looked at."""
        return replace(
            self,
            categorical=tuple(name for name in self.categorical if name not in columns),
            missing={name: own for name, own in self.missing.items() if name not in columns},
            values={name: own for name, own in self.values.items() if name not in columns},
            sizes={name: own for name, own in self.sizes.items() if name not in columns},
        )


def sketch(frame: pd.DataFrame, columns: Columns, *, failures: Mapping[str, int], task: str) -> Sketch:
    """Sketch one batch of typed rows.

    Parameters
    ----------
    frame : in file order; the target and what params.yaml calls null may be absent.
    failures : by rule, how many rows fail it. `refused` stays 0: set it where it is known which rows fail any rule.
    """
    looks, hashes = _taken_in(_raw(frame, columns, task))
    label = looks.pop(columns.target, None)
    others = [name for name in (columns.prediction, columns.model_version, columns.group) if name is not None and name in frame]
    served = frame.get(columns.prediction) if columns.prediction else None
    return Sketch(
        rows=len(frame),
        feedback=False,
        categorical=tuple(columns.categorical),
        missing={name: own.missing for name, own in looks.items()} | {name: int(frame[name].isna().sum()) for name in others},
        values={name: own.values for name, own in looks.items()},
        sizes=_sizes(looks | ({columns.target: label} if label else {})),
        hours=_hours(frame[columns.time]),
        labels=label.values if label and task == "classification" else {},
        agreement=NOTHING if label is None or served is None else agreement(frame[columns.target], served),
        reviewers={},
        rules=dict(failures),
        refused=0,
        content=_content(hashes),
        hashes=hashes,
    )


def sketch_feedback(frame: pd.DataFrame) -> Sketch:
    """Sketch one file of feedback; `rules` and `refused` stay empty: set them where the rules of labels are judged.

    Parameters
    ----------
    frame : DataFrame with the columns id, label, reviewer, action, reviewed_at, served (a gap where not known), in file order.
    """
    given = frame["label"].mask(((frame["action"] == "skip") | (frame["label"] == "")).fillna(value=False).astype(bool))
    expected = ~frame["action"].isin(["skip", "confirm"])  # a confirmation need not repeat the label
    looks, hashes = _taken_in(_feedback(frame, given))
    missing = {"label": int((given.isna() & expected).sum())}
    return Sketch(
        rows=len(frame),
        feedback=True,
        categorical=(),
        missing=missing | {name: looks[name].missing for name in ("reviewer", "reviewed_at")},
        values={},
        sizes=_sizes({"label": looks["label"]}),
        hours=_hours(frame["reviewed_at"]),
        labels={} if is_float_dtype(given) else looks["label"].values,
        agreement=agreement(given, frame["served"]),
        reviewers=looks["reviewer"].values,
        rules={},
        refused=0,
        content=_content(hashes),
    )


def _raw(frame: pd.DataFrame, columns: Columns, task: str) -> Iterator[tuple[str, Look]]:
    """Each column but the id, one after the other: the hashes of all at once would take the room of the batch itself."""
    yield columns.time, instants(frame[columns.time])
    yield from ((name, text(frame[name])) for name in columns.text)
    yield from ((name, category(frame[name])) for name in columns.categorical)
    yield from ((name, numbers(frame[name])) for name in columns.numeric)
    if columns.target in frame:
        yield columns.target, _label(frame[columns.target], number=task == "regression")


def _feedback(frame: pd.DataFrame, given: pd.Series) -> Iterator[tuple[str, Look]]:
    yield "id", identifiers(frame["id"])
    yield "reviewed_at", instants(frame["reviewed_at"])
    yield from ((name, category(frame[name], most=len(frame))) for name in ("reviewer", "action"))
    yield "label", _label(given, number=is_float_dtype(given))


def _label(cells: pd.Series, *, number: bool) -> Look:
    return numbers(cells) if number else category(cells, most=len(cells))


def _taken_in(columns: Iterable[tuple[str, Look]]) -> tuple[dict[str, Look], Array]:
    """The columns without their hashes, and a hash of each row, shape (rows,)."""
    looks, rows = dict[str, Look](), np.zeros(1, dtype="uint64")
    for name, own in columns:
        rows = mixed(rows, own.hashes)
        looks[name] = replace(own, hashes=NO_HASHES)
    return looks, rows


def _content(hashes: Array) -> str:
    """One hash of all rows in any order: the sum of the rows' own."""
    return f"{len(hashes)}-{int(hashes.sum()):016x}" if len(hashes) else ""


def _sizes(looks: Mapping[str, Look]) -> dict[str, Size]:
    return {name: own.size for name, own in looks.items() if own.size}


def _hours(times: pd.Series) -> tuple[int, ...]:
    return tuple(np.bincount(times.dropna().dt.hour.to_numpy(), minlength=24).tolist())
