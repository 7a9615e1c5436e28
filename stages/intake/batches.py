"""One batch of rows: read, typed and judged row by row; what passed waits beside what was refused."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow as arrow
import pyarrow.parquet as pq

from stages.errors import InputError
from stages.history.rules import Finding
from stages.history.sketch import NO_HASHES, Sketch, sketch
from stages.intake.quarantine import lines
from stages.intake.releases import Release, released
from stages.intake.rows import failing_rows, survivors
from stages.intake.sources import RawRows, read_rows
from stages.reading.periods import Incoming, Period
from stages.settings import Params

ROW = "_row"  # the position of a row in its file, kept while the rows wait


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What every row is judged by: the user's schema, the settings, the ids of the golden set, what people released."""

    schema: pa.DataFrameSchema
    params: Params
    golden: frozenset[str]
    releases: tuple[Release, ...]
    spool: Path


@dataclass(frozen=True, kw_only=True)
class Batch:
    """One file after the row rules.

    `passed` and `ids` are positions in the file and 64-bit hashes of the record ids of the rows that passed, in the same order;
    the rows themselves and the lines of the quarantine wait in the spool, under `number`.
    """

    number: int
    key: str
    period: Period | None
    md5: str
    rows: int
    refused: int
    passed: np.ndarray
    ids: np.ndarray
    sketch: Sketch | None
    findings: tuple[Finding, ...]

    def rows_file(self, spool: Path) -> Path:
        """Where the rows that passed wait."""
        return spool / f"{self.number}.rows.parquet"

    def contents(self, spool: Path) -> np.ndarray:
        """64-bit hashes of what each row that passed says beside its id, shape (rows,)."""
        found: np.ndarray = np.load(_contents_file(self.number, spool))
        return found

    def lines_file(self, spool: Path) -> Path:
        """Where the quarantine's lines of the rows that did not pass wait."""
        return spool / f"{self.number}.lines.parquet"


def take(number: int, file: Incoming, rules: Rules) -> Batch:
    """Read one file and judge its rows; a file that cannot be read is a batch without rows and with the reason."""
    if file.problem:
        return _unread(number, file, file.problem)
    try:
        read = read_rows(file.path, rules.params)
    except InputError as error:
        return _unread(number, file, str(error))
    return _judged(number, file, read, rules)


def _contents_file(number: int, spool: Path) -> Path:
    return spool / f"{number}.contents.npy"


def hashes(ids: pd.Series) -> np.ndarray:
    """64-bit hashes of ids, shape (rows,): the same in every run and on every machine."""
    return np.asarray(pd.util.hash_array(ids.to_numpy(dtype=object), categorize=False))


def _judged(number: int, file: Incoming, read: RawRows, rules: Rules) -> Batch:
    names, md5 = rules.params.columns, file.md5
    frame = read.frame
    masks = read.unreadable | _row_rules(frame, file, read, rules)
    ids = frame[names.id]
    let_in = {rule: released(rules.releases, file.key, md5, rule, ids) for rule in masks}
    out = _any([mask & ~let_in[rule] for rule, mask in masks.items()], len(frame))
    excused = _any(list(masks.values()), len(frame)) & ~out
    failures = {rule: int((mask & ~let_in[rule]).sum()) for rule, mask in masks.items()}
    drawn = sketch(frame, names, failures=failures, task=rules.params.task)
    batch = Batch(
        number=number,
        key=file.key,
        period=file.period,
        md5=md5,
        rows=len(frame),
        refused=int(out.sum()),
        passed=np.flatnonzero(~out),
        ids=hashes(ids[~out]),
        sketch=replace(drawn, hashes=NO_HASHES),
        findings=(*_findings("warn", read.warnings), *_other_period(frame[names.time], file.period)),
    )
    np.save(_contents_file(number, rules.spool), drawn.hashes[~out])
    _write_lines(batch, frame, read, masks, let_in, rules)
    _write_rows(batch, frame, out, excused, rules)
    return batch


