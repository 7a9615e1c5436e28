"""Batches of rows as the validate stage takes them in: read, typed, redacted, judged, and the rows that passed put aside.

Usage: python -m bench.row_batches make ROWS.parquet FOLDER BATCHES     the same rows for each of so many weeks
       python -m bench.row_batches judge FOLDER                         judge them all, in processes of their own
"""

import sys
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from bench.row_work import LAST, schema
from stages.intake.batches import Rules, take
from stages.partitions import WORTH_SHARING, mapped, scratch
from stages.reading.periods import incoming
from stages.settings import Params, load

ROOT = Path(__file__).resolve().parents[1]
NEWEST = date(2026, 8, 30)  # the last day of 2026-W35
HOUR = pd.Timedelta(hours=1)


def batch_rules(spool: Path) -> Rules:
    """The fifteen rules; hours stand for the time of resolution, because the stage reads one column of times."""
    columns = {name: own for name, own in schema().columns.items() if name != "resolved_at"} | {"hours_open": pa.Column()}
    later = pa.Check(lambda rows: rows["hours_open"] >= 0, error="resolved after it was created")
    own = pa.DataFrameSchema(columns, checks=later)
    return Rules(schema=own, params=_params(), golden=frozenset(), releases=(), spool=spool)


def make(rows_file: str, folder: str, batches: str) -> None:
    """Write the batches."""
    frame = pd.read_parquet(rows_file)
    frame["hours_open"] = (frame["resolved_at"] - frame["created_at"]) / HOUR
    Path(folder).mkdir()
    for k in range(int(batches)):
        last = NEWEST - timedelta(weeks=k)
        year, week, _ = last.isocalendar()
        moved = frame["created_at"] - (LAST - pd.Timestamp(last + timedelta(days=1), tz="UTC"))
        own = frame.assign(record_id=f"{k}-" + frame["record_id"].astype("str"), created_at=moved)
        own.to_parquet(Path(folder) / f"{year}-W{week:02d}.parquet")


def judge(folder: str) -> None:
    """Judge all batches, by as many processes however few batches there are."""
    with scratch(Path(f"{folder}-spool")) as spool:
        rules = batch_rules(spool)
        calls = [(k, file, rules) for k, file in enumerate(incoming(Path(folder)))]
        taken = mapped(take, calls, rules.params.parallel, WORTH_SHARING)
    print(sum(own.rows for own in taken), "rows,", sum(own.refused for own in taken), "refused")


def _params() -> Params:
    """The project's own, with the columns of these rows."""
    said = load(ROOT / "params.yaml").model_dump()
    said["columns"] |= {
        "id": "record_id", "time": "created_at", "target": "label", "text": ["text"],
        "categorical": ["channel", "language", "agent_id"],
        "numeric": ["customer_id", "priority", "amount", "score", "hours_open"],
        "prediction": None, "model_version": None,
    }  # fmt: skip
    said["evaluate"]["segments"], said["gate"]["critical"] = ["channel"], []
    return Params.model_validate(said)


if __name__ == "__main__":
    {"make": make, "judge": judge}[sys.argv[1]](*sys.argv[2:])
