"""One side of a comparison over the rows of a file: does the work, then prints the processor seconds it took.

Usage: python -m bench.row_work rules FILE     Ratchet: the rules' masks, the quarantine table, the rows left
       python -m bench.row_work lazy FILE      pandera: lazy validation
       python -m bench.row_work drop FILE      pandera: `drop_invalid_rows`
       python -m bench.row_work redact FILE    Ratchet: personal data out of the column `text`, where every fiftieth has some
       python -m bench.row_work re FILE        Python's `re` with the same patterns on every text
"""

import contextlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.errors
import pandera.pandas as pa

from stages.intake.quarantine import lines
from stages.intake.rows import failing_rows, survivors
from stages.reading.privacy import PATTERNS, redact

FIRST, LAST = pd.Timestamp("2015-01-01", tz="UTC"), pd.Timestamp("2026-09-01", tz="UTC")


def schema(*, drop_invalid_rows: bool = False) -> pa.DataFrameSchema:
    """The fifteen rules that `rows_frame.py` of the shared benchmarks names; no cell may be a gap."""
    return pa.DataFrameSchema(
        {
            "record_id": pa.Column(unique=True),
            "customer_id": pa.Column(checks=pa.Check.gt(0)),
            "created_at": pa.Column(checks=[pa.Check.ge(FIRST), pa.Check.le(LAST)]),
            "resolved_at": pa.Column(),
            "channel": pa.Column(checks=pa.Check.isin(["email", "chat", "phone", "web"])),
            "language": pa.Column(checks=pa.Check.isin(["en", "de", "fr", "es", "pl"])),
            "priority": pa.Column(checks=pa.Check.in_range(1, 5)),
            "amount": pa.Column(checks=[pa.Check.gt(0), pa.Check.lt(10_000)]),
            "score": pa.Column(checks=pa.Check.in_range(0, 1)),
            "label": pa.Column(checks=pa.Check.isin(["billing", "bug", "refund", "spam", "other"])),
            "agent_id": pa.Column(checks=pa.Check.str_matches(r"^A\d{4}$")),
            "text": pa.Column(checks=pa.Check.str_length(5, 2000)),
        },
        checks=pa.Check(lambda rows: rows["resolved_at"] >= rows["created_at"], error="resolved after it was created"),
        drop_invalid_rows=drop_invalid_rows,
    )


def rules(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The quarantine table, and how many rows were handed on."""
    own = schema()
    masks = failing_rows(frame, own)
    table = lines("raw/2026-W35.parquet", frame, masks, "record_id")
    refused = np.zeros(len(frame), dtype=bool)
    for mask in masks.values():
        refused |= mask
    return table, sum(len(piece) for piece in survivors(frame, refused, own))


def lazy(frame: pd.DataFrame) -> None:
    """Everything that pandera finds."""
    with contextlib.suppress(pandera.errors.SchemaErrors):
        schema().validate(frame, lazy=True)


def drop(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that pandera leaves; of repeated ids it leaves none."""
    left: pd.DataFrame = schema(drop_invalid_rows=True).validate(frame, lazy=True)
    return left


def plain_re(texts: pd.Series) -> list[str]:
    """What `redact` would be without looking for the few likely texts first."""
    redacted = texts.tolist()
    for pattern in PATTERNS:
        redacted = [pattern.redact(text) for text in redacted]
    return redacted


def with_personal_data(frame: pd.DataFrame) -> pd.Series:
    """The texts, every fiftieth with an address and a number."""
    fiftieth = np.arange(len(frame)) % 50 == 0
    return frame["text"].where(~fiftieth, frame["text"] + ", write to jane.doe@example.org or call +49 30 1234567")


WORK: dict[str, Callable[[Any], object]] = {"rules": rules, "lazy": lazy, "drop": drop, "redact": redact, "re": plain_re}


def main(work: str, file: str) -> None:
    """Load, work, print the seconds of the work; ten rows go first, because what is loaded only once is no part of it."""
    frame = pd.read_parquet(Path(file))
    rows = with_personal_data(frame) if work in ("redact", "re") else frame
    WORK[work](rows.head(10))
    started = time.process_time()
    kept = WORK[work](rows)  # kept: memory counts with the result in it
    print(time.process_time() - started)
    del kept


if __name__ == "__main__":
    main(*sys.argv[1:])
