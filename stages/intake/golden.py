"""The golden set: frozen, curated, labelled blind, and never trained on."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from stages.errors import InputError
from stages.reading.cells import typed
from stages.reading.periods import SUFFIXES
from stages.reading.privacy import redact
from stages.reading.tables import read_table
from stages.settings import Params


def read_golden(folder: Path, params: Params, extra: Sequence[str] = ()) -> pd.DataFrame:
    """The golden set.

    Returns
    -------
    DataFrame with the id, feature, target, segment and `extra` columns of every row with a label, personal data redacted; no rows
    where there is no golden set.

    Raises
    ------
    InputError
        Where a file cannot be read as a whole, or an id is missing or there twice.
    """
    names = params.columns
    numbers = [*names.numeric, *([names.target] if params.task == "regression" else [])]
    wanted = dict.fromkeys([names.id, *names.features, names.target, *params.evaluate.segments, *extra])
    text = [name for name in wanted if name not in numbers]
    frames = [_whole(file, text, numbers) for file in _files(folder)]
    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=[*text, *numbers])
    if odd := int((rows[names.id].isna() | rows[names.id].duplicated()).sum()):
        raise InputError(f"{folder} must give every row an id of its own, got {odd} that have none or repeat one; mend them")
    return rows[rows[names.target].notna()].assign(**{name: redact(rows[name]) for name in names.text})


def golden_ids(folder: Path, params: Params) -> frozenset[str]:
    """The ids of the golden set, of rows without a label too: none of them ever trains."""
    frames = [_whole(file, [params.columns.id], []) for file in _files(folder)]
    return frozenset(str(name) for frame in frames for name in frame[params.columns.id].dropna())


def _whole(file: Path, text: list[str], numbers: list[str]) -> pd.DataFrame:
    """A file in which every cell can be read: the golden set is curated, so anything else is an error."""
    table = read_table(file)
    frame, unreadable = typed(table.frame, file, text=text, numeric=numbers, times=[])
    problems = [*table.broken, *unreadable]
    if problems:
        raise InputError(f"{file} must be curated, got lines that break a rule ({problems[0]}); mend them")
    return frame


def _files(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.glob("*")) if file.name.lower().endswith(SUFFIXES) and not file.name.startswith(".")]
