"""The row rules on a million rows against pandera, and their memory.

The rows come from `rows_frame.py` of the shared benchmarks: the file that BENCH_ROWS_FRAME names, or the one beside the project.
"""

import os
import sys
from pathlib import Path

from bench.measure import Run, in_turns, progress, run
from bench.table import peak, row, said_cpu

ROOT = Path(__file__).resolve().parents[1]
ROWS_FRAME = Path(os.environ.get("BENCH_ROWS_FRAME", ROOT.parent / "shared" / "bench" / "rows_frame.py"))
ROWS, KINDS = 1_000_000, {"clean": "0", "2 % bad": "0.02", "all bad by one rule": "swapped"}
LOAD = [sys.executable, "-c", "import sys, pandas; frame = pandas.read_parquet(sys.argv[1])"]
BATCH_ROWS, MANY, FEW = 20_000, 100, 10
QUICK_PAIRS, PAIRS, SLOW_PAIRS = 9, 5, 2
WHAT = "15 row rules, quarantine table and split of 1M rows × 12 columns"
PANDERA = {"lazy": "pandera, lazy", "drop": "pandera, `drop_invalid_rows`"}


def measured(place: Path) -> list[str]:
    """The lines of the table, or none where the rows cannot be made."""
    if not ROWS_FRAME.is_file():
        print(
            f"bench: {ROWS_FRAME} must exist to measure the row rules; they are left out. Set BENCH_ROWS_FRAME", file=sys.stderr
        )
        return []
    files = {kind: made(place / f"rows{k}.parquet", ROWS, share) for k, (kind, share) in enumerate(KINDS.items())}
    against_pandera = [
        compared("clean", files["clean"], "lazy", 1.0, QUICK_PAIRS),
        compared("2 % bad", files["2 % bad"], "drop", 0.5, PAIRS),
        compared("all bad by one rule", files["all bad by one rule"], "lazy", 0.03, 1),
    ]
    return [
        *against_pandera,
        *(memory(kind, file) for kind, file in files.items()),
        flat(place),
        redaction(files["clean"]),
    ]


def made(file: Path, rows: int, share: str) -> Path:
    """Rows of which this share is bad, made by a process of their own."""
    progress(f"making {rows} rows, bad: {share}")
    run([sys.executable, str(ROWS_FRAME), str(rows), share, str(file)], ROOT)
    return file


def compared(kind: str, file: Path, how: str, target: float, pairs: int) -> str:
    """CPU time of the work alone, against pandera's way."""
    progress(f"row rules, {kind}, against {PANDERA[how]}, {pairs} pairs")
    taken = in_turns(lambda: work("rules", file), lambda: work(how, file), pairs)
    return row(f"{WHAT}, {kind}, against {PANDERA[how]}", said_cpu(target), taken)


def memory(kind: str, file: Path) -> str:
    """Peak memory with rules, table and split, against a process that only loads the rows."""
    progress(f"memory of row rules, {kind}")
    taken = in_turns(lambda: work("rules", file), lambda: run([*LOAD, str(file)], ROOT), PAIRS)
    return row(f"{WHAT}, {kind}, against only loading them", peak(1.3), taken)


def flat(place: Path) -> str:
    """Peak memory over many batches, against few of the same size."""
    file, folders = made(place / "batch.parquet", BATCH_ROWS, "0.02"), {}
    for batches in (MANY, FEW):
        folders[batches] = place / f"batches{batches}"
        run([sys.executable, "-m", "bench.row_batches", "make", str(file), str(folders[batches]), str(batches)], ROOT)
    progress(f"memory of {MANY} batches")
    pairs = in_turns(lambda: judged(folders[MANY]), lambda: judged(folders[FEW]), SLOW_PAIRS)
    return row(f"{MANY} batches of {BATCH_ROWS} rows read, redacted and judged, against {FEW}", peak(1.1), pairs)


def judged(folder: Path) -> Run:
    """One run over all batches of a folder."""
    return run([sys.executable, "-m", "bench.row_batches", "judge", str(folder)], ROOT)


def redaction(file: Path) -> str:
    """CPU time of redaction, which is no part of the figures on rules."""
    progress("redaction")
    pairs = in_turns(lambda: work("redact", file), lambda: work("re", file), 1)
    return row("personal data out of 1M texts, in 2 % of them, against `re` with the same patterns", said_cpu(None), pairs)


def work(how: str, file: Path) -> Run:
    """One run of `bench.row_work`."""
    return run([sys.executable, "-m", "bench.row_work", how, str(file)], ROOT)
