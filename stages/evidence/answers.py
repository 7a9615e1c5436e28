"""A model's answers on the golden set as a CSV file: small enough to keep for every version, so that none has to be run again.

Columns: `id`, `truth`, `answer`, where the metric reads probabilities one `p:<class>` each, and where there are any `group` (a
number for each) and `cost` (of the answer). Sorted by id.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from stages.artefacts import DIGITS
from stages.errors import InputError
from stages.evidence.scores import Array, Predictions

KEYS = ("id", "truth", "answer")
CHANCE = "p:"  # what the column of a class's probability starts with


@dataclass(frozen=True, kw_only=True)
class Shared:
    """Two models' answers on the rows that both have answered, with the same truth."""

    ids: list[str]
    earlier: Predictions
    today: Predictions


def answers_text(ids: Iterable[str], said: Predictions, *, probabilities: bool) -> str:
    """The text of such a file; without rows its first line.

    Parameters
    ----------
    ids : of the rows of `said`, in their order.
    probabilities : whether they are kept; they are left out where the model gives none.
    """
    rows = pd.DataFrame({"id": list(ids), "truth": _shown(said.truth), "answer": _shown(said.answer)}, dtype=object)
    if probabilities and said.probability is not None and said.classes is not None:
        for name, values in zip(said.classes, said.probability.T, strict=True):
            rows[f"{CHANCE}{name}"] = [f"{value:.{DIGITS}g}" for value in values]
    if said.groups is not None:
        rows["group"] = [str(code) for code in said.groups]
    if said.costs is not None:
        rows["cost"] = _shown(said.costs)
    return rows.sort_values("id", kind="stable").to_csv(index=False, lineterminator="\n")


def read_answers(path: Path) -> pd.DataFrame:
    """Such a file as text, by id.

    Raises
    ------
    InputError
        Where it is missing or is none, or an id is empty or there twice.
    """
    try:
        lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8")), strict=True))
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(f"{path} must be a table of answers, got {type(error).__name__}; {_mend(path)}") from None
    names, rows = (lines[0], lines[1:]) if lines else ([], [])
    if tuple(names[: len(KEYS)]) != KEYS or len(set(names)) < len(names) or any(len(row) != len(names) for row in rows):
        raise InputError(f"{path} must be a table with the columns {', '.join(KEYS)}, got another; {_mend(path)}")
    frame = pd.DataFrame(rows, columns=names, dtype=object).set_index("id")
    if odd := int((frame.index.duplicated() | (frame.index == "")).sum()):
        raise InputError(f"{path} must hold every id once, got {odd} that repeat one or are empty; {_mend(path)}")
    return frame


def shared(earlier: pd.DataFrame, today: pd.DataFrame, task: str) -> Shared:
    """What both have answered, by id, held against today's truth; the groups are today's too."""
    ids = [str(name) for name in today.index[today.index.isin(earlier.index)]]
    old, new = earlier.loc[ids], today.loc[ids]
    truth, groups = new["truth"], new.get("group")
    return Shared(ids=ids, earlier=_said(old, truth, groups, task), today=_said(new, truth, groups, task))


def _said(rows: pd.DataFrame, truth: "pd.Series[str]", groups: "pd.Series[str] | None", task: str) -> Predictions:
    codes = None if groups is None else np.unique(groups.to_numpy(dtype=object), return_inverse=True)[1]
    costs = _numbers(rows["cost"]) if "cost" in rows else None
    if task == "regression":
        return Predictions(_numbers(truth), _numbers(rows["answer"]), None, None, codes, costs)
    right, answer = truth.to_numpy(dtype=object), rows["answer"].to_numpy(dtype=object)
    names = [name for name in rows.columns if name.startswith(CHANCE)]
    if not names:
        return Predictions(right, answer, None, np.unique(np.concatenate([right, answer])), codes, costs)
    probability = np.column_stack([_numbers(rows[name]) for name in names])
    probability /= probability.sum(axis=1, keepdims=True)  # they were rounded
    classes = np.array([name.removeprefix(CHANCE) for name in names], dtype=object)
    return Predictions(right, answer, probability, classes, codes, costs)


def _numbers(values: "pd.Series[str]") -> Array:
    """As numbers; what is none is NaN, and makes every metric undefined."""
    return pd.to_numeric(values, errors="coerce").to_numpy(dtype="float64")


def _shown(values: Array) -> list[str]:
    """Text as it is, numbers to ten digits: finer than any metric, coarser than the last bits of a sum."""
    return [f"{value:.10g}" for value in values] if values.dtype.kind == "f" else [str(value) for value in values]


def _mend(path: Path) -> str:
    return "run `dvc repro`" if path.parent.name == "metrics" else f"restore it with `git checkout -- {path}`"
