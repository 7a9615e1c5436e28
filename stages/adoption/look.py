"""The first look at a file of rows: what its columns are, and how its rows fall into batches."""

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from stages.adoption.guess import Asked, Column, guess
from stages.adoption.leaks import answers, leaks
from stages.errors import InputError, UsageError
from stages.reading.cells import typed
from stages.reading.codes import pseudonymous
from stages.reading.periods import SUFFIXES, period
from stages.reading.tables import read_table

NAMES = {"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}
FEATURES = ("text", "categorical", "numeric")


@dataclass(frozen=True)
class Start:
    """What `ratchet init` found in the file: the raw rows, the same as the stages read them, each row's batch, the guesses.

    `leaks` has the share of the target that a column settles alone, a column that was left out for it;
    `answers` the share of rows on which a column gives the target's own value; `warnings` are remarks on the file as a whole.
    """

    file: Path
    every: str
    raw: pd.DataFrame
    read: pd.DataFrame
    batch: pd.Series
    task: str
    columns: list[Column]
    leaks: dict[str, float]
    answers: dict[str, float]
    warnings: list[str]

    @property
    def target(self) -> str:
        """The name of the target."""
        return next(own.name for own in self.columns if own.role == "target")

    @property
    def labelled(self) -> dict[str, int]:
        """Rows with a label by batch, oldest first."""
        counts = self.read[self.target].notna().groupby(self.batch).sum()
        return {str(name): int(count) for name, count in sorted(counts.items(), key=lambda pair: period(str(pair[0])))}


def look(file: Path, asked: Asked, every: str) -> Start:
    """Read the file, guess its columns and cut it into batches.

    Raises
    ------
    UsageError, InputError
        Where the file cannot be read, has no usable columns, or makes fewer than two batches.
    """
    if not file.name.lower().endswith(SUFFIXES):
        raise UsageError(f"FILE must be CSV, JSON lines or parquet ({', '.join(SUFFIXES)}), got {file.name!r}; convert it")
    raw, warnings = _whole(file)
    task, columns = guess(raw, file, asked)
    read = _typed(raw, file, task, columns)
    time, target = (next(own.name for own in columns if own.role == role) for role in ("time", "target"))
    found = leaks(read, read[target], task, [own.name for own in columns if own.role in ("categorical", "numeric")])
    same = answers(read, read[target], [own.name for own in columns if own.role == "categorical" and own.name not in found])
    columns = [
        replace(own, role=None, why=f"alone settles {found[own.name]:.0%} of {target}") if own.name in found else own
        for own in columns
    ]
    if not any(own.role in FEATURES for own in columns):
        left = "; ".join(f"{own.name}: {own.why}" for own in columns if own.role is None)
        raise InputError(f"{file.name} must have a column to predict {target} from, got none ({left}); add one")
    batch = read[time].dt.strftime(NAMES[every]).ffill().bfill()  # a row without a time goes with its neighbour, into quarantine
    start = Start(file, every, raw, read, batch, task, columns, found, same, warnings)
    filled = sum(rows > 0 for rows in start.labelled.values())
    if filled < 2:
        raise InputError(
            f"{file.name} must make two {every}s of labelled rows or more, one to train on and one to judge, got {filled}; "
            "give it more history, or cut it finer with --every day"
        )
    return start


def _whole(file: Path) -> tuple[pd.DataFrame, list[str]]:
    """The rows of a file in which every line is one, and remarks on it."""
    table = read_table(file)
    if table.frame.empty:
        raise InputError(f"{file.name} must hold rows, got a header only; give it some history")
    for rule, broken in table.broken.items():
        raise InputError(
            f"{file.name} must hold whole rows, got {broken.sum()} of {len(broken)} that fail {rule!r}, "
            f"the first is row {broken.argmax() + 1}; mend or remove them"
        )
    return table.frame, table.warnings


def _typed(raw: pd.DataFrame, file: Path, task: str, columns: list[Column]) -> pd.DataFrame:
    kinds = {role: [own.name for own in columns if own.role == role] for role in ("id", "time", "target", *FEATURES)}
    text, numeric = kinds["id"] + kinds["text"] + kinds["categorical"], kinds["numeric"]
    (numeric if task == "regression" else text).extend(kinds["target"])
    read = typed(raw, file, text=text, numeric=numeric, times=kinds["time"])[0]
    codes = [name for name in (*kinds["categorical"], *kinds["target"]) if name in text]
    return read.assign(**{name: pseudonymous(read[name]) for name in codes})
