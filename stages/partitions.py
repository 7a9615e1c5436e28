"""Frames as folders of parquet files, one a batch, in which the stages hand rows on; and how work is mapped over batches."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import joblib
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from stages.errors import InputError, UsageError

WORTH_SHARING = 64 * 2**20  # bytes of input from which starting processes pays


class Partitions:
    """A folder of parquet files, one a batch, that replaces the old folder only once it is complete."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.draft = folder.with_name(f".{folder.name}.part")
        shutil.rmtree(self.draft, ignore_errors=True)
        self.draft.mkdir(parents=True)

    def write(self, name: str, frame: pd.DataFrame) -> None:
        """Write one partition, without the index and without pandas' own metadata, so that the bytes depend on the rows alone."""
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
        pq.write_table(table, self.draft / f"{name}.parquet", compression="zstd")

    def close(self) -> None:
        """Put the new folder in the place of the old one."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.draft.replace(self.folder)


def partition_names(folder: Path) -> list[str]:
    """The names of a folder's partitions, in alphabetical order."""
    return sorted(file.stem for file in folder.glob("*.parquet"))


def partition_rows(folder: Path, name: str) -> int:
    """How many rows a partition has, from its metadata.

    Raises
    ------
    InputError
        Where it is damaged.
    """
    file = folder / f"{name}.parquet"
    try:
        rows: int = pq.read_metadata(file).num_rows
    except (pa.ArrowException, OSError) as error:
        raise _damaged(file, error) from None
    return rows


def read_partitions(folder: Path, columns: list[str], names: list[str] | None = None) -> pd.DataFrame:
    """Read columns of all partitions of a folder, or of those named, in the order of their names, as one frame.

    Raises
    ------
    InputError
        Where there is none, or one is damaged or lacks a column.
    """
    files = [folder / f"{name}.parquet" for name in (partition_names(folder) if names is None else names)]
    if not files:
        raise InputError(f"{folder} must hold parquet files, got none; run `dvc repro validate` to make them")
    tables = [_read_table(file, columns) for file in files]
    frame: pd.DataFrame = pa.concat_tables(tables, promote_options="permissive").to_pandas(self_destruct=True)
    return frame


def _read_table(file: Path, columns: list[str]) -> pa.Table:
    try:
        missing = sorted(set(columns) - set(pq.read_schema(file).names))
        if not missing:
            return pq.read_table(file, columns=columns, partitioning=None)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(file, error) from None
    raise InputError(f"{file} must have the column {missing[0]!r}, got others; run `dvc repro validate` to make it anew")


def _damaged(file: Path, error: Exception) -> InputError:
    return InputError(f"{file} must be parquet, got {type(error).__name__}; run `dvc repro validate` to make it anew")


def mapped(work: Callable[..., Any], calls: Sequence[tuple[Any, ...]], backend: str, bytes_in: int) -> list[Any]:
    """Call `work` once a partition, in processes of its own where there is enough to do; results in the order of the calls.

    Parameters
    ----------
    backend : joblib's name for where the work runs: loky (local processes), threading, or dask (a cluster, by a client that
        `distributed` finds through `DASK_SCHEDULER_ADDRESS`).
    bytes_in : size of all files together.

    Raises
    ------
    UsageError
        Where the backend is not installed.
    """
    if bytes_in < WORTH_SHARING or len(calls) == 1:
        return [work(*call) for call in calls]
    try:
        with joblib.parallel_config(backend, n_jobs=-1):
            return list(joblib.Parallel()(joblib.delayed(work)(*call) for call in calls))
    except (ImportError, ValueError) as error:
        raise UsageError(f"params.yaml: parallel must be a backend that joblib can start, got {backend!r} ({error})") from None


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """A folder for what is only needed on the way; what an earlier, killed run left there goes first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
