"""Row rules: declared as a pandera schema in `schema.py`, reasons taken from full masks, survivors validated in full."""

import importlib
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.errors
import pandera.pandas as pa
from pandera.engines.pandas_engine import Engine

from stages.errors import InputError

PIECE = 131_072  # rows
# What pandera can do beyond judging rows: change them, drop them unseen, only warn, or judge what no single row can fail.
BEYOND = ("coerce", "drop_invalid_rows", "dtype", "index", "ordered", "parsers", "strict")
BEYOND_COLUMN = ("coerce", "drop_invalid_rows", "parsers")
# The user's own code may raise anything, and whatever it is, it is a finding about schema.py and no bug of ours. Its text stays
# out, since it may quote rows; of an error only its kind and the line are told. KeyboardInterrupt is the wish to stop: it passes.
_ANYTHING = (Exception, SystemExit)


def user_schema() -> pa.DataFrameSchema:
    """The schema of the repository's own `schema.py`.

    Raises
    ------
    InputError
        Where the file is missing, does not import, or holds no `schema`.
    """
    try:
        schema = getattr(importlib.import_module("schema"), "schema", None)
    except _ANYTHING as error:
        raise InputError(_not_imported(error)) from None
    if not isinstance(schema, pa.DataFrameSchema):
        raise InputError(f"schema.py must define `schema` as a pandera DataFrameSchema, got {type(schema).__name__}; mend it")
    if beyond := _asked_beyond(schema):
        raise InputError(f"schema.py must hold rules that single rows can fail, got {beyond[0]}; remove it")
    return schema


def split_schema(schema: pa.DataFrameSchema, target: str) -> tuple[pa.DataFrameSchema, pa.Column | None]:
    """The rules of rows, and what the schema says of the target, if anything: that judges labels, wherever they come from."""
    own = schema.columns.get(target)
    return (schema if own is None else schema.remove_columns([target])), own


def failing_labels(labels: pd.Series, column: pa.Column | None) -> dict[str, np.ndarray]:
    """Judge every label by the checks of the target; gaps fail none.

    Returns
    -------
    dict
        By rule, `label: <what>`, the labels that fail it, bool of shape (labels,).

    Raises
    ------
    InputError
        Where a check does not run, or the column is declared of another kind than labels are.
    """
    if column is None:
        return {}
    name = str(column.name)
    rules = pa.DataFrameSchema({name: pa.Column(column.dtype, column.checks, nullable=True)})
    failing = failing_rows(labels.to_frame(name), rules)
    return {f"label{rule.removeprefix(name)}": mask for rule, mask in failing.items()}


def curated(labels: pd.Series, column: pa.Column | None, where: Path) -> None:
    """Allow the labels of a golden set only where each of them passes: they judge everybody else's.

    Raises
    ------
    InputError
        Where one does not.
    """
    if failing := failing_labels(labels, column) if len(labels) else {}:
        raise InputError(f"{where} must be curated, got labels that break a rule ({next(iter(failing))}); mend them")


