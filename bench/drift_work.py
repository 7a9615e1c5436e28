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
    (folder / SAVED).write_text(json.dumps(learned(folder / "ref")[0]))


def compared(folder: Path, sides: str) -> tuple[list[ColumnDrift], float]:
    """What drifted, and the processor seconds it took: `sides` rows reads those of both, profile only the recent ones."""
    trigger = load(PARAMS).trigger
    old, before = learned(folder / "ref") if sides == "rows" else (json.loads((folder / SAVED).read_text()), 0.0)
    new, now = sketched(sorted((folder / "cur").iterdir()))
    started = time.process_time()
    found = drift(new, None, old, _columns(old["columns"]), trigger)
    return found, before + now + time.process_time() - started


def learned(folder: Path) -> tuple[dict[str, Any], float]:
    """The profile that a bundle would have of all batches, the last fifth being the newest, and the processor seconds it took."""
    files = sorted(folder.iterdir())
    last = max(1, len(files) // 5)
    (older, before), (newest, now) = sketched(files[:-last]), sketched(files[-last:])
    started = time.process_time()
    whole = merge([older, newest]) | {"newest": newest}
    return whole, before + now + time.process_time() - started


def sketched(files: Sequence[Path]) -> tuple[dict[str, Any], float]:
    """The profile of some batches, each added as it is read, and the processor seconds it took without reading them."""
    found, busy = _profile_of(files[0])
    for file in files[1:]:
        own, seconds = _profile_of(file)
        started = time.process_time()
        found = merge([found, own])
        busy += seconds + time.process_time() - started
    return found, busy


def _profile_of(file: Path) -> tuple[dict[str, Any], float]:
    """Of one batch, whose rows are gone before the next one is read."""
    table = pq.ParquetFile(file).read(use_threads=False)  # threads keep memory of their own, for a file of a megabyte
    frame = table.to_pandas(use_threads=False, self_destruct=True)
    del table
    started = time.process_time()
    own = profile(frame, _columns(frame))
    return own, time.process_time() - started


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
