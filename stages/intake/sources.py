"""The three kinds of incoming files, each with the columns that params.yaml names: rows, feedback, golden ids."""

from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from stages.intake.periods import files_by_period
from stages.intake.reading import read_table, typed
from stages.settings import Params


def read_rows(file: Path, params: Params) -> pd.DataFrame:
    """One file of rows, with the columns that params.yaml names and the target where it is there."""
    names, frame = params.columns, read_table(file)
    extra = [name for name in (names.prediction, names.model_version, *params.evaluate.segments) if name]
    numeric = list(names.numeric)
    text = list(dict.fromkeys(name for name in [names.id, *names.text, *names.categorical, *extra] if name not in numeric))
    if names.target in frame:
        (numeric if params.task == "regression" else text).append(names.target)
    return typed(frame, file, text=list(dict.fromkeys(text)), numeric=list(dict.fromkeys(numeric)), times=[names.time])


def golden_ids(folder: Path, params: Params) -> frozenset[str]:
    files = [file for file in sorted(folder.glob("*")) if not file.name.startswith(".")]
    frames = [typed(read_table(file), file, text=[params.columns.id], numeric=[], times=[]) for file in files]
    return frozenset(str(name) for frame in frames for name in frame[params.columns.id].dropna())


def read_feedback(folder: Path, params: Params, as_of: date) -> pd.DataFrame:
    """All feedback known on the day `as_of`, in the order of arrival; absent columns are filled with what absence means."""
    frames = [_feedback_file(file, params) for period, file in files_by_period(folder).items() if period.first <= as_of]
    empty = pd.DataFrame({name: pd.Series(dtype="str") for name in ("id", "label", "reviewer", "action")})
    known = pd.concat([empty, *frames], ignore_index=True)
    if "reviewed_at" not in known:
        return known
    end = pd.Timestamp(as_of + timedelta(days=1), tz="UTC")
    return known[known["reviewed_at"].isna() | (known["reviewed_at"] < end)].sort_values(
        "reviewed_at", kind="stable", na_position="first"
    )


def _feedback_file(file: Path, params: Params) -> pd.DataFrame:
    names, frame = params.columns, read_table(file)
    defaults = {"reviewer": "unknown", "action": "correct", "reviewed_at": None}
    frame = frame.assign(**{name: value for name, value in defaults.items() if name not in frame})
    read = typed(frame, file, text=[names.id, names.target, "reviewer", "action"], numeric=[], times=["reviewed_at"])
    return read.rename(columns={names.id: "id", names.target: "label"})


def read_golden(folder: Path, params: Params) -> pd.DataFrame:
    """The golden set: feature, target and segment columns of every row with a label; no rows where there is no golden set."""
    names = params.columns
    numbers = [*names.numeric, *([names.target] if params.task == "regression" else [])]
    text = [
        name
        for name in dict.fromkeys([names.id, *names.features, names.target, *params.evaluate.segments])
        if name not in numbers
    ]
    files = [file for file in sorted(folder.glob("*")) if not file.name.startswith(".")]
    frames = [typed(read_table(file), file, text=text, numeric=numbers, times=[]) for file in files]
    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=[*text, *numbers])
    return rows[rows[names.target].notna()]
