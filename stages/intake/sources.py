"""The two kinds of files that come in again and again, each with the columns that params.yaml names: rows and feedback."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from stages.errors import InputError
from stages.reading.cells import typed
from stages.reading.tables import Table, read_table
from stages.settings import Params

# What feedback may say beside the id and the label; a column that is not there is a gap in every line.
SAID = ("reviewer", "action", "source", "selection_reason")


@dataclass(frozen=True, kw_only=True)
class RawRows:
    """One file as it was read: typed columns, the cells as they came, by rule the rows with a cell that could not be read."""

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
    numeric = list(names.numeric)
    text = list(dict.fromkeys(name for name in [names.id, *names.text, *names.categorical, *extra] if name not in numeric))
    if names.target in table.frame:
        (numeric if params.task == "regression" else text).append(names.target)
    return _read(table, file, text=list(dict.fromkeys(text)), numeric=list(dict.fromkeys(numeric)), times=[names.time])


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
    text, numeric = ["id", *SAID, "model_version"], ["seconds"]
    (numeric if params.task == "regression" else text).append("label")
    renamed = Table(cells, table.broken, table.warnings)
    return _read(renamed, file, text=text, numeric=numeric, times=["reviewed_at"])


def _version(params: Params) -> dict[str, str]:
    name = params.columns.model_version
    return {name: "model_version"} if name else {}


def _checked(file: Path, params: Params) -> Table:
    """The file as it is, held against its manifest where it has one: `<file name>.manifest.json` with `rows` and `sha256`."""
    table = read_table(file, params.batches.max_mib)
    manifest = file.with_name(f"{file.name}.manifest.json")
    if not manifest.is_file():
        return table
    try:
        said = json.loads(manifest.read_text(encoding="utf-8"))
        rows, sha256 = said.get("rows"), said.get("sha256")
    except (AttributeError, ValueError):
        raise InputError(f"{manifest} must be a JSON object with rows and sha256, got something else; mend it") from None
    if rows is not None and rows != len(table.frame):
        raise InputError(f"{file} must have {rows} rows as its manifest says, got {len(table.frame)}; deliver it again")
    if sha256 is not None and str(sha256).lower() != _sha256(file):
        raise InputError(f"{file} must have the sha256 of its manifest, got another one; deliver it again")
    return table


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _read(table: Table, file: Path, *, text: list[str], numeric: list[str], times: list[str]) -> RawRows:
    frame, unreadable = typed(table.frame, file, text=text, numeric=numeric, times=times)
    return RawRows(frame=frame, cells=table.frame, unreadable=table.broken | unreadable, warnings=table.warnings)
