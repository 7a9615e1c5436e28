"""Which batches can be trusted as a whole: each is held against the accepted ones before it, oldest first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from stages.history.rules import Finding, judge
from stages.history.sketch import Sketch
from stages.intake.batches import ROW, Batch
from stages.intake.quarantine import line_frame, lines
from stages.intake.releases import Release, batch_released
from stages.settings import Params

CHANGED = "in an earlier batch with other content"  # the end of a rule's name
REPLAY = "batch: replay"
# What may be said of a batch that is as usual, but for some of its rows.
OF_ITS_ROWS = {"batch: file", "batch: reviewer_share", "batch: one_rule", "batch: overlap", "batch: refused"}


def usual(findings: Sequence[Finding]) -> bool:
    """Whether a batch may be what later ones are held against: nothing of what it looks like as a whole was remarkable."""
    return all(own.severity == "warn" and own.rule in OF_ITS_ROWS for own in findings)


def verdict_of(findings: Sequence[Finding]) -> str:
    """`accepted`, `warned` or `blocked`."""
    kinds = {finding.severity for finding in findings}
    return "blocked" if "block" in kinds else "warned" if kinds else "accepted"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A batch with what was found of it as a whole.

    `passed` marks the rows of `batch.passed` that no earlier batch brought already; `repeats` are the quarantine's lines of the
    others. `findings` are in force, `released` were let go by a person.
    """

    batch: Batch
    passed: np.ndarray
    repeats: pd.DataFrame
    findings: tuple[Finding, ...]
    released: tuple[Finding, ...]

    @property
    def verdict(self) -> str:
        """`accepted`, `warned` or `blocked`."""
        return verdict_of(self.findings)

    @property
    def refused(self) -> int:
        """How many of its rows do not count."""
        return self.batch.rows - int(self.passed.sum())

    def lines(self, spool: Path) -> pd.DataFrame:
        """The quarantine's lines of this batch: its rows, its repeats, and the batch as a whole."""
        rows = [pd.read_parquet(self.batch.lines_file(spool))] if self.batch.sketch else []  # a file that was read
        whole = finding_lines(self.batch.key, self.findings, self.released)
        return pd.concat([*rows, self.repeats, whole], ignore_index=True)


def let_go(findings: Sequence[Finding], batch: str, md5: str, releases: Sequence[Release]) -> tuple[Finding, ...]:
    """The findings that a person released; of a file that cannot be read there is nothing to let in."""
    may = [own for own in findings if (own.rule, own.severity) != ("batch: file", "block")]
    return tuple(own for own in may if batch_released(releases, batch, md5, own.rule))


def finding_lines(batch: str, findings: Sequence[Finding], freed: Sequence[Finding]) -> pd.DataFrame:
    """The quarantine's lines of what was found of a batch as a whole: those in force, and those a person released."""
    status = {"block": "quarantined", "warn": "review"}
    severity = {"block": "error", "warn": "warning"}
    return line_frame(
        [
            {
                "batch": batch,
                "level": "batch",
                "rule": own.rule,
                "severity": severity[own.severity],
                "value": own.why,
                "status": "released" if own in freed else status[own.severity],
            }
            for own in (*findings, *freed)
        ]
    )


class _Past:
    """What the batches before brought: ids of rows that are used, sorted, each with its batch; what usual batches look like."""

    def __init__(self, spool: Path) -> None:
        self.spool = spool
        self.ids = np.zeros(0, dtype="uint64")
        self.number = np.zeros(0, dtype="int64")
        self.batches: dict[int, Batch] = {}
        self.history: list[Sketch] = []
        self.content: set[str] = set()

    def brought(self, ids: np.ndarray) -> np.ndarray:
        """The number of the batch that brought each id, -1 where none did; shape (rows,)."""
        if not len(self.ids):
            return np.full(len(ids), -1)
        place = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return np.where(self.ids[place] == ids, self.number[place], -1)

    def add(self, own: Judged) -> None:
        """Remember a batch."""
        batch, sketch = own.batch, own.batch.sketch
        self.batches[batch.number] = batch
        if own.verdict == "blocked" or sketch is None:
            return
        ids = np.sort(batch.ids[own.passed])
        place = np.searchsorted(self.ids, ids)
        self.ids, self.number = np.insert(self.ids, place, ids), np.insert(self.number, place, batch.number)
        self.content.add(sketch.content)
        if usual(own.findings):
            self.history.append(sketch)


