"""Row rules: declared as a pandera schema in `schema.py`, reasons taken from full masks, survivors validated in full."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pandera.errors
import pandera.pandas as pa
from pandera.engines.pandas_engine import Engine

from stages.errors import InputError


@dataclass(frozen=True)
class Checked:
    """A batch after the row rules.

    `good` holds the rows that passed; `failures` has one line a failed rule and row: `row` (position in the batch), `rule`.
    """

    good: pd.DataFrame
    failures: pd.DataFrame


def user_schema() -> pa.DataFrameSchema:
    """The schema of the repository's own `schema.py`.

    Raises
    ------
    InputError
        Where the file is missing, does not import, or holds no `schema`.
    """
    try:
        schema = importlib.import_module("schema").schema
    except ModuleNotFoundError as error:
        if error.name != "schema":
            raise InputError(f"schema.py must import installed packages, got {error}; mend it") from None
        raise InputError(
            "schema.py must exist, got nothing there; `git checkout -- schema.py`, or start from the one `ratchet init` writes"
        ) from None
    except (SyntaxError, AttributeError, NameError, ImportError, TypeError, ValueError, pandera.errors.SchemaInitError) as error:
        raise InputError(f"schema.py must define `schema`, got {type(error).__name__}: {error}; mend it") from None
    if not isinstance(schema, pa.DataFrameSchema):
        raise InputError(f"schema.py must define `schema` as a pandera DataFrameSchema, got {type(schema).__name__}; mend it")
    return schema


def check_rows(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> Checked:
    """Judge every row by every rule.

    The masks say which rows fail which rule. pandera then validates the rows left in full wherever one was rejected, so that
    a rule the masks do not know cannot slip through.

    Raises
    ------
    InputError
        Where a rule names a missing column or another dtype, or the rows left still fail.
    """
    masks = list(_masks(frame, schema))
    failed = np.logical_or.reduce([mask for _, mask in masks]) if masks else np.zeros(len(frame), dtype=bool)
    good = frame.loc[~failed] if failed.any() else frame
    if failed.any():
        _validate(good, schema)
    rows = [pd.DataFrame({"row": np.flatnonzero(mask), "rule": rule}) for rule, mask in masks if mask.any()]
    failures = (
        pd.concat(rows, ignore_index=True)
        if rows
        else pd.DataFrame({"row": pd.Series(dtype="int64"), "rule": pd.Series(dtype="str")})
    )
    return Checked(good, failures)


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
            yield f"{name}: missing or unreadable", ~present
        if column.unique:
            yield f"{name}: repeated", series.duplicated().to_numpy() & present
        for check in column.checks:
            yield f"{name}: {check.error or check.name}", _failing(check, series[present], present)
    if schema.unique:
        names = [schema.unique] if isinstance(schema.unique, str) else schema.unique
        yield f"row: repeated {', '.join(names)}", frame.duplicated(names).to_numpy()
    for check in schema.checks:
        yield f"row: {check.error or check.name}", _failing(check, frame, np.ones(len(frame), dtype=bool))


def _same_kind(name: str, column: pa.Column, series: pd.Series) -> None:
    """Refuse a declared dtype that no row of the column can have: pandera would say so only where a row is rejected."""
    declared: Any = column.dtype
    if declared and not column.coerce and not np.all(declared.check(Engine.dtype(series.dtype), series.head(1))):
        raise InputError(f"schema.py must declare {name!r} as it is read, {series.dtype}, got {declared}; mend it")


def _failing(check: pa.Check, values: pd.Series | pd.DataFrame, present: np.ndarray) -> np.ndarray:
    """The rows of a batch, shape (rows,), on which `check` fails; gaps are judged by `nullable`, not here."""
    mask = np.zeros(len(present), dtype=bool)
    if not len(values):
        return mask
    try:
        mask[present] = ~np.asarray(check(values).check_output, dtype=bool)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        name = check.error or check.name
        raise InputError(
            f"schema.py must hold checks that run on every column, got {type(error).__name__} in {name}; mend it"
        ) from None
    return mask


def _validate(good: pd.DataFrame, schema: pa.DataFrameSchema) -> None:
    try:
        schema.validate(good, lazy=True)
    except (pandera.errors.SchemaErrors, pandera.errors.SchemaError) as error:
        cases = error.failure_cases
        first = cases["check"].iloc[0] if isinstance(cases, pd.DataFrame) and len(cases) else "a rule"
        raise InputError(
            f"schema.py must hold rules that single rows can fail, got one that no row explains: {first}; mend that rule"
        ) from None
