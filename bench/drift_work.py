"""One side of a comparison of two sets of rows: does the work on saved batches, then prints the processor seconds it took.

Usage: python -m bench.drift_work split FOLDER       make batches of ref.parquet and cur.parquet, and the profile of the first
       python -m bench.drift_work rows FOLDER        sketch the rows of both, batch by batch, and compare
       python -m bench.drift_work profile FOLDER     sketch the recent rows only, and compare with the profile of the others
"""

import json
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from stages.sections import Columns
from stages.settings import load
from stages.signals.drift import ColumnDrift, drift
from stages.signals.profile import merge, profile

PARAMS = Path(__file__).resolve().parents[1] / "params.yaml"
BATCH_ROWS = 50_000
SAVED = "profile.json"


def columns_of(*, text: Sequence[str] = (), categorical: Sequence[str] = (), numeric: Sequence[str] = ()) -> Columns:
    """Settings that name these feature columns and a label."""
    return Columns(
        id="id",
        time="time",
        target="label",
        text=[*text],
        categorical=[*categorical],
        numeric=[*numeric],
        prediction=None,
        model_version=None,
        group=None,
    )


def split(folder: Path) -> None:
    """Cut both files into batches, as the loop gets its rows, and save the profile that a baseline would come with."""
    for side in ("ref", "cur"):
        (folder / side).mkdir()
        for place, batch in enumerate(pq.ParquetFile(folder / f"{side}.parquet").iter_batches(BATCH_ROWS)):
            batch.to_pandas().to_parquet(folder / side / f"{place:03d}.parquet")
    (folder / SAVED).write_text(json.dumps(sketched(folder / "ref")[0]))


def compared(folder: Path, sides: str) -> tuple[list[ColumnDrift], float]:
    """What drifted, and the processor seconds it took: `sides` rows reads those of both, profile only the recent ones."""
    trigger = load(PARAMS).trigger
    old, before = sketched(folder / "ref") if sides == "rows" else (json.loads((folder / SAVED).read_text()), 0.0)
    new, now = sketched(folder / "cur")
    started = time.process_time()
    found = drift(new, None, old, _columns(old["columns"]), trigger)
    return found, before + now + time.process_time() - started


def sketched(folder: Path) -> tuple[dict[str, Any], float]:
    """The profile of all batches of a folder, and the processor seconds it took without reading them."""
    busy, parts = 0.0, []
    for file in sorted(folder.iterdir()):
        frame = pd.read_parquet(file)
        started = time.process_time()
        parts.append(profile(frame, _columns(frame)))
        busy += time.process_time() - started
    started = time.process_time()
    merged = merge(parts)
    return merged, busy + time.process_time() - started


def _columns(names: Iterable[str]) -> Columns:
    """n00, n01, … are numbers and c00, c01, … categories, as `drift_frame.py` of the shared benchmarks names them."""
    held = sorted(names)
    return columns_of(categorical=[name for name in held if name[0] == "c"], numeric=[name for name in held if name[0] == "n"])


def main(work: str, folder: Path) -> None:
    """Split, or compare and say what drifted and how long that took."""
    if work == "split":
        split(folder)
        return
    found, seconds = compared(folder, work)
    print(*(f"{row.column}: {row.where}" for row in found if row.state == "fired"), f"{seconds:.3f}", sep="\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
