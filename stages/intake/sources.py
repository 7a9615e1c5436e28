"""The two kinds of files that come in again and again, each with the columns that params.yaml names: rows and feedback."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from stages.errors import InputError
from stages.reading.cells import typed
from stages.reading.codes import pseudonymous, trimmed
from stages.reading.manifests import hold_to_manifest
from stages.reading.privacy import redact
from stages.reading.tables import Table, read_table
from stages.settings import Params

# What feedback may say beside the id and the label; a column that is not there is a gap in every line.
SAID = ("reviewer", "action", "source", "selection_reason")


@dataclass(frozen=True, kw_only=True)
class RawRows:
    """One file: typed columns without personal data, the cells as they came, by rule the rows with one that could not be read."""

    frame: pd.DataFrame
    cells: pd.DataFrame
    unreadable: dict[str, np.ndarray]
    warnings: list[str]


def read_rows(file: Path, params: Params) -> RawRows:
    """One file of rows, with the columns that params.yaml names and the target where it is there.

    Raises
    ------
    InputError
        Where the file cannot be read, lacks a column, or is not what its manifest says.
    """
    names, table = params.columns, _checked(file, params)
    extra = [name for name in (names.prediction, names.model_version, names.group, *params.evaluate.segments) if name]
    cost = params.evaluate.cost.column if params.evaluate.cost else None
    codes, numeric = [*names.categorical, *extra], [*names.numeric, *([cost] if cost else [])]
    if names.target in table.frame:
        (numeric if params.task == "regression" else codes).append(names.target)
    return as_columns(table, file, params, key=names.id, codes=codes, numeric=numeric, times=[names.time])


def read_feedback(file: Path, params: Params) -> RawRows:
    """One file of feedback.

    Returns
    -------
    RawRows with the columns id, label, reviewer, action, source, selection_reason, model_version, reviewed_at, seconds; what a
    file does not have is a gap.
    """
    names, table = params.columns, _checked(file, params)
    ours = {names.id: "id", names.target: "label"} | _version(params)
    others = [name for own, name in ours.items() if own != name and {own, name} <= set(table.frame)]  # of the same name as ours
    cells = table.frame.drop(columns=others).rename(columns=ours)
    for name in ("id", "label"):
        if name not in cells:
            wanted = names.id if name == "id" else names.target
            raise InputError(f"{file} must have the column {wanted!r}, got others; mend the file or params.yaml: columns")
    optional = (*SAID, "model_version", "reviewed_at", "seconds")
    cells = cells.assign(**{name: None for name in optional if name not in cells})
    codes, numeric = [*SAID, "model_version"], ["seconds"]
    (numeric if params.task == "regression" else codes).append("label")
    renamed = Table(cells, table.broken, table.warnings)
    return as_columns(renamed, file, params, key="id", text=[], codes=codes, numeric=numeric, times=["reviewed_at"])


def as_columns(
    table: Table,
    file: Path,
    params: Params,
    *,
    key: str,
    codes: Sequence[str],
    numeric: Sequence[str],
    times: Sequence[str],
    text: Sequence[str] | None = None,
) -> RawRows:
    """The columns named, each as its kind: in free text and codes without personal data; the key stays what others refer to.

    Parameters
    ----------
    text : free text, by default that of params.yaml. A column that is named as several kinds is a number or text first.
    """
    text = list(params.columns.text if text is None else text)
    codes = [name for name in dict.fromkeys(codes) if name not in (key, *text, *numeric)]
    frame, unreadable = typed(
        table.frame, file, text=[key, *text, *codes], numeric=list(dict.fromkeys(numeric)), times=list(times)
    )
    declared = frozenset(params.labels.sources)
    kept = {
        key: trimmed(frame[key]),
        **{name: redact(frame[name]) for name in text},
        **{name: pseudonymous(frame[name], declared) for name in codes},
    }
    stored = {name: frame[name] for name in times if pd.api.types.is_datetime64_any_dtype(table.frame[name])}
    return RawRows(
        frame=frame.assign(**kept),
        cells=table.frame.assign(**stored),  # there is no text for a time out of the calendar
        unreadable=table.broken | unreadable,
        warnings=table.warnings,
    )


def _version(params: Params) -> dict[str, str]:
    name = params.columns.model_version
    return {name: "model_version"} if name else {}


def _checked(file: Path, params: Params) -> Table:
    """The file as it is, held against its manifest where it has one."""
    table = read_table(file, params.batches.max_mib)
    hold_to_manifest(file, len(table.frame))
    return table