def _row_rules(frame: pd.DataFrame, file: Incoming, read: RawRows, rules: Rules) -> dict[str, np.ndarray]:
    """The user's rules and our own, which no schema can undo; what could not be read is not counted as missing too."""
    names, masks = rules.params.columns, failing_rows(frame, rules.schema)
    if file.period:
        start, end = _span(file.period)
        long_before = start - pd.Timedelta(days=rules.params.split.training_days)
        masks[f"{names.time}: after the end of its batch"] = (frame[names.time] >= end).to_numpy()
        masks[f"{names.time}: long before its batch"] = (frame[names.time] < long_before).to_numpy()
    present = frame[names.id].notna()
    masks[f"{names.id}: missing"] = ~present.to_numpy()
    masks[f"{names.id}: repeated"] = (frame[names.id].duplicated() & present).to_numpy()
    masks[f"{names.id}: in the golden set"] = frame[names.id].isin(rules.golden).to_numpy()
    for rule, unread in read.unreadable.items():
        where = rule.partition(": ")[0]
        for other in masks:
            if where == "row" or other == f"{where}: missing":
                masks[other] = masks[other] & ~unread
    return {rule: mask for rule, mask in masks.items() if mask.any()}


def _other_period(times: pd.Series, period: Period | None) -> list[Finding]:
    """A batch none of whose times lies in its period has the name of another one, and would move the clock to it."""
    if period is None or times.isna().all():
        return []
    start, end = _span(period)
    if ((times >= start) & (times < end)).any():
        return []
    where = f"{times.min():%Y-%m-%d} to {times.max():%Y-%m-%d}"
    return [Finding(rule="batch: other period", severity="block", why=f"no row is of {period.name}, the times lie in {where}")]


def _span(period: Period) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The first moment of a period, and the first one after it."""
    return pd.Timestamp(period.first, tz="UTC"), pd.Timestamp(period.last + timedelta(days=1), tz="UTC")


def _any(masks: list[np.ndarray], rows: int) -> np.ndarray:
    found = np.zeros(rows, dtype=bool)
    for mask in masks:
        found |= mask
    return found


def _write_lines(
    batch: Batch, frame: pd.DataFrame, read: RawRows, masks: dict[str, np.ndarray], let_in: dict[str, np.ndarray], rules: Rules
) -> None:
    id_column = rules.params.columns.id
    unread = {rule: mask for rule, mask in masks.items() if rule in read.unreadable}
    held = {name: read.cells[name] for name in {rule.partition(": ")[0] for rule in unread} if name in read.cells}
    as_read = frame.assign(**held)
    found = pd.concat(
        [
            lines(batch.key, as_read, unread, id_column),
            lines(batch.key, frame, {rule: mask for rule, mask in masks.items() if rule not in unread}, id_column),
        ],
        ignore_index=True,
    )
    rows = found["row"].to_numpy()
    freed = np.zeros(len(found), dtype=bool)
    for rule, mask in let_in.items():
        own = (found["rule"] == rule).to_numpy()
        freed[own] = mask[rows[own].astype(int)]
    found["status"] = found["status"].mask(freed, "released")
    found.to_parquet(batch.lines_file(rules.spool), index=False)


def _write_rows(batch: Batch, frame: pd.DataFrame, out: np.ndarray, excused: np.ndarray, rules: Rules) -> None:
    """The rows that passed, in pieces; those that a person let in are not held against the schema again."""
    strict = survivors(frame, out | excused, rules.schema)
    pieces = [piece for piece in (frame[excused],) if len(piece)]
    with pq.ParquetWriter(batch.rows_file(rules.spool), _table(frame.head(0)).schema, compression="none") as writer:
        for piece in (*pieces, *strict):
            writer.write_table(_table(piece))


def _table(frame: pd.DataFrame) -> arrow.Table:
    return arrow.Table.from_pandas(frame.assign(**{ROW: frame.index}), preserve_index=False).replace_schema_metadata(None)


def _findings(severity: Literal["block", "warn"], reasons: Sequence[str]) -> tuple[Finding, ...]:
    return tuple(Finding(rule="batch: file", severity=severity, why=why) for why in reasons)


def _unread(number: int, file: Incoming, why: str) -> Batch:
    none = np.zeros(0, dtype="uint64")
    return Batch(
        number=number,
        key=file.key,
        period=file.period,
        md5=file.md5,
        rows=0,
        refused=0,
        passed=none.astype("int64"),
        ids=none,
        sketch=None,
        findings=_findings("block", [why]),
    )
