"""The three kinds of incoming files, each with the columns that params.yaml names: rows, feedback, golden ids."""

from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from stages.intake.periods import SUFFIXES, files_by_period
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
    frames = [typed(read_table(file), file, text=[params.columns.id], numeric=[], times=[]) for file in _golden_files(folder)]
    return frozenset(str(name) for frame in frames for name in frame[params.columns.id].dropna())


def read_feedback(folder: Path, params: Params, as_of: date) -> pd.DataFrame:
    """All feedback known on the day `as_of`, in the order of arrival; what is absent is filled with what absence means."""
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
    frame = frame.assign(**{name: None for name in ("reviewer", "action", "reviewed_at") if name not in frame})
    text, numeric = [names.id, "reviewer", "action"], [names.target]
    if params.task == "classification":
        text, numeric = [*text, *numeric], []
    read = typed(frame, file, text=text, numeric=numeric, times=["reviewed_at"])
    return read.rename(columns={names.id: "id", names.target: "label"}).fillna({"reviewer": "unknown", "action": "outcome"})


def read_golden(folder: Path, params: Params) -> pd.DataFrame:
    """The golden set: feature, target and segment columns of every row with a label; no rows where there is no golden set."""
    names = params.columns
    numbers = [*names.numeric, *([names.target] if params.task == "regression" else [])]
    text = [
        name
        for name in dict.fromkeys([names.id, *names.features, names.target, *params.evaluate.segments])
        if name not in numbers
    ]
    frames = [typed(read_table(file), file, text=text, numeric=numbers, times=[]) for file in _golden_files(folder)]
    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=[*text, *numbers])
    return rows[rows[names.target].notna()]


def _golden_files(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.glob("*")) if file.name.lower().endswith(SUFFIXES) and not file.name.startswith(".")]