def judge_batches(batches: Sequence[Batch], params: Params, releases: Sequence[Release], spool: Path) -> list[Judged]:
    """Every batch with what was found of it, oldest first.

    The first batch that brings an id keeps it. A blocked batch brings nothing. An unusual one, blocked or warned, does not enter
    the history that later ones are judged by, unless a person released what was found.
    """
    past, judged = _Past(spool), list[Judged]()
    for batch in batches:
        judged.append(_judged(batch, past, params, releases))
        past.add(judged[-1])
    return judged


def _judged(batch: Batch, past: _Past, params: Params, releases: Sequence[Release]) -> Judged:
    brought = past.brought(batch.ids)
    again = _again(batch, brought, past, params.columns.id)
    findings = [*batch.findings, *_of_rows(batch, again, past, params)]
    freed = let_go(findings, batch.key, batch.md5, releases)
    kept = tuple(own for own in findings if own not in freed)
    return Judged(batch=batch, passed=brought < 0, repeats=again, findings=kept, released=freed)


def _of_rows(batch: Batch, again: pd.DataFrame, past: _Past, params: Params) -> list[Finding]:
    """What the rows of a batch say of it, where there was a file to read."""
    if batch.sketch is None:
        return []
    refused = batch.refused + int(again["rule"].str.endswith(CHANGED).sum())
    history = past.history[-params.batches.history :]
    found = judge(replace(batch.sketch, refused=refused), history, params.batches, past.content)
    known = any(own.rule == REPLAY for own in found)
    return found if known else [*_repeated(batch, again), *found]


def _again(batch: Batch, brought: np.ndarray, past: _Past, id_column: str) -> pd.DataFrame:
    """Lines for the rows that an earlier batch brought already: with the same content, or with other content."""
    if (brought < 0).all():
        return line_frame([])
    mine = pd.read_parquet(batch.rows_file(past.spool)).set_index(ROW).loc[batch.passed[brought >= 0]]
    keeper, same = brought[brought >= 0], np.zeros(len(mine), dtype=bool)
    for number in np.unique(keeper):
        theirs = pd.read_parquet(past.batches[number].rows_file(past.spool)).drop(columns=ROW)
        same[keeper == number] = _equal(mine[keeper == number], theirs.set_index(id_column, drop=False), id_column)
    masks = {f"{id_column}: in an earlier batch": same, f"{id_column}: {CHANGED}": ~same}
    found = lines(batch.key, mine, masks, id_column)
    return found.assign(row=mine.index.to_numpy()[found["row"]])


def _equal(mine: pd.DataFrame, theirs: pd.DataFrame, id_column: str) -> np.ndarray:
    """Which of my rows another batch holds with the same cells; bool of shape (rows,)."""
    shared = [column for column in mine if column in theirs]
    there = theirs.reindex(mine[id_column])[shared].set_axis(mine.index)
    here = mine[shared]
    return np.asarray(((here == there) | (here.isna() & there.isna())).all(axis=1))


def _repeated(batch: Batch, again: pd.DataFrame) -> list[Finding]:
    """Rows that came before exactly as they are: all of them are a replay, of a part of earlier batches where none knows it."""
    same = int((~again["rule"].str.endswith(CHANGED)).sum())
    if not same:
        return []
    if same == batch.rows:
        return [Finding(rule=REPLAY, severity="block", why="every row came in an earlier batch, exactly as it is")]
    return [Finding(rule="batch: overlap", severity="warn", why=f"{same} of {batch.rows} rows came in an earlier batch")]