def failing_rows(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> dict[str, np.ndarray]:
    """Judge every row by every rule.

    Returns
    -------
    dict
        By rule, `<column>: <what>` or `row: <what>`, the rows that fail it, bool of shape (rows,); only rules that a row fails.

    Raises
    ------
    InputError
        Where a rule names a missing column or another dtype, or does not run.
    """
    failing = dict[str, np.ndarray]()
    for rule, mask in _masks(frame, schema):
        if mask.any():
            failing[rule] = failing[rule] | mask if rule in failing else mask  # two checks can share a name: <lambda>
    return failing


def survivors(frame: pd.DataFrame, refused: np.ndarray, schema: pa.DataFrameSchema) -> Iterator[pd.DataFrame]:
    """The rows that are not refused, in pieces of at most `PIECE` rows, so that no second copy of the batch is needed.

    Where a row was refused, pandera judges every piece of the others in full: no rule that the masks do not know slips through.

    Raises
    ------
    InputError
        Where the rows left still fail.
    """
    clean = not refused.any()
    for start in range(0, len(frame), PIECE):
        piece = frame.iloc[start : start + PIECE]
        if not clean:
            piece = piece[~refused[start : start + PIECE]]
            _validate(piece, schema)
        yield piece


def _not_imported(error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name == "schema":
        return "schema.py must exist, got nothing there; `git checkout -- schema.py`, or start from the one `ratchet init` writes"
    if isinstance(error, ImportError) and error.name:
        return f"schema.py must import what is installed, got {error.name!r}{_line(error)}; install it, or mend the import"
    return f"schema.py must define `schema`, got {type(error).__name__}{_line(error)}; mend it"


def _line(error: BaseException) -> str:
    """Where schema.py raised an error, if it did."""
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_globals.get("__name__") == "schema"]
    if isinstance(error, SyntaxError) and Path(error.filename or "").name == "schema.py":
        lines.append(error.lineno or 0)
    return f" in line {lines[-1]}" if lines else ""


def _asked_beyond(schema: pa.DataFrameSchema) -> list[str]:
    columns = schema.columns.values()
    checks = [check for part in (schema, *columns) for check in part.checks]
    return [
        *(name for name in BEYOND if getattr(schema, name)),
        *(name for name in BEYOND_COLUMN if any(getattr(column, name) for column in columns)),
        *(["raise_warning"] if any(check.raise_warning for check in checks) else []),
    ]


def _masks(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> Iterator[tuple[str, np.ndarray]]:
    """Each rule's name with the rows that fail it; shape (rows,) each."""
    for name, column in schema.columns.items():
        if name not in frame:
            if column.required:
                raise InputError(f"schema.py must name columns of params.yaml, got {name!r}; remove the rule or add the column")
            continue
        series, present = frame[name], frame[name].notna().to_numpy()
        _same_kind(name, column, series)
        if not column.nullable:
            yield f"{name}: missing", ~present
        if column.unique:
            yield f"{name}: repeated", series.duplicated().to_numpy() & present
        for check in column.checks:
            yield f"{name}: {check.error or check.name}", _failing(check, series, present)
    if schema.unique:
        names = [schema.unique] if isinstance(schema.unique, str) else schema.unique
        yield f"row: repeated {', '.join(names)}", frame.duplicated(names).to_numpy()
    for check in schema.checks:
        yield f"row: {check.error or check.name}", _failing(check, frame, np.ones(len(frame), dtype=bool))


def _same_kind(name: str, column: pa.Column, series: pd.Series) -> None:
    """Refuse a declared dtype that no row of the column can have: pandera would say so only where a row is rejected."""
    declared: Any = column.dtype
    try:
        fits = declared is None or bool(np.all(declared.check(Engine.dtype(series.dtype), series.head(1))))
    except _ANYTHING as error:
        raise InputError(
            f"schema.py must declare {name!r} as a dtype, got {type(error).__name__}{_line(error)}; mend it"
        ) from None
    if not fits:
        raise InputError(f"schema.py must declare {name!r} as it is read, {series.dtype}, got {declared}; mend it")


def _failing(check: pa.Check, column: pd.Series | pd.DataFrame, present: np.ndarray) -> np.ndarray:
    """The rows of a batch, shape (rows,), on which `check` fails; gaps are judged by `nullable`, not here."""
    if present.all():
        return ~_passed(check, column)
    mask = np.zeros(len(present), dtype=bool)
    mask[present] = ~_passed(check, column[present])
    return mask


def _passed(check: pa.Check, values: pd.Series | pd.DataFrame) -> np.ndarray:
    """Where `check` holds; shape (rows,)."""
    if not len(values):
        return np.ones(0, dtype=bool)
    name = check.error or check.name
    try:
        passed = np.asarray(check(values).check_output, dtype=bool)
    except _ANYTHING as error:
        what = f"{type(error).__name__} in {name}{_line(error).replace(' in', ',')}"
        raise InputError(f"schema.py must hold checks that run on every column, got {what}; mend it") from None
    if passed.shape[:1] != (len(values),):
        raise InputError(
            f"schema.py must hold rules that single rows can fail, got one that no row explains: {name}; mend that rule"
        )
    return passed if passed.ndim == 1 else np.asarray(passed.all(axis=1))


def _validate(good: pd.DataFrame, schema: pa.DataFrameSchema) -> None:
    try:
        if len(good):
            schema.validate(good, lazy=True)
    except (pandera.errors.SchemaErrors, pandera.errors.SchemaError) as error:
        cases = error.failure_cases
        first = cases["check"].iloc[0] if isinstance(cases, pd.DataFrame) and len(cases) else "a rule"
        raise InputError(
            f"schema.py must hold rules that single rows can fail, got one that no row explains: {first}; mend that rule"
        ) from None
    except _ANYTHING as error:
        what = f"{type(error).__name__}{_line(error)}"
        raise InputError(f"schema.py must hold checks that run on every row, got {what}; mend it") from None
