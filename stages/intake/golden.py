"""The golden set: frozen, curated, labelled blind, and never trained on."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from stages.errors import InputError
from stages.intake.sources import as_columns
from stages.reading.manifests import hold_to_manifest
from stages.reading.periods import delivered
from stages.reading.tables import read_table
from stages.settings import Params


def read_golden(
    folder: Path, params: Params, extra: Sequence[str] = (), *, numbers: Sequence[str] = (), unlabelled: bool = False
) -> pd.DataFrame:
    """The golden set.

    Returns
    -------
    DataFrame with the id, feature, target, segment and further columns (`extra` codes and `numbers`) of every row with a label
    (with `unlabelled` of all rows), personal data redacted; no rows where there is no golden set.

    Raises
    ------
    InputError
        Where a file cannot be read as a whole, or an id is missing or there twice.
    """
    names = params.columns
    numeric = [*names.numeric, *numbers, *([names.target] if params.task == "regression" else [])]
    codes = [*names.categorical, names.target, *params.evaluate.segments, *extra]
    frames = [_whole(file, params, codes, numeric) for file in _files(folder)]
    wanted = list(dict.fromkeys([names.id, *names.features, *codes, *numbers]))
    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=wanted)
    if odd := int((rows[names.id].isna() | rows[names.id].duplicated()).sum()):
        raise InputError(f"{folder} must give every row an id of its own, got {odd} that have none or repeat one; mend them")
    return rows if unlabelled else rows[rows[names.target].notna()]


def golden_ids(folder: Path, params: Params) -> frozenset[str]:
    """The ids of the golden set, of rows without a label too: none of them ever trains."""
    frames = [_whole(file, params, [], [], text=[]) for file in _files(folder)]
    return frozenset(str(name) for frame in frames for name in frame[params.columns.id].dropna())


def _whole(file: Path, params: Params, codes: list[str], numeric: list[str], text: list[str] | None = None) -> pd.DataFrame:
    """A file in which every cell can be read: the golden set is curated, so anything else is an error."""
    table = read_table(file, params.batches.max_mib)
    hold_to_manifest(file, len(table.frame))
    read = as_columns(table, file, params, key=params.columns.id, text=text, codes=codes, numeric=numeric, times=[])
    if read.unreadable:
        raise InputError(f"{file} must be curated, got lines that break a rule ({next(iter(read.unreadable))}); mend them")
    return read.frame


def _files(folder: Path) -> list[Path]:
    files, others = delivered(folder)
    for why in others.values():
        raise InputError(why)
    return files
